//! Whom a call can be forwarded to: a number, a number with what is dialled behind it, or a SIP address.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{E164, Extension, PhoneError};

/// Most keys and pauses that are dialled once a line has answered: an extension of 20 digits, its pauses, a `#`.
const MAX_KEYS: usize = 32;
/// Longest SIP address, in bytes: what Twilio takes.
const MAX_SIP: usize = 255;
/// The words before an extension, longest first: of two that begin alike the longer is meant.
const LABELS: [&str; 5] = ["extension", ";ext", "ext", "x", "#"];

/// Whom a call can be forwarded to.
///
/// ```
/// use dni_core::phone::Callee;
///
/// let read = |text: &str| Callee::parse(text).unwrap().to_string();
/// assert_eq!(read("+1 312 555 0199"), "+13125550199");
/// assert_eq!(read("+1 312 555 0199 ext. 12"), "+13125550199,12");
/// assert_eq!(read("+13125550199,,12#"), "+13125550199,,12#");
/// assert_eq!(read("sip:desk@pbx.example"), "sip:desk@pbx.example");
/// assert!(Callee::parse("desk@pbx.example").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Callee {
    /// A number, and what is dialled once it has answered.
    Number(E164, Option<KeysBehind>),
    /// A SIP address.
    Sip(SipAddress),
}

/// What is dialled once a number has answered: keys, and a comma for each pause of two seconds. It begins with a comma.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeysBehind(String);

/// A SIP address: `sip:desk@pbx.example`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SipAddress(String);

impl Callee {
    /// Reads a number in international form, the same with an extension as people write it (`ext 12`, `x12`, `;ext=12`,
    /// `,,12`), or a SIP address.
    ///
    /// # Errors
    /// [`BadCallee`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, BadCallee> {
        let text = text.trim_ascii();
        if is_sip(text) {
            return SipAddress::parse(text).map(Self::Sip);
        }
        let text = without_prefix(text, "tel:").unwrap_or(text);
        let end = text.find(|char: char| char.is_ascii_alphabetic() || ",;#*".contains(char)).unwrap_or(text.len());
        let (number, behind) = text.split_at_checked(end).unwrap_or((text, ""));
        let has_number = number.bytes().any(|byte| byte.is_ascii_digit());
        if behind.is_empty() || !has_number {
            return E164::parse(text).map(|number| Self::Number(number, None)).map_err(BadCallee::Number);
        }
        let Some(keys) = KeysBehind::read(behind) else {
            // Letters that begin no extension are a word, as in +1-800-FLOWERS.
            let is_word = behind.starts_with(|char: char| char.is_ascii_alphabetic()) && label_of(behind).is_none();
            return Err(if is_word { BadCallee::Number(PhoneError::NotADigit) } else { BadCallee::Keys });
        };
        E164::parse(number).map(|number| Self::Number(number, Some(keys))).map_err(BadCallee::Number)
    }

    /// Returns the number that is rung, if it is one; of a SIP address its user, where that is a number in international form.
    pub fn number(&self) -> Option<E164> {
        match self {
            Self::Number(number, _) => Some(*number),
            Self::Sip(address) => E164::parse(address.user()).ok(),
        }
    }

    /// Returns what is dialled once it has answered.
    pub const fn keys(&self) -> Option<&KeysBehind> {
        match self {
            Self::Number(_, keys) => keys.as_ref(),
            Self::Sip(_) => None,
        }
    }

    /// Says whether it is a SIP address.
    pub const fn is_sip(&self) -> bool {
        matches!(self, Self::Sip(_))
    }
}

impl KeysBehind {
    /// Reads what stands behind a number: an extension with its label, or pauses and keys.
    fn read(text: &str) -> Option<Self> {
        let extension = label_of(text).and_then(|rest| {
            let digits = rest.trim_start_matches(['.', ':', '=']).trim_ascii();
            Extension::parse(digits)
        });
        if let Some(extension) = extension {
            return Some(Self(format!(",{extension}")));
        }
        // Telephones write a pause as a comma or p, and waiting as a semicolon or w.
        let keys: String = text
            .chars()
            .filter(|char| *char != ' ')
            .map(|char| if matches!(char, 'p' | 'P' | 'w' | 'W' | ';') { ',' } else { char })
            .collect();
        let fits = keys.len() <= MAX_KEYS && keys.bytes().all(|byte| byte.is_ascii_digit() || b",*#".contains(&byte));
        let dials = keys.starts_with(',') && keys.bytes().any(|byte| byte.is_ascii_digit());
        (fits && dials).then_some(Self(keys))
    }

    /// Returns keys and pauses: `,,12`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes the keys with another sign for each half second of pause, four for a comma: Twilio's `w`, Vonage's `p`.
    pub fn with_half_seconds(&self, sign: char) -> String {
        let pause: String = [sign; 4].iter().collect();
        self.0.replace(',', &pause)
    }
}

impl SipAddress {
    /// Takes `sip:` or `sips:`, a user, a host, and parameters behind. A password is none of an address.
    fn parse(text: &str) -> Result<Self, BadCallee> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"<>\"'\\^`{|}".contains(&byte);
        let (scheme, rest) = text.split_once(':').ok_or(BadCallee::Sip)?;
        let (user, host) = rest.split_once('@').ok_or(BadCallee::Sip)?;
        let host = host.split([';', '?']).next().unwrap_or_default();
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (host, None),
        };
        let is_host = !host.is_empty()
            && !host.starts_with('.')
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte));
        let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
        let is_user = !user.is_empty() && !user.contains(':');
        if text.len() > MAX_SIP || !text.bytes().all(plain) || rest.matches('@').count() > 1 {
            return Err(BadCallee::Sip);
        }
        if !is_user || !is_host || !is_port {
            return Err(BadCallee::Sip);
        }
        Ok(Self(format!("{}:{rest}", scheme.to_ascii_lowercase())))
    }

    /// Returns the address with its scheme.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what stands before the host, without parameters.
    pub fn user(&self) -> &str {
        let rest = self.0.split_once(':').map_or("", |(_, rest)| rest);
        let user = rest.split_once('@').map_or("", |(user, _)| user);
        user.split(';').next().unwrap_or_default()
    }
}

/// Returns what stands behind the label of an extension; `None` if the text begins with none.
fn label_of(text: &str) -> Option<&str> {
    LABELS.iter().find_map(|label| without_prefix(text, label))
}

fn is_sip(text: &str) -> bool {
    without_prefix(text, "sip:").or_else(|| without_prefix(text, "sips:")).is_some()
}

/// Returns what stands behind a prefix, whose letters may be of either case.
fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

impl From<E164> for Callee {
    fn from(number: E164) -> Self {
        Self::Number(number, None)
    }
}

impl fmt::Display for Callee {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number, keys) => {
                write!(out, "{number}{}", keys.as_ref().map(KeysBehind::as_str).unwrap_or_default())
            }
            Self::Sip(address) => out.write_str(address.as_str()),
        }
    }
}

impl fmt::Debug for Callee {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl Serialize for Callee {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Callee {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Written;
        impl de::Visitor<'_> for Written {
            type Value = Callee;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a phone number such as \"+13125550199\", one with an extension, or a SIP address")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Callee, E> {
                Callee::parse(text).map_err(E::custom)
            }
        }
        from.deserialize_str(Written)
    }
}

/// A number with or without an extension, or a SIP address.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for Callee {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Callee".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let number =
            r"^[^0-9A-Za-z]*([Tt][Ee][Ll]:)?[^0-9A-Za-z]*\+([^0-9A-Za-z]*[0-9]){7,15}[^0-9A-Za-z]*([,;#xXeEpPwW].*)?$";
        schemars::json_schema!({
            "anyOf": [
                {"type": "string", "pattern": number},
                {"type": "string", "pattern": r"^\s*[Ss][Ii][Pp][Ss]?:[^@\s]+@[^@\s]+$"},
            ],
            "description": "A phone number in international form, the same with an extension, or a SIP address.",
            "examples": ["+13125550142", "+13125550142 ext 12", "+13125550142,,12", "sip:desk@pbx.example"],
        })
    }
}

/// Why a text is nobody to ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadCallee {
    /// It is no phone number.
    Number(PhoneError),
    /// What stands behind the number is no extension.
    Keys,
    /// It is no SIP address.
    Sip,
}

impl fmt::Display for BadCallee {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(error) => error.fmt(out),
            Self::Keys => out.write_str(
                "bad_extension: What stands behind the number is no extension; write it like +13125550142 ext 12, or with a \
                 comma for each pause, like +13125550142,,12.",
            ),
            Self::Sip => out.write_str(
                "bad_sip_address: It is no SIP address; write it like sip:desk@pbx.example, without a password.",
            ),
        }
    }
}

impl core::error::Error for BadCallee {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_be_rung() {
        let cases = [
            ("+13125550199", "+13125550199"),
            (" +1 (312) 555-0199 ", "+13125550199"),
            ("+49 30 123456", "+4930123456"),
            ("+13125550199 ext 12", "+13125550199,12"),
            ("+1 312 555 0199 Ext. 012", "+13125550199,012"),
            ("+1-312-555-0199 x12", "+13125550199,12"),
            ("+13125550199X12", "+13125550199,12"),
            ("+442079460018 extension: 4", "+442079460018,4"),
            ("+13125550199;ext=204", "+13125550199,204"),
            ("tel:+13125550199;ext=204", "+13125550199,204"),
            ("+13125550199 #12", "+13125550199,12"),
            ("+13125550199,12", "+13125550199,12"),
            ("+13125550199,,12", "+13125550199,,12"),
            ("+13125550199,, 12#", "+13125550199,,12#"),
            ("+13125550199,,1,,204", "+13125550199,,1,,204"),
            ("+13125550199pp12", "+13125550199,,12"),
            ("+13125550199;12", "+13125550199,12"),
            ("+4930123456w7", "+4930123456,7"),
            ("sip:desk@pbx.example", "sip:desk@pbx.example"),
            ("SIP:desk@pbx.example:5060;transport=tls", "sip:desk@pbx.example:5060;transport=tls"),
            ("sips:200@[2001:db8::1]:5061", "sips:200@[2001:db8::1]:5061"),
            ("sip:+13125550199@trunk.example;user=phone", "sip:+13125550199@trunk.example;user=phone"),
            ("sip:desk@pbx.example?X-Site=harbor", "sip:desk@pbx.example?X-Site=harbor"),
        ];
        for (text, expected) in cases {
            let read = Callee::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(read.to_string(), expected, "{text}");
            assert_eq!(Callee::parse(expected).as_ref(), Ok(&read), "{text}: as it comes back from a store");
            let stored = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<Callee>(&stored).unwrap(), read);
        }
    }

    #[test]
    fn who_cannot_be_rung() {
        let long = format!("sip:{}@pbx.example", "d".repeat(MAX_SIP));
        let cases = [
            ("", BadCallee::Number(PhoneError::Empty)),
            ("office", BadCallee::Number(PhoneError::NotADigit)),
            ("555-0199", BadCallee::Number(PhoneError::NoCountryCode)),
            ("555-0199 ext 12", BadCallee::Number(PhoneError::NoCountryCode)),
            ("+1312555", BadCallee::Number(PhoneError::NotInPlan)),
            ("+13125550199 ext", BadCallee::Keys),
            ("+13125550199 ext twelve", BadCallee::Keys),
            ("+13125550199 ext 123456789012345678901", BadCallee::Keys),
            ("+13125550199,,", BadCallee::Keys),
            ("+13125550199 office", BadCallee::Number(PhoneError::NotADigit)),
            ("+1-800-PLUMBER", BadCallee::Number(PhoneError::NotADigit)),
            ("+13125550199*12", BadCallee::Keys),
            ("sip:", BadCallee::Sip),
            ("sip:pbx.example", BadCallee::Sip),
            ("sip:@pbx.example", BadCallee::Sip),
            ("sip:desk@", BadCallee::Sip),
            ("sip:desk:secret@pbx.example", BadCallee::Sip),
            ("sip:desk@pbx.example:port", BadCallee::Sip),
            ("sip:desk@pbx example", BadCallee::Sip),
            ("sip:de\"sk@pbx.example", BadCallee::Sip),
            ("sip:a@b@pbx.example", BadCallee::Sip),
            (&long, BadCallee::Sip),
        ];
        for (text, expected) in cases {
            assert_eq!(Callee::parse(text), Err(expected), "{text}");
            assert!(expected.to_string().ends_with('.'));
        }
    }

    #[test]
    fn the_number_that_is_rung() {
        let cases = [
            ("+13125550199,,12", Some("+13125550199")),
            ("sip:+13125550199@trunk.example", Some("+13125550199")),
            ("sip:+13125550199;npdi@trunk.example", Some("+13125550199")),
            ("sip:200@pbx.example", None),
            ("sip:desk@pbx.example", None),
        ];
        for (text, expected) in cases {
            let number = Callee::parse(text).unwrap().number();
            assert_eq!(number.as_ref().map(E164::as_str), expected, "{text}");
        }
        let keys = Callee::parse("+13125550199,,1,2").unwrap();
        assert_eq!(keys.keys().unwrap().with_half_seconds('w'), "wwwwwwww1wwww2");
    }
}
