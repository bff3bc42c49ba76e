//! An entry of the audit.

use dni_core::id::SiteId;
use dni_core::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::Difference;
use crate::account::principal::{Actor, ActorKind, Principal};
use crate::account::site_selection::SiteSelection;
use crate::api::{BadParameter, Query, limit_parameter, site_parameter};
use crate::timestamp::iso;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident => $code:literal,)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns the action's word, which never changes.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

actions! {
    /// A site was created, or a new version of it published.
    SitePublished => "site.published",
    /// A site was deleted.
    SiteDeleted => "site.deleted",
    /// The calls of a site began to be brought into another database.
    SiteMoved => "site.moved",
    /// A number that a site lists no longer was made free for others.
    NumberReleased => "number.released",
    /// A member was added.
    MemberAdded => "member.added",
    /// A member's name, address, role or sites were changed.
    MemberChanged => "member.changed",
    /// A member was removed, with their sign-in keys and sessions.
    MemberRemoved => "member.removed",
    /// An invitation was made for a member.
    MemberInvited => "member.invited",
    /// An invitation was taken.
    MemberJoined => "member.joined",
    /// A key was made.
    KeyMade => "key.made",
    /// A key was revoked.
    KeyRevoked => "key.revoked",
    /// Somebody signed in to the console.
    SessionBegun => "session.begun",
    /// A session was ended, by its member or by an owner.
    SessionEnded => "session.ended",
    /// A call's note, tags, value, lead status or name was changed.
    CallChanged => "call.changed",
    /// A call was deleted.
    CallDeleted => "call.deleted",
    /// What is known of a caller was exported.
    PersonExported => "person.exported",
    /// A caller or a visitor was forgotten.
    PersonForgotten => "person.forgotten",
    /// Calls were exported.
    CallsExported => "calls.exported",
    /// What was said in a call was read.
    TranscriptRead => "transcript.read",
    /// A recording was heard or downloaded.
    RecordingHeard => "recording.heard",
    /// A recording was deleted.
    RecordingDeleted => "recording.deleted",
    /// A task after a call was begun anew.
    TaskRestarted => "task.restarted",
    /// A day's complaints about numbers were taken in.
    ComplaintsTaken => "complaints.taken",
    /// A kept webhook was given another try.
    WebhookRestarted => "webhook.restarted",
    /// A kept webhook was deleted.
    WebhookDeleted => "webhook.deleted",
}

impl Action {
    /// Reads an action's word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.code() == code)
    }
}

/// What is written into the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// With which site's things; `None` for the account's.
    pub site: Option<String>,
    /// With which of them: an id, a number.
    pub subject: String,
    /// What is different since.
    pub difference: Difference,
}

impl AuditEntry {
    /// Tells what somebody does.
    pub fn new(principal: &Principal, action: Action, site: Option<&str>, subject: &str) -> Self {
        Self {
            actor: principal.actor.clone(),
            action,
            site: site.map(str::to_owned),
            subject: subject.to_owned(),
            difference: Difference::default(),
        }
    }

    /// Adds what is different since.
    #[must_use]
    pub fn with(self, difference: Difference) -> Self {
        Self { difference, ..self }
    }
}

/// Parameters that are about a person.
const PERSONAL: [&str; 2] = ["customer_phone_number", "search"];

/// Writes with which filters calls were exported. What is about a person is left out: the audit is not changed, and must not keep what
/// somebody asks to forget.
///
/// ```
/// use edge_core::api::Query;
/// use edge_core::audit::exported_with;
///
/// let query = Query::parse("site=harbor&search=Ann+Lee&columns=id,note");
/// assert_eq!(exported_with(&query), "site=harbor&search=…&columns=id,note");
/// ```
pub fn exported_with(query: &Query) -> String {
    let parts = query.pairs().map(|(name, value)| {
        let value = if PERSONAL.contains(&name) { "…" } else { value };
        [name, "=", value].concat()
    });
    parts.collect::<Vec<_>>().join("&")
}

/// Which entries are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of which sites' things they may be at all.
    pub visible: SiteSelection,
    /// Of this site's things alone.
    pub site: Option<SiteId>,
    /// By this actor alone: a member's or key's id, or `API_KEY`.
    pub actor: Option<String>,
    /// Of this kind alone.
    pub action: Option<Action>,
    /// Before this entry.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

impl AuditFilter {
    /// Reads the parameters `site`, `actor`, `action`, `cursor` and `limit`.
    ///
    /// # Errors
    /// One of them makes no sense.
    pub fn parse(query: &Query, visible: &SiteSelection) -> Result<Self, BadParameter> {
        let action = |code: &str| {
            let expected = "one of the actions that docs/members.md lists, such as site.published";
            Action::from_code(code).ok_or(BadParameter { name: "action", expected })
        };
        let before = |text: &str| {
            text.parse().map_err(|_| BadParameter { name: "cursor", expected: "the next_cursor of an earlier answer" })
        };
        Ok(Self {
            visible: visible.clone(),
            site: site_parameter(query)?,
            actor: query.get("actor").map(str::to_owned),
            action: query.get("action").map(action).transpose()?,
            before: query.get("cursor").map(before).transpose()?,
            limit: limit_parameter(query)?,
        })
    }
}

/// An entry as it is stored.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredEntry {
    /// Its number.
    pub id: u64,
    /// When.
    pub at: Millis,
    /// What the actor is.
    pub actor_kind: ActorKind,
    /// The actor's id.
    pub actor_id: Option<String>,
    /// What the actor was called.
    pub actor_name: String,
    /// What they did.
    pub action: String,
    /// With which site's things.
    pub site: Option<String>,
    /// With which of them.
    pub subject: String,
    /// What is different since, as JSON; `None` if nothing is.
    pub difference: Option<String>,
}

/// An entry as the API tells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditRecord<'a> {
    /// Its number.
    pub id: u64,
    /// When.
    pub at: String,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: &'a str,
    /// With which site's things; null for the account's.
    pub site_id: Option<&'a str>,
    /// With which of them.
    pub subject: &'a str,
    /// What is different since; null if nothing is.
    #[schema(value_type = Option<Difference>)]
    pub difference: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Page<'a> {
    entries: Vec<AuditRecord<'a>>,
    next_cursor: Option<String>,
}

/// Writes a page of entries, and the cursor of the next if there may be one.
///
/// # Errors
/// A stored difference is no JSON, which would be a fault of ours.
pub fn audit_list(entries: &[StoredEntry], filter: &AuditFilter) -> serde_json::Result<String> {
    let told = entries.iter().map(|entry| {
        Ok(AuditRecord {
            id: entry.id,
            at: iso(entry.at),
            actor: Actor { kind: entry.actor_kind, id: entry.actor_id.clone(), name: entry.actor_name.clone() },
            action: &entry.action,
            site_id: entry.site.as_deref(),
            subject: &entry.subject,
            difference: entry.difference.as_deref().map(serde_json::from_str).transpose()?,
        })
    });
    let is_full = entries.len() == filter.limit as usize;
    let next_cursor = entries.last().filter(|_| is_full).map(|last| last.id.to_string());
    serde_json::to_string(&Page { entries: told.collect::<serde_json::Result<_>>()?, next_cursor })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn words_of_actions_are_read_back_and_no_two_are_alike() {
        for action in Action::ALL {
            assert_eq!(Action::from_code(action.code()), Some(*action));
        }
        assert_eq!(Action::from_code("site"), None);
    }

    #[test]
    fn what_is_wanted_is_read_and_what_makes_no_sense_is_named() {
        let parse = |query: &str| AuditFilter::parse(&Query::parse(query), &SiteSelection::All);
        let wanted = parse("site=harbor&actor=MEM1&action=site.published&cursor=7&limit=2").unwrap();
        assert_eq!((wanted.before, wanted.limit, wanted.action), (Some(7), 2, Some(Action::SitePublished)));
        for (query, name) in
            [("site=x", "site"), ("action=all", "action"), ("cursor=-1", "cursor"), ("limit=0", "limit")]
        {
            assert_eq!(parse(query).map_err(|bad| bad.name), Err(name), "{query}");
        }
    }

    #[test]
    fn entries_are_told_with_what_changed_and_the_next_page() {
        let entry = |id: u64, difference: Option<&str>| StoredEntry {
            id,
            at: Millis::from_unix_ms(1_795_381_200_000),
            actor_kind: ActorKind::Member,
            actor_id: Some("MEM1".to_owned()),
            actor_name: "Ann".to_owned(),
            action: Action::SitePublished.code().to_owned(),
            site: Some("harbor".to_owned()),
            subject: "harbor".to_owned(),
            difference: difference.map(str::to_owned),
        };
        let filter = AuditFilter::parse(&Query::parse("limit=2"), &SiteSelection::All).unwrap();
        let entries = [entry(9, Some(r#"{"changes":[]}"#)), entry(8, None)];
        let told: Value = serde_json::from_str(&audit_list(&entries, &filter).unwrap()).unwrap();
        assert_eq!(told["next_cursor"], "8");
        assert_eq!(
            told["entries"][0],
            json!({
                "id": 9, "at": "2026-11-22T21:00:00.000Z", "actor": { "kind": "member", "id": "MEM1", "name": "Ann" },
                "action": "site.published", "site_id": "harbor", "subject": "harbor", "difference": { "changes": [] },
            })
        );
        let last: Value = serde_json::from_str(&audit_list(&entries[..1], &filter).unwrap()).unwrap();
        assert_eq!(last["next_cursor"], Value::Null);
        assert!(audit_list(&[entry(9, Some("{"))], &filter).is_err());
    }
}
