//! The countries that an owner allows.

use core::fmt;

use serde::{Deserialize, Serialize};

/// A country, as two capital letters: `US`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(String);

impl Country {
    /// Returns the two letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Country {
    type Error = BadCountry;

    fn try_from(text: String) -> Result<Self, BadCountry> {
        let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_one = fits && text != "UK" && text != "EU";
        if is_one { Ok(Self(text)) } else { Err(BadCountry) }
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Country {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Country".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": "^[A-Z]{2}$", "not": {"enum": ["UK", "EU"]}, "examples": ["US"],
            "description": "A country, as two capital letters.",
        })
    }
}

impl fmt::Display for Country {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A text that is no country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCountry;

impl fmt::Display for BadCountry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(
            "bad_country: It is no country; write its two capital letters, such as US, CA, GB (United Kingdom) or DE.",
        )
    }
}

impl core::error::Error for BadCountry {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_two_capital_letters() {
        for (text, is_one) in
            [("US", true), ("GB", true), ("us", false), ("USA", false), ("UK", false), ("EU", false), ("", false)]
        {
            assert_eq!(Country::try_from(text.to_owned()).is_ok(), is_one, "{text}");
        }
    }
}
