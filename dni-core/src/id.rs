//! Names of things: sites, pools, visitors.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::phone::E164;
use crate::time::Millis;

/// Fewest characters of a slug: shorter ones collide by accident.
const MIN_SLUG: usize = 3;
/// Most characters of a slug: it stands in keys, URLs and log lines.
const MAX_SLUG: usize = 40;
/// Hexadecimal digits of a visitor's id: 128 random bits, so that no other visitor's id can be guessed.
const VISITOR_DIGITS: usize = 32;

/// Declares a checked text type whose only way in is its constructor, from JSON too.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $valid:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the text if it has the right form.
            ///
            /// # Errors
            /// [`InvalidId`] if it has not.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if $valid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId) }
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                if $valid(&text) { Ok(Self(text)) } else { Err(InvalidId) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// The name of a site: 3 to 40 characters out of `a-z`, `0-9` and `-`.
    SiteId, is_slug
}

text_id! {
    /// The name of a number pool within its site: 3 to 40 characters out of `a-z`, `0-9` and `-`.
    PoolId, is_slug
}

text_id! {
    /// The name of a source rule within its site: 3 to 40 characters out of `a-z`, `0-9` and `-`.
    RuleId, is_slug
}

text_id! {
    /// A visitor's id: 32 lower-case hexadecimal digits, made at random in the browser.
    ///
    /// ```
    /// use dni_core::id::VisitorId;
    ///
    /// assert!(VisitorId::parse("0123456789abcdef0123456789abcdef").is_ok());
    /// assert!(VisitorId::parse("42").is_err());
    /// ```
    VisitorId, is_visitor
}

/// Gives the names that owners choose their schema.
#[cfg(feature = "schema")]
macro_rules! slug_schema {
    ($($name:ident: $description:literal;)*) => {$(
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let pattern = format!("^[a-z0-9-]{{{MIN_SLUG},{MAX_SLUG}}}$");
                schemars::json_schema!({"type": "string", "pattern": pattern, "description": $description})
            }
        }
    )*};
}

#[cfg(feature = "schema")]
slug_schema! {
    PoolId: "The name of a pool.";
    RuleId: "The name of a source rule.";
}

impl VisitorId {
    /// Makes the id of 128 bits.
    ///
    /// ```
    /// use dni_core::id::VisitorId;
    ///
    /// let id = VisitorId::parse("0123456789abcdef0123456789abcdef").unwrap();
    /// assert_eq!(VisitorId::from_bits(id.bits()), id);
    /// ```
    pub fn from_bits(bits: u128) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "each half is one word, each nibble four bits")]
        let (halves, nibble) =
            ([(bits >> 64) as u64, bits as u64], |half: u64, place| (half >> (4 * place)) as u8 & 0xf);
        let nibbles = halves.into_iter().flat_map(|half| (0..16).rev().map(move |place| nibble(half, place)));
        let digits = nibbles.map(|nibble| if nibble > 9 { b'a' + nibble - 10 } else { b'0' + nibble });
        let mut text = vec![b'0'; VISITOR_DIGITS];
        text.iter_mut().zip(digits).for_each(|(place, digit)| *place = digit);
        Self(String::from_utf8(text).unwrap_or_default())
    }

    /// Returns the 128 bits.
    pub fn bits(&self) -> u128 {
        let nibble = |digit| u64::from(if digit > b'9' { digit - b'a' + 10 } else { digit - b'0' });
        let half = |digits: &[u8]| digits.iter().fold(0, |bits: u64, digit| bits << 4 | nibble(*digit));
        let (upper, lower) = self.0.as_bytes().split_at(VISITOR_DIGITS / 2);
        u128::from(half(upper)) << 64 | u128::from(half(lower))
    }
}

fn is_slug(text: &str) -> bool {
    (MIN_SLUG..=MAX_SLUG).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn is_visitor(text: &str) -> bool {
    text.len() == VISITOR_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Names one lease: its pool, its number, and when it began.
///
/// ```
/// use dni_core::id::LeaseId;
///
/// let id: LeaseId = "main.13125550151.1790000000000".parse().unwrap();
/// assert_eq!(id.number.as_str(), "+13125550151");
/// assert_eq!(id.to_string(), "main.13125550151.1790000000000");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LeaseId {
    /// The pool the number is from.
    pub pool: PoolId,
    /// The number.
    pub number: E164,
    /// When the lease began.
    pub since: Millis,
}

impl fmt::Display for LeaseId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.pool, self.number.digits(), self.since.unix_ms())
    }
}

impl core::str::FromStr for LeaseId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or(InvalidId);
        let (pool, digits, since) = (part()?, part()?, part()?);
        Ok(Self {
            pool: PoolId::parse(pool).map_err(|_| InvalidId)?,
            number: E164::parse(&["+", digits].concat()).map_err(|_| InvalidId)?,
            since: Millis::from_unix_ms(since.parse().map_err(|_| InvalidId)?),
        })
    }
}

impl TryFrom<String> for LeaseId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<LeaseId> for String {
    fn from(id: LeaseId) -> Self {
        id.to_string()
    }
}

/// A text that has not the form its kind of id needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not a valid id: sites, pools and rules are named with 3 to 40 of a-z, 0-9 and -, visitors with 32 hex digits, leases \
             as the lease reply named them")
    }
}

impl core::error::Error for InvalidId {}
