//! Which sites somebody sees.

use std::collections::BTreeSet;

use dni_core::id::SiteId;
use serde::{Deserialize, Serialize};

/// Most sites that a member or key may be given one by one; an agency has thirty.
pub const MAX_LISTED: usize = 500;

/// The sites that a member or key sees: all of the account, with those still to come, or those listed. In JSON, `null` or a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "AllOrListed", into = "AllOrListed")]
pub enum SiteSelection {
    /// The whole account.
    All,
    /// These alone. There may be none left, as sites are deleted.
    Listed(BTreeSet<SiteId>),
}

/// A selection as it stands in JSON: null means all.
type AllOrListed = Option<BTreeSet<SiteId>>;

impl SiteSelection {
    /// Says whether the whole account is meant.
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// Says whether a site is one of them.
    pub fn has(&self, site: &SiteId) -> bool {
        match self {
            Self::All => true,
            Self::Listed(sites) => sites.contains(site),
        }
    }

    /// Says whether what belongs to a site, or to none, may be seen. What belongs to none is the account's.
    pub fn has_of(&self, site: Option<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Listed(sites) => site.is_some_and(|site| sites.iter().any(|listed| listed.as_str() == site)),
        }
    }

    /// Says whether all of `other` are among them, so that whoever has these may hand out those.
    pub fn includes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Listed(_), Self::All) => false,
            (Self::Listed(own), Self::Listed(others)) => others.is_subset(own),
        }
    }

    /// Returns those listed; `None` if all are meant.
    pub const fn listed(&self) -> Option<&BTreeSet<SiteId>> {
        match self {
            Self::All => None,
            Self::Listed(sites) => Some(sites),
        }
    }
}

impl From<AllOrListed> for SiteSelection {
    fn from(sites: AllOrListed) -> Self {
        sites.map_or(Self::All, Self::Listed)
    }
}

impl From<SiteSelection> for AllOrListed {
    fn from(selection: SiteSelection) -> Self {
        match selection {
            SiteSelection::All => None,
            SiteSelection::Listed(sites) => Some(sites),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(json: &str) -> SiteSelection {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn who_has_some_may_hand_out_those_and_no_others() {
        let table = [
            ("null", "null", true),
            ("null", r#"["harbor"]"#, true),
            ("null", "[]", true),
            (r#"["harbor"]"#, "null", false),
            (r#"["harbor"]"#, r#"["harbor"]"#, true),
            (r#"["harbor"]"#, "[]", true),
            (r#"["harbor"]"#, r#"["harbor","valley"]"#, false),
            (r#"["harbor"]"#, r#"["valley"]"#, false),
            ("[]", r#"["harbor"]"#, false),
            ("[]", "null", false),
        ];
        for (own, other, expected) in table {
            assert_eq!(selection(own).includes(&selection(other)), expected, "{own} {other}");
        }
    }

    #[test]
    fn what_belongs_to_no_site_is_the_accounts() {
        let (all, some, none) = (selection("null"), selection(r#"["harbor"]"#), selection("[]"));
        let table = [
            (Some("harbor"), [true, true, false]),
            (Some("valley"), [true, false, false]),
            (Some("harbo"), [true, false, false]),
            (Some(""), [true, false, false]),
            (None, [true, false, false]),
        ];
        for (site, expected) in table {
            assert_eq!([&all, &some, &none].map(|sites| sites.has_of(site)), expected, "{site:?}");
            if let Some(Ok(site)) = site.map(SiteId::parse) {
                assert_eq!([&all, &some, &none].map(|sites| sites.has(&site)), expected, "{site}");
            }
        }
    }

    #[test]
    fn it_is_null_or_a_list() {
        for text in ["null", "[]", r#"["harbor","valley"]"#] {
            assert_eq!(serde_json::to_string(&selection(text)).unwrap(), text);
        }
        assert_eq!(selection(r#"["valley","harbor","valley"]"#), selection(r#"["harbor","valley"]"#));
    }
}
