//! Keys of the REST API that owners make: each has a scope, sites and, if they wish, an end.

use core::fmt;
use core::time::Duration;

use dni_core::time::Millis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::member::{check_name, check_sites, named};
use super::scope::Scope;
use super::site_selection::SiteSelection;
use crate::fault::Fault;
use crate::timestamp::{self, iso};

/// How far apart two notes of a key's last use are: one write for each request would cost more than what it asks.
const NOTED_EVERY: Duration = Duration::from_mins(5);

/// A key as an owner writes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// What it allows.
    pub scope: Scope,
    /// The sites it allows it with. It must be said: no key opens all of them because a field was forgotten.
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Vec<String>>, required)]
    pub sites: SiteSelection,
    /// When it ends, in ISO 8601; never if it is not given.
    #[serde(default)]
    pub expires_at: Option<String>,
}

/// A key as it is stored; of the key itself only a hash is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Its beginning.
    pub hint: String,
    /// What it allows.
    pub scope: Scope,
    /// With which sites.
    pub sites: SiteSelection,
    /// When it was made.
    pub created_at: Millis,
    /// When it ends.
    pub expires_at: Option<Millis>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
    /// When it was last used, to five minutes.
    pub last_used_at: Option<Millis>,
}

/// Why a key that was made here opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyEnded {
    /// Its time is over.
    Expired(Millis),
    /// An owner revoked it.
    Revoked(Millis),
}

impl fmt::Display for KeyEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (how, at) = match self {
            Self::Expired(at) => ("expired", at),
            Self::Revoked(at) => ("was revoked", at),
        };
        write!(f, "The key {how} at {}; ask an owner for another one.", iso(*at))
    }
}

/// A key as the API tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiKeyRecord {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Its beginning, by which people tell theirs apart.
    pub hint: String,
    /// What it allows.
    pub scope: Scope,
    /// With which sites; null for the whole account.
    #[schema(value_type = Option<Vec<String>>, required)]
    pub sites: SiteSelection,
    /// When it was made.
    pub created_at: String,
    /// When it ends; null if never.
    pub expires_at: Option<String>,
    /// When it was revoked; null if it was not.
    pub revoked_at: Option<String>,
    /// When it was last used, to five minutes; null if never.
    pub last_used_at: Option<String>,
}

impl NewApiKey {
    /// Reads when it ends, and finds what is wrong with it.
    ///
    /// # Errors
    /// The faults.
    pub fn check(&self, now: Millis) -> Result<Option<Millis>, Vec<Fault>> {
        let end = self.expires_at.as_deref().map(timestamp::parse);
        let is_bad_end = matches!(end, Some(end) if end.is_none_or(|end| end <= now));
        let message = "The end must be an instant to come, in ISO 8601 with its offset, such as 2027-01-31T00:00:00Z.";
        let bad_end = is_bad_end.then(|| Fault::new("bad_end", "expires_at", message));
        let faults: Vec<_> =
            [check_name(&self.name), check_sites(&self.sites), bad_end].into_iter().flatten().collect();
        if faults.is_empty() { Ok(end.flatten()) } else { Err(faults) }
    }
}

impl ApiKey {
    /// Says whether it opens anything now.
    ///
    /// # Errors
    /// [`KeyEnded`] says why not.
    pub fn require_open(&self, now: Millis) -> Result<(), KeyEnded> {
        match (self.revoked_at, self.expires_at) {
            (Some(at), _) => Err(KeyEnded::Revoked(at)),
            (None, Some(at)) if at <= now => Err(KeyEnded::Expired(at)),
            _ => Ok(()),
        }
    }

    /// Says whether its use is to be noted, as the last note is old.
    pub fn is_use_noted(&self, now: Millis) -> bool {
        self.last_used_at.is_some_and(|at| now < at.after(NOTED_EVERY))
    }
}

impl From<&ApiKey> for ApiKeyRecord {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.clone(),
            name: key.name.clone(),
            hint: key.hint.clone(),
            scope: key.scope,
            sites: key.sites.clone(),
            created_at: iso(key.created_at),
            expires_at: key.expires_at.map(iso),
            revoked_at: key.revoked_at.map(iso),
            last_used_at: key.last_used_at.map(iso),
        }
    }
}

#[cfg(test)]
mod tests {
    use call_router::config_json;

    use super::*;

    const NOW: Millis = Millis::from_unix_ms(1_795_381_200_000);

    fn check(json: &str, expected: Result<Option<u64>, &[&str]>) {
        let found = match config_json::read::<NewApiKey>(json.as_bytes()) {
            Ok(key) => {
                key.check(NOW).map_err(|faults| faults.iter().map(|f| format!("{}: {}", f.place, f.code)).collect())
            }
            Err(error) => Err(vec![format!("{}: {}", error.place, error.code)]),
        };
        let expected = expected.map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(found.map(|end| end.map(Millis::unix_ms)), expected, "{json}");
    }

    #[test]
    fn a_key_says_what_it_allows_and_with_which_sites() {
        let crm = r#"{"name":"CRM","scope":"read","sites":["harbor"]}"#;
        check(crm, Ok(None));
        check(&crm.replace(']', r#"],"expires_at":null"#), Ok(None));
        check(&crm.replace(']', r#"],"expires_at":"2026-11-22T21:00:01Z""#), Ok(Some(1_795_381_201_000)));
        for end in ["2026-11-22T21:00:00Z", "2020-01-01T00:00:00Z", "2027-01-31", "tomorrow", ""] {
            check(&crm.replace(']', &format!(r#"],"expires_at":"{end}""#)), Err(&["expires_at: bad_end"]));
        }
        check(&crm.replace(r#","sites":["harbor"]"#, ""), Err(&["sites: missing_field"]));
        check(&crm.replace("read", "root"), Err(&["scope: unknown_word"]));
        check(&crm.replace("CRM", ""), Err(&["name: bad_name"]));
    }

    #[test]
    fn a_key_ends_when_its_time_is_over_or_somebody_says_so() {
        let key = ApiKey {
            id: "KEY1".to_owned(),
            name: "CRM".to_owned(),
            hint: "dni_key_abcd…".to_owned(),
            scope: Scope::Read,
            sites: SiteSelection::All,
            created_at: Millis::from_unix_ms(0),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        };
        let (before, after) = (Millis::from_unix_ms(NOW.unix_ms() - 1), Millis::from_unix_ms(NOW.unix_ms() + 1));
        let table = [
            (None, None, Ok(())),
            (Some(after), None, Ok(())),
            (Some(NOW), None, Err(KeyEnded::Expired(NOW))),
            (Some(before), None, Err(KeyEnded::Expired(before))),
            (None, Some(before), Err(KeyEnded::Revoked(before))),
            (Some(after), Some(before), Err(KeyEnded::Revoked(before))),
        ];
        for (expires_at, revoked_at, expected) in table {
            assert_eq!(ApiKey { expires_at, revoked_at, ..key.clone() }.require_open(NOW), expected);
        }
        let used =
            |ms_ago: u64| ApiKey { last_used_at: Some(Millis::from_unix_ms(NOW.unix_ms() - ms_ago)), ..key.clone() };
        assert!(!key.is_use_noted(NOW) && used(299_999).is_use_noted(NOW) && !used(300_000).is_use_noted(NOW));
    }
}
