//! Parameters of a landing page's address.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::MAX_TEXT;

/// A parameter with any value, with one value, or with values that start alike.
///
/// Name and value are compared without regard to ASCII case: people write the rule by hand, and the link elsewhere. If
/// the address has the parameter several times, the first value that is not empty counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ParameterMatch {
    /// The parameter's name: `promo`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_TEXT)))]
    pub name: String,
    /// Its whole value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_TEXT)))]
    pub value: Option<String>,
    /// What its value starts with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_TEXT)))]
    pub starts_with: Option<String>,
}

impl ParameterMatch {
    /// Says whether an address with these parameters, already decoded, is meant.
    pub(super) fn matches(&self, params: &[(Cow<'_, str>, Cow<'_, str>)]) -> bool {
        let mut values =
            params.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&self.name)).map(|(_, value)| value);
        let Some(first) = values.clone().next() else { return false };
        let value = values.find(|value| !value.is_empty()).unwrap_or(first);
        self.value.as_ref().is_none_or(|wanted| value.eq_ignore_ascii_case(wanted))
            && self.starts_with.as_ref().is_none_or(|start| starts_with(value, start))
    }

    /// Says whether every address that `other` means is meant here too.
    pub(super) fn covers(&self, other: &Self) -> bool {
        if !self.name.eq_ignore_ascii_case(&other.name) {
            return false;
        }
        let value = self
            .value
            .as_ref()
            .is_none_or(|wanted| other.value.as_ref().is_some_and(|theirs| theirs.eq_ignore_ascii_case(wanted)));
        let start = self.starts_with.as_ref().is_none_or(|start| {
            [&other.value, &other.starts_with].into_iter().flatten().any(|theirs| starts_with(theirs, start))
        });
        value && start
    }

    /// Says whether one address can be meant by both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        !self.name.eq_ignore_ascii_case(&other.name) || self.covers(other) || other.covers(self)
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::PageUrl;

    #[test]
    fn addresses() {
        let any = ("promo", None, None);
        let spring = ("promo", Some("spring"), None);
        let spr = ("promo", None, Some("spr"));
        let cases = [
            (any, "promo=spring", true),
            (any, "PROMO=x", true),
            (any, "promo", true),
            (any, "promo=", true),
            (any, "promos=1&xpromo=1", false),
            (any, "", false),
            (spring, "promo=spring", true),
            (spring, "promo=Spring", true),
            (spring, "promo=springtime", false),
            (spring, "promo=", false),
            (spring, "promo=&promo=spring", true),
            (spring, "promo=autumn&promo=spring", false),
            (spring, "a=1&promo=spring&b=2", true),
            (spring, "promo=%73pring", true),
            (spr, "promo=spring", true),
            (spr, "promo=SPR", true),
            (spr, "promo=sp", false),
            (("promo", None, Some("ü")), "promo=%C3%BCber", true),
            (("promo", None, Some("a")), "promo=%C3%BCber", false),
        ];
        for ((name, value, start), query, expected) in cases {
            let url = PageUrl::from_serialized(&format!("https://harbor.example/?{query}"));
            let params: Vec<_> = url.params().collect();
            assert_eq!(parameter(name, value, start).matches(&params), expected, "{name} {value:?} {start:?}: {query}");
        }
    }

    #[test]
    fn relations() {
        let any = parameter("promo", None, None);
        let spring = parameter("Promo", Some("Spring"), None);
        let autumn = parameter("promo", Some("autumn"), None);
        let s = parameter("promo", None, Some("s"));
        let spr = parameter("promo", None, Some("SPR"));
        let other = parameter("flyer", None, None);
        // wider, narrower or another, whether the first covers the second, whether they meet
        let cases = [
            (&any, &spring, true, true),
            (&spring, &any, false, true),
            (&any, &spr, true, true),
            (&s, &spr, true, true),
            (&spr, &s, false, true),
            (&spr, &spring, true, true),
            (&spring, &spr, false, true),
            (&spr, &autumn, false, false),
            (&spring, &autumn, false, false),
            (&any, &other, false, true),
            (&spring, &spring, true, true),
        ];
        for (one, two, covers, meets) in cases {
            assert_eq!(
                (one.covers(two), one.meets(two), two.meets(one)),
                (covers, meets, meets),
                "{one:?} and {two:?}"
            );
        }
    }

    fn parameter(name: &str, value: Option<&str>, starts_with: Option<&str>) -> ParameterMatch {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        ParameterMatch { name: name.to_owned(), value: owned(value), starts_with: owned(starts_with) }
    }
}
