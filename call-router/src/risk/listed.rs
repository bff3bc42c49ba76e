//! Callers whom the owner lists: always let through, or never.

use core::cmp::Ordering;
use core::fmt;

use dni_core::phone::E164;
use serde::{Deserialize, Serialize};

use crate::event::{Caller, MAX_ADDRESS, SipAddress};

/// Most entries of one list. At about 16 bytes each, two full lists and 500 numbers fit a site's document of 64 KB.
pub const MAX_ENTRIES: usize = 500;
/// Most digits of an entry that says how numbers begin, and of any number.
const MAX_DIGITS: usize = 15;
/// From how many digits on a leading zero is taken for that of a number as its own country writes it.
const NATIONAL_DIGITS: usize = 7;
/// Digits of a North American number without its country code.
const NANP_DIGITS: usize = 10;
/// What stands at the end of an entry that means all numbers, or names, that begin so; and for anybody at a host.
const WILDCARD: char = '*';
/// The entry that means callers who keep their number to themselves.
const WITHHELD: &str = "withheld";
/// What an entry that means a caller's name begins with.
const NAME: &str = "name:";
/// What the address of an app of Twilio or `SignalWire` begins with.
const CLIENT: &str = "client:";

/// Callers whom the owner lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("maxItems" = MAX_ENTRIES)))]
#[serde(transparent)]
pub struct CallerList(pub Vec<ListEntry>);

/// One entry: a number (`+13125550123`), how numbers begin (`+1900*`), `withheld` or whatever a carrier writes for it, digits
/// as they are shown (`12345`), an address (`sip:desk@pbx.example`, `sip:*@pbx.example`), or a name (`name:SPAM LIKELY`,
/// `name:SPAM*`).
///
/// Two entries are equal that mean the same callers, however they are written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListEntry {
    text: String,
    meaning: Meaning,
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ListEntry {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ListEntry".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "minLength": 1,
            "description": "A number, how numbers begin, withheld, digits as they are shown, an address, or a name.",
            "examples": ["+13125550123", "+1900*", "withheld", "12345", "sip:*@pbx.example", "name:SPAM*"],
        })
    }
}

/// Whom an entry means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    /// Callers who keep their number to themselves.
    Withheld,
    /// A number.
    Number(E164),
    /// Numbers that begin so, with their plus.
    Start(String),
    /// Digits, as a carrier shows them that are no number with its plus.
    Digits(String),
    /// An address in small letters; everybody at the host if there is no user.
    Address { user: Option<String>, host: String },
    /// Any other address, as it is shown, in small letters.
    Text(String),
    /// A name, in small letters.
    Name(String),
    /// Names that begin so, in small letters.
    NameStart(String),
}

impl CallerList {
    /// Says whether a caller is listed, by what they show or by the name the telephone network has for their number.
    ///
    /// ```
    /// use call_router::{event::Caller, risk::CallerList};
    ///
    /// let list: CallerList = serde_json::from_str(r#"["+1900*", "withheld", "name:SPAM*"]"#).unwrap();
    /// assert!(list.has(&Caller::shown("+19005550123"), None));
    /// assert!(list.has(&Caller::shown("+266696687"), None), "the digits spell ANONYMOUS");
    /// assert!(list.has(&Caller::shown("+13125550123"), Some("Spam Likely")));
    /// assert!(!list.has(&Caller::shown("+13125550123"), Some("DOE JANE")));
    /// ```
    pub fn has(&self, caller: &Caller, name: Option<&str>) -> bool {
        let name = name.map(|name| name.trim().to_lowercase());
        self.0.iter().any(|entry| entry.meaning.is(caller, name.as_deref()))
    }
}

impl Meaning {
    fn is(&self, caller: &Caller, name: Option<&str>) -> bool {
        match self {
            Self::Name(listed) => return name == Some(listed),
            Self::NameStart(start) => return name.is_some_and(|name| name.starts_with(start)),
            _ => {}
        }
        match caller {
            Caller::Withheld => *self == Self::Withheld,
            Caller::Number(number) => self.is_number(*number),
            Caller::Other(shown) => self.is_shown(shown.as_str()),
        }
    }

    fn is_number(&self, number: E164) -> bool {
        match self {
            Self::Number(listed) => *listed == number,
            Self::Start(start) => number.as_str().starts_with(start),
            // Whoever writes the ten digits of a North American number means that, not another country's.
            Self::Digits(digits) if nanp(digits).is_some() => nanp(digits) == Some(number),
            Self::Digits(digits) => number.digits() == digits,
            _ => false,
        }
    }

    fn is_shown(&self, shown: &str) -> bool {
        let digits = shown.strip_prefix('+').unwrap_or(shown);
        match self {
            Self::Digits(listed) => digits == listed,
            Self::Start(start) => is_digits(digits) && shown.starts_with(start),
            Self::Address { user, host } => SipAddress::read(shown).is_some_and(|address| {
                address.host.eq_ignore_ascii_case(host)
                    && user.as_ref().is_none_or(|user| address.user.eq_ignore_ascii_case(user))
            }),
            Self::Text(listed) => shown.to_lowercase() == *listed,
            _ => false,
        }
    }

    /// Reads an entry.
    fn read(text: &str) -> Result<Self, BadEntry> {
        if text.is_empty() || text.len() > MAX_ADDRESS {
            return Err(BadEntry::default());
        }
        if let Some(name) = after(text, NAME) {
            return Self::of_name(name);
        }
        if let Some(start) = text.strip_suffix(WILDCARD) {
            return Self::of_start(start);
        }
        match Caller::shown(text) {
            Caller::Withheld => return Ok(Self::Withheld),
            Caller::Number(number) => return Ok(Self::Number(number)),
            Caller::Other(_) => {}
        }
        let digits = text.strip_prefix('+').unwrap_or(text);
        if is_digits(digits) {
            return Self::of_digits(digits);
        }
        if let Some(SipAddress { user, host }) = SipAddress::read(text) {
            return Self::of_address(user, host);
        }
        if after(text, CLIENT).is_some() {
            return Ok(Self::Text(text.to_lowercase()));
        }
        Err(BadEntry { instead: instead_of(text) })
    }

    fn of_name(name: &str) -> Result<Self, BadEntry> {
        let name = name.trim().to_lowercase();
        match name.strip_suffix(WILDCARD).map(str::trim_end) {
            Some("") => Err(BadEntry::default()),
            Some(start) => Ok(Self::NameStart(start.to_owned())),
            // Such a name only says that the number is withheld, and is not kept as one.
            None if name.is_empty() || Caller::shown(&name) == Caller::Withheld => {
                Err(BadEntry { instead: Some(WITHHELD.to_owned()) })
            }
            None => Ok(Self::Name(name)),
        }
    }

    fn of_start(start: &str) -> Result<Self, BadEntry> {
        let digits = start.strip_prefix('+').unwrap_or_default();
        let is_start = (1..=MAX_DIGITS).contains(&digits.len()) && is_digits(digits);
        if is_start { Ok(Self::Start(start.to_owned())) } else { Err(BadEntry::default()) }
    }

    /// Digits that begin with a zero may be a number as its own country writes it, which nobody shows.
    fn of_digits(digits: &str) -> Result<Self, BadEntry> {
        if digits.len() >= NATIONAL_DIGITS && digits.starts_with('0') {
            let example = format!("it with its country code, such as +44{}", digits.trim_start_matches('0'));
            return Err(BadEntry { instead: Some(example) });
        }
        Ok(Self::Digits(digits.to_owned()))
    }

    fn of_address(user: &str, host: &str) -> Result<Self, BadEntry> {
        if user.is_empty() || host.is_empty() {
            return Err(BadEntry::default());
        }
        let user = Some(user.to_lowercase()).filter(|user| *user != WILDCARD.to_string());
        Ok(Self::Address { user, host: host.to_lowercase() })
    }
}

/// Returns what an owner may have meant to write.
fn instead_of(text: &str) -> Option<String> {
    if let Ok(number) = E164::parse_in_nanp(text) {
        return Some(number.to_string());
    }
    text.chars().any(char::is_alphabetic).then(|| format!("{NAME}{text}"))
}

/// Reads the ten digits of a North American number.
fn nanp(digits: &str) -> Option<E164> {
    E164::parse_in_nanp(digits).ok().filter(|_| digits.len() == NANP_DIGITS)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

impl PartialEq for ListEntry {
    fn eq(&self, other: &Self) -> bool {
        self.meaning == other.meaning
    }
}

impl Eq for ListEntry {}

impl PartialOrd for ListEntry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ListEntry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.meaning.cmp(&other.meaning)
    }
}

impl TryFrom<String> for ListEntry {
    type Error = BadEntry;

    fn try_from(text: String) -> Result<Self, BadEntry> {
        let meaning = Meaning::read(text.trim())?;
        Ok(Self { text, meaning })
    }
}

impl From<ListEntry> for String {
    fn from(entry: ListEntry) -> Self {
        entry.text
    }
}

impl fmt::Display for ListEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// A text that means no caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadEntry {
    /// What may be meant, as it must be written.
    instead: Option<String>,
}

impl BadEntry {
    /// Returns the stable code for machines.
    pub const fn code(&self) -> &'static str {
        "bad_list_entry"
    }
}

impl fmt::Display for BadEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}: An entry of a list is a number with its country code (+13125550123), how numbers begin (+1900*), withheld, \
             an address (sip:desk@pbx.example), or a caller's name (name:SPAM LIKELY).",
            self.code()
        )?;
        match &self.instead {
            Some(instead) => write!(out, " Here, write {instead}."),
            None => Ok(()),
        }
    }
}

impl core::error::Error for BadEntry {}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Result<ListEntry, BadEntry> {
        ListEntry::try_from(text.to_owned())
    }

    fn check(listed: &str, shown: &str, name: Option<&str>, expected: bool) {
        let list = CallerList(vec![entry(listed).unwrap_or_else(|error| panic!("{listed}: {error}"))]);
        assert_eq!(list.has(&Caller::shown(shown), name), expected, "{listed} against {shown} {name:?}");
    }

    #[test]
    fn what_an_entry_means() {
        let cases = [
            ("+13125550123", "+13125550123", true),
            ("+13125550123", "+13125550124", false),
            ("+13125550123", "sip:+13125550123@pbx.example", true),
            ("+1 (312) 555-0123", "+13125550123", true),
            ("+1312555*", "+13125550123", true),
            ("+1312555*", "+13125560123", false),
            ("+44*", "+442079460018", true),
            ("+1*", "anonymous", false),
            ("+1*", "sip:+1@example.com", false),
            // Digits as they are shown.
            ("12345", "12345", true),
            ("12345", "+12345", true),
            ("+12345", "12345", true),
            ("+12*", "+12345", true),
            ("12345", "123456", false),
            ("5550123", "5550123", true),
            ("3125550123", "3125550123", true),
            ("3125550123", "+13125550123", true),
            ("13125550123", "+13125550123", true),
            ("442079460018", "+442079460018", true),
            ("3125550123", "+3125550123", false),
            ("1234567890123456", "1234567890123456", true),
            // Addresses.
            ("sip:alice@example.com", "sip:alice@example.com", true),
            ("sip:alice@example.com", "<SIP:Alice@Example.com:5061;transport=tls>", true),
            ("alice@example.com", "sips:alice@example.com", true),
            ("sip:alice@example.com", "sip:bob@example.com", false),
            ("sip:*@example.com", "sip:bob@example.com", true),
            ("sip:*@example.com", "sip:bob@example.org", false),
            ("sip:+13125550123@pbx.example", "+13125550123", true),
            ("sip:1000@pbx.example", "sip:1000@pbx.example", true),
            ("client:desk", "client:Desk", true),
            ("client:desk", "client:lobby", false),
        ];
        for (listed, shown, expected) in cases {
            check(listed, shown, None, expected);
        }
    }

    #[test]
    fn every_spelling_of_withheld_means_it() {
        let spellings = [
            "withheld",
            "Withheld",
            "anonymous",
            "Private Number",
            "+266696687",
            "266696687",
            "+7378742833",
            "+7378742883",
            "7378742833",
            "+2562533",
            "2562533",
            "+8566696",
            "+8656696",
            "+86282452253",
            "0000000000",
            "sip:anonymous@anonymous.invalid",
        ];
        for listed in spellings {
            assert_eq!(entry(listed), entry("withheld"), "{listed}");
            for shown in spellings {
                check(listed, shown, None, true);
            }
            check(listed, "+13125550123", None, false);
            check(listed, "sip:alice@example.com", None, false);
        }
    }

    #[test]
    fn names_that_the_network_has_for_a_number() {
        let cases = [
            ("name:SPAM LIKELY", Some("Spam Likely"), true),
            ("NAME: spam likely ", Some("SPAM LIKELY"), true),
            ("name:SPAM LIKELY", Some("SPAM LIKELY INC"), false),
            ("name:SPAM*", Some("Spam Risk"), true),
            ("name:SPAM*", Some("HARBOR"), false),
            ("name:SPAM*", None, false),
            ("+13125550123", Some("SPAM LIKELY"), false),
        ];
        for (listed, name, expected) in cases {
            check(listed, "+12125550123", name, expected);
        }
    }

    #[test]
    fn what_is_no_entry_says_what_is() {
        let cases = [
            ("", None),
            ("*", None),
            ("+*", None),
            ("312*", None),
            ("+1312x*", None),
            ("+1234567890123456*", None),
            ("sip:@example.com", None),
            ("name:", Some("withheld")),
            ("name:Anonymous", Some("withheld")),
            ("name:*", None),
            ("(312) 555-0123", Some("+13125550123")),
            ("SPAM LIKELY", Some("name:SPAM LIKELY")),
            ("02079460018", Some("it with its country code, such as +442079460018")),
        ];
        for (text, instead) in cases {
            let error = entry(text).unwrap_err();
            assert_eq!(error.instead.as_deref(), instead, "{text}");
            assert!(error.to_string().starts_with("bad_list_entry: "));
        }
    }

    #[test]
    fn an_entry_is_kept_as_it_was_written() {
        for text in ["+266696687", "Private Number", "name:SPAM*", "+1 (312) 555-0123"] {
            let list: CallerList = serde_json::from_value(serde_json::json!([text])).unwrap();
            assert_eq!(serde_json::to_value(&list).unwrap(), serde_json::json!([text]));
        }
    }
}
