//! The names of Durable Objects, and the keys of KV and R2: every one of them is made here and nowhere else.
//!
//! Each begins with what owns it, so that what belongs to one site can be listed, moved and deleted apart. The shell takes these
//! types alone, so that a name cannot be put together anywhere else.
//!
//! ```
//! use call_router::event::RecordingId;
//! use dni_core::id::SiteId;
//! use edge_core::keys::{KvKey, ObjectName, RecordingKey};
//!
//! let site = SiteId::parse("harbor").unwrap();
//! assert_eq!(KvKey::site(&site).as_str(), "site/harbor");
//! assert_eq!(ObjectName::call("twilio", "CA1").as_str(), "twilio/CA1");
//! let recording = RecordingId::parse("v3:RE1").unwrap();
//! assert_eq!(RecordingKey::new(Some("harbor"), "CAL1", &recording).as_str(), "harbor/CAL1/v3%3ARE1");
//! ```

use core::fmt;

use call_router::event::RecordingId;
use call_router::recording::path_name;
use dni_core::id::{PoolId, SiteId};
use dni_core::phone::{E164, Region};

/// What stands in a recording's key for the site of a call that belongs to none. No site's id is that short.
const NO_SITE: &str = "-";

/// What the keys of the countries begin with.
const COUNTRIES: &str = "country/";

/// The name of a Durable Object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName(String);

impl ObjectName {
    /// Names the object of a pool: the one thread that leases its numbers.
    pub fn pool(site: &SiteId, pool: &PoolId) -> Self {
        Self(format!("{site}/{pool}"))
    }

    /// Names the object of a call, by the carrier's word and its own id for the call.
    pub fn call(carrier: &str, call: &str) -> Self {
        Self(format!("{carrier}/{call}"))
    }

    /// Names the object that remembers a site's callers.
    pub fn caller_history(site: &SiteId) -> Self {
        Self(site.to_string())
    }

    /// Names the object that tells what calls do: one for the account.
    pub fn call_feed() -> Self {
        Self("account".to_owned())
    }

    /// Names the object that sees what numbers do at the moment: one for the account.
    pub fn caller_activity() -> Self {
        Self("account".to_owned())
    }
}

/// A key of the KV namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KvKey(String);

impl KvKey {
    /// Names the published snapshot of a site.
    pub fn site(id: &SiteId) -> Self {
        Self(format!("site/{id}"))
    }

    /// Names what says which site a tracking number belongs to.
    pub fn number(number: E164) -> Self {
        Self(format!("number/{number}"))
    }

    /// Names a country, in which some site has a number: `country/GB`.
    pub fn country(region: Region) -> Self {
        Self(format!("{COUNTRIES}{region}"))
    }

    /// Returns what the names of all countries begin with.
    pub fn countries() -> Self {
        Self(COUNTRIES.to_owned())
    }

    /// Returns the country that a key names.
    pub fn country_of(key: &str) -> Option<Region> {
        Region::parse(key.strip_prefix(COUNTRIES)?)
    }

    /// Names a file of an earlier build of the browser library.
    pub fn asset(file_name: &str) -> Self {
        Self(format!("asset/{file_name}"))
    }

    /// Names what was looked up about a caller's number, by a keyed hash that tells nobody the number.
    pub fn caller_lookup(number_hash: &str) -> Self {
        Self(format!("lookup/{number_hash}"))
    }
}

/// The key of a recording's copy in R2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingKey(String);

impl RecordingKey {
    /// Names the copy of a call's recording: the site first, then our id of the call and the recording's name in paths.
    pub fn new(site: Option<&str>, call: &str, recording: &RecordingId) -> Self {
        Self(format!("{}/{call}/{}", site.unwrap_or(NO_SITE), path_name(recording)))
    }
}

macro_rules! texts {
    ($($name:ident),+) => {$(
        impl $name {
            /// Returns the text that the platform takes.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

texts!(ObjectName, KvKey, RecordingKey);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_under_which_things_are_stored() {
        let site = SiteId::parse("harbor").unwrap();
        let pool = PoolId::parse("main").unwrap();
        let number = E164::parse("+13125550142").unwrap();
        let recording = RecordingId::parse("RE1/..").unwrap();
        let table = [
            (ObjectName::pool(&site, &pool).to_string(), "harbor/main"),
            (ObjectName::call("twilio", "CA1").to_string(), "twilio/CA1"),
            (ObjectName::caller_history(&site).to_string(), "harbor"),
            (ObjectName::caller_activity().to_string(), "account"),
            (KvKey::site(&site).to_string(), "site/harbor"),
            (KvKey::number(number).to_string(), "number/+13125550142"),
            (KvKey::country(Region::US).to_string(), "country/US"),
            (KvKey::asset("dni-0123456789ab.js").to_string(), "asset/dni-0123456789ab.js"),
            (KvKey::caller_lookup("abc").to_string(), "lookup/abc"),
            (RecordingKey::new(Some("harbor"), "CAL1", &recording).to_string(), "harbor/CAL1/RE1%2F.."),
            (RecordingKey::new(None, "CAL1", &recording).to_string(), "-/CAL1/RE1%2F.."),
        ];
        for (name, expected) in table {
            assert_eq!(name, expected);
        }
        assert!(KvKey::country(Region::US).as_str().starts_with(KvKey::countries().as_str()));
        assert_eq!(KvKey::country_of("country/US"), Some(Region::US));
        assert_eq!(KvKey::country_of("site/harbor"), None);
    }
}
