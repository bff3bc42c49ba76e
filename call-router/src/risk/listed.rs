//! Callers whom the owner lists: always let through, or never.

use core::fmt;

use dni_core::phone::E164;
use serde::{Deserialize, Serialize};

use crate::event::Caller;

/// Most entries of one list. At about 16 bytes each, two full lists and 500 numbers fit a site's document of 64 KB.
pub const MAX_ENTRIES: usize = 500;
/// Most digits of an entry, and of any number.
const MAX_DIGITS: usize = 15;
/// What stands at the end of an entry that means all numbers that begin so.
const WILDCARD: char = '*';
/// The entry that means callers who keep their number to themselves.
const WITHHELD: &str = "withheld";

/// Callers whom the owner lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallerList(pub Vec<ListEntry>);

/// One entry: a number (`+13125550123`), how numbers begin (`+1900*`), or `withheld`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListEntry(String);

impl CallerList {
    /// Says whether a caller is listed.
    ///
    /// ```
    /// use call_router::{event::Caller, risk::CallerList};
    /// use dni_core::phone::E164;
    ///
    /// let list: CallerList = serde_json::from_str(r#"["+1900*", "withheld"]"#).unwrap();
    /// assert!(list.has(&Caller::Number(E164::parse("+19005550123").unwrap())));
    /// assert!(list.has(&Caller::Withheld));
    /// assert!(!list.has(&Caller::Number(E164::parse("+13125550123").unwrap())));
    /// ```
    pub fn has(&self, caller: &Caller) -> bool {
        self.0.iter().any(|entry| entry.means(caller))
    }
}

impl ListEntry {
    fn means(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Withheld => self.0 == WITHHELD,
            Caller::Other(_) => false,
            Caller::Number(number) => match self.0.strip_suffix(WILDCARD) {
                Some(start) => number.as_str().starts_with(start),
                None => number.as_str() == self.0,
            },
        }
    }
}

impl TryFrom<String> for ListEntry {
    type Error = BadEntry;

    fn try_from(text: String) -> Result<Self, BadEntry> {
        let is_start = |text: &str| {
            let digits = text.strip_prefix('+').unwrap_or_default();
            (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_entry = text == WITHHELD
            || text.strip_suffix(WILDCARD).is_some_and(is_start)
            || E164::parse(&text).is_ok_and(|number| number.as_str() == text);
        if is_entry { Ok(Self(text)) } else { Err(BadEntry) }
    }
}

impl From<ListEntry> for String {
    fn from(entry: ListEntry) -> Self {
        entry.0
    }
}

impl fmt::Display for ListEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A text that means no caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadEntry;

impl BadEntry {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "bad_list_entry"
    }
}

impl fmt::Display for BadEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}: An entry of a list is a number with its country code (+13125550123), how numbers begin (+1900*), or withheld.",
            self.code()
        )
    }
}

impl core::error::Error for BadEntry {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries() {
        let number = |text| Caller::Number(E164::parse(text).unwrap());
        let cases = [
            ("+13125550123", number("+13125550123"), true),
            ("+13125550123", number("+13125550124"), false),
            ("+1312555*", number("+13125550123"), true),
            ("+1312555*", number("+13125560123"), false),
            ("+44*", number("+442079460018"), true),
            ("withheld", Caller::Withheld, true),
            ("withheld", number("+13125550123"), false),
            ("+1*", Caller::Withheld, false),
            ("+1*", Caller::Other("sip:+1@example.com".into()), false),
        ];
        for (entry, caller, expected) in cases {
            let entry = ListEntry::try_from(entry.to_owned()).unwrap();
            assert_eq!(entry.means(&caller), expected, "{entry} {caller:?}");
        }
    }

    #[test]
    fn what_is_no_entry() {
        for text in
            ["", "*", "+*", "312*", "+1312x*", "(312) 555-0123", "+1 312 555 0123", "anonymous", "+1234567890123456*"]
        {
            assert_eq!(ListEntry::try_from(text.to_owned()), Err(BadEntry), "{text}");
        }
    }
}
