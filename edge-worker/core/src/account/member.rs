//! Members: people who sign in to the console.

use dni_core::time::Millis;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::role::Role;
use super::site_selection::{MAX_LISTED, SiteSelection};
use crate::fault::Fault;
use crate::timestamp::iso;

/// Longest name of a member or key, in characters.
pub const MAX_NAME: usize = 80;
/// Longest e-mail address, in bytes (RFC 5321, section 4.5.3.1).
const MAX_EMAIL: usize = 254;

/// A member as an owner writes them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// What people call them.
    pub name: String,
    /// Where the invitation goes, and by what Cloudflare Access knows them.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// The sites they see. It must be said: nobody sees all of them because a field was forgotten.
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Vec<String>>, required)]
    pub sites: SiteSelection,
}

/// What changes of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberEdit {
    /// What people call them.
    #[serde(default)]
    pub name: Option<String>,
    /// Where invitations go.
    #[serde(default)]
    pub email: Option<String>,
    /// What they are.
    #[serde(default)]
    pub role: Option<Role>,
    /// The sites they see.
    #[serde(default, deserialize_with = "named_if_there")]
    #[schema(value_type = Option<Vec<String>>)]
    pub sites: Option<SiteSelection>,
}

/// A member as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Their id.
    pub id: String,
    /// What people call them.
    pub name: String,
    /// Where invitations go.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// The sites they see.
    pub sites: SiteSelection,
    /// When they were added.
    pub created_at: Millis,
    /// When they were last changed.
    pub updated_at: Millis,
    /// When they signed in the last time.
    pub signed_in_at: Option<Millis>,
}

/// A member as the API tells them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberRecord {
    /// Their id.
    pub id: String,
    /// What people call them.
    pub name: String,
    /// Where invitations go.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// The sites they see; null for the whole account.
    #[schema(value_type = Option<Vec<String>>, required)]
    pub sites: SiteSelection,
    /// When they were added.
    pub created_at: String,
    /// When they were last changed.
    pub updated_at: String,
    /// When they signed in the last time; null if they never did.
    pub signed_in_at: Option<String>,
}

impl NewMember {
    /// Finds what is wrong with it.
    pub fn check(&self) -> Vec<Fault> {
        let faults = [check_name(&self.name), check_email(&self.email), check_sites(&self.sites)];
        faults.into_iter().flatten().collect()
    }
}

impl MemberEdit {
    /// Finds what is wrong with it.
    pub fn check(&self) -> Vec<Fault> {
        let faults = [
            self.name.as_deref().and_then(check_name),
            self.email.as_deref().and_then(check_email),
            self.sites.as_ref().and_then(check_sites),
        ];
        faults.into_iter().flatten().collect()
    }

    /// Returns the member as they are after it.
    pub fn apply(self, member: &Member, now: Millis) -> Member {
        Member {
            name: self.name.unwrap_or_else(|| member.name.clone()),
            email: self.email.unwrap_or_else(|| member.email.clone()),
            role: self.role.unwrap_or(member.role),
            sites: self.sites.unwrap_or_else(|| member.sites.clone()),
            updated_at: now,
            ..member.clone()
        }
    }
}

impl From<&Member> for MemberRecord {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id.clone(),
            name: member.name.clone(),
            email: member.email.clone(),
            role: member.role,
            sites: member.sites.clone(),
            created_at: iso(member.created_at),
            updated_at: iso(member.updated_at),
            signed_in_at: member.signed_in_at.map(iso),
        }
    }
}

/// Finds what is wrong with a name.
pub(super) fn check_name(name: &str) -> Option<Fault> {
    let is_name = !name.trim().is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    let message = "The name must have 1 to 80 characters, and no line breaks.";
    (!is_name).then(|| Fault::new("bad_name", "name", message))
}

/// Finds what is wrong with a selection of sites.
pub(super) fn check_sites(sites: &SiteSelection) -> Option<Fault> {
    let is_too_long = sites.listed().is_some_and(|listed| listed.len() > MAX_LISTED);
    let message = "At most 500 sites can be listed; null means all of the account.";
    is_too_long.then(|| Fault::new("too_many", "sites", message))
}

/// Whether an address works only a mail shows; what has no `@` in its midst is none.
fn check_email(email: &str) -> Option<Fault> {
    let is_address = email.len() <= MAX_EMAIL
        && email
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'))
        && !email.chars().any(|char| char.is_whitespace() || char.is_control());
    let message = "The e-mail address must have one @ and no spaces, such as ann@example.com.";
    (!is_address).then(|| Fault::new("bad_email", "email", message))
}

/// Reads a selection that must be there. Without this, a field that is left out would mean all sites.
pub(super) fn named<'de, D: Deserializer<'de>>(from: D) -> Result<SiteSelection, D::Error> {
    SiteSelection::deserialize(from)
}

fn named_if_there<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SiteSelection>, D::Error> {
    SiteSelection::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use call_router::config_json;

    use super::*;

    fn check(json: &str, expected: &[&str]) {
        let found: Vec<_> = match config_json::read::<NewMember>(json.as_bytes()) {
            Ok(member) => member.check().iter().map(|fault| format!("{}: {}", fault.place, fault.code)).collect(),
            Err(error) => vec![format!("{}: {}", error.place, error.code)],
        };
        assert_eq!(found, expected, "{json}");
    }

    #[test]
    fn a_member_is_whole_and_well_written() {
        let ann = r#"{"name":"Ann","email":"ann@example.com","role":"editor","sites":["harbor"]}"#;
        check(ann, &[]);
        check(&ann.replace(r#"["harbor"]"#, "null"), &[]);
        check(&ann.replace(r#","sites":["harbor"]"#, ""), &["sites: missing_field"]);
        check(&ann.replace("harbor", "a site"), &["sites[0]: bad_value"]);
        check(&ann.replace("editor", "boss"), &["role: unknown_word"]);
        check(&ann.replace("\"role\"", "\"rights\""), &["rights: unknown_field"]);
        check(&ann.replace("Ann", "  "), &["name: bad_name"]);
        check(&ann.replace("Ann", &"n".repeat(81)), &["name: bad_name"]);
        check(&ann.replace("Ann", "A\\nnn"), &["name: bad_name"]);
        for email in ["ann", "@example.com", "ann@", "a@b@c", "an n@example.com", "ann@example.com\\n", ""] {
            check(&ann.replace("ann@example.com", email), &["email: bad_email"]);
        }
        check("[]", &[": wrong_type"]);
        check("{", &[": no_json"]);
    }

    #[test]
    fn an_edit_changes_what_it_names_alone() {
        let now = Millis::from_unix_ms(9);
        let member = Member {
            id: "MEM1".to_owned(),
            name: "Ann".to_owned(),
            email: "ann@example.com".to_owned(),
            role: Role::Editor,
            sites: serde_json::from_str(r#"["harbor"]"#).unwrap(),
            created_at: Millis::from_unix_ms(1),
            updated_at: Millis::from_unix_ms(1),
            signed_in_at: None,
        };
        let edited = |json: &str| config_json::read::<MemberEdit>(json.as_bytes()).unwrap().apply(&member, now);
        let same = Member { updated_at: now, ..member.clone() };
        assert_eq!(edited("{}"), same);
        assert_eq!(edited(r#"{"role":"viewer"}"#), Member { role: Role::Viewer, ..same.clone() });
        assert_eq!(edited(r#"{"sites":null}"#), Member { sites: SiteSelection::All, ..same.clone() });
        assert_eq!(edited(r#"{"name":"Bea"}"#), Member { name: "Bea".to_owned(), ..same });
        let bad = config_json::read::<MemberEdit>(br#"{"name":"","email":"x"}"#).unwrap().check();
        assert_eq!(bad.iter().map(|fault| fault.code.as_ref()).collect::<Vec<_>>(), ["bad_name", "bad_email"]);
    }
}
