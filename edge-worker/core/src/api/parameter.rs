//! Parameters of an address.

use core::fmt;

/// Longest name of a parameter that a sentence repeats, in characters.
const MAX_SHOWN: usize = 40;

/// A parameter that makes no sense, and what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadParameter {
    /// Its name.
    pub name: &'static str,
    /// What it must be: `a whole number from 1 to 250`.
    pub expected: &'static str,
}

impl fmt::Display for BadParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The parameter '{}' must be {}.", self.name, self.expected)
    }
}

/// The query of an address, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query as it stands in an address, without its question mark.
    pub fn parse(query: &str) -> Self {
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// Returns the parameters in their order, each with its value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the name of the first parameter that is none of those `known`.
    pub fn unknown(&self, known: &[String]) -> Option<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| !known.iter().any(|known| known == name))
    }

    /// Returns a parameter that says yes or no, if it is there.
    ///
    /// # Errors
    /// It is neither `true` nor `false`.
    pub fn yes_or_no(&self, name: &'static str) -> Result<Option<bool>, BadParameter> {
        let read = |text: &str| text.parse().map_err(|_| BadParameter { name, expected: "true or false" });
        self.get(name).map(read).transpose()
    }

    /// Returns a parameter, if it is there and not empty; of several, the first.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

/// Says that an address takes no parameter of that name, and which it takes.
///
/// ```
/// use edge_core::api::unknown_parameter;
///
/// let known = ["limit".to_owned(), "site".to_owned()];
/// assert_eq!(unknown_parameter("sites", &known), "The parameter 'sites' is not known here; this address takes limit, site.");
/// assert_eq!(unknown_parameter("x", &[]), "The parameter 'x' is not known here; this address takes none.");
/// ```
pub fn unknown_parameter(name: &str, known: &[String]) -> String {
    let mut shown: String =
        name.chars().take(MAX_SHOWN).map(|char| if char.is_control() { ' ' } else { char }).collect();
    if name.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    let takes = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!("The parameter '{shown}' is not known here; this address takes {takes}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_parameters_are_named() {
        let known = ["limit".to_owned(), "start_date".to_owned()];
        let cases = [
            ("", None),
            ("limit=1&start_date=", None),
            ("limit=1&limit=2", None),
            ("Limit=1", Some("Limit")),
            ("limit=1&startdate=2026-11-22&x=1", Some("startdate")),
            ("start%5Fdate=1", None),
            ("start%20date=1", Some("start date")),
            ("x", Some("x")),
            ("=1", Some("")),
            ("utm_source=mail", Some("utm_source")),
        ];
        for (query, expected) in cases {
            assert_eq!(Query::parse(query).unknown(&known), expected, "{query}");
        }
        let long = unknown_parameter(&"\u{7}é".repeat(100), &known);
        assert!(long.len() < 200 && !long.contains('\u{7}'), "{long}");
    }
}
