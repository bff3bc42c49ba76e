//! What a visitor may ask of a pool, and what there is for him when it has nothing.

use core::fmt;
use core::num::NonZeroU16;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::phone::E164;
use crate::visit::Channel;

/// Most area codes of one context that are looked at: California, which has the most, has fewer.
pub(super) const MAX_AREAS: usize = 64;

/// What the pool should know of a visitor who asks for a number. The default knows nothing of him.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeaseContext {
    /// The area codes of where he is. They count if the pool's rules prefer local numbers; the first 64 of them.
    pub areas: Vec<AreaCode>,
    /// Whether he came by a click id or has been here before: then the reserve is for him too.
    pub has_claim: bool,
    /// The channel he came by, which may have an overflow number of its own.
    pub channel: Option<Channel>,
}

/// The numbers of visitors who get none of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overflow {
    /// For visitors of any channel that has none.
    pub any: Option<E164>,
    /// For visitors of one channel: a call to it tells at least that much.
    pub by_channel: BTreeMap<Channel, E164>,
}

impl Overflow {
    /// Returns the number for a visitor of that channel, if there is one.
    pub fn of(&self, channel: Option<Channel>) -> Option<E164> {
        channel.and_then(|channel| self.by_channel.get(&channel).copied()).or(self.any)
    }
}

impl From<Option<E164>> for Overflow {
    fn from(any: Option<E164>) -> Self {
        Self { any, by_channel: BTreeMap::new() }
    }
}

/// An area code of the North American plan: three digits, 200 to 999.
///
/// ```
/// use dni_core::phone::E164;
/// use dni_core::pool::AreaCode;
///
/// let code = AreaCode::parse("312").unwrap();
/// assert_eq!(AreaCode::of(E164::parse("+13125550142").unwrap()), Some(code));
/// assert_eq!(code.to_string(), "312");
/// assert_eq!(AreaCode::parse("12"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode(NonZeroU16);

impl AreaCode {
    /// Takes three digits, the first of them 2 to 9.
    pub fn parse(text: &str) -> Option<Self> {
        let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        let code = text.parse().ok().filter(|code| is_code && (200..=999).contains(code))?;
        NonZeroU16::new(code).map(Self)
    }

    /// Returns the area code of a number of the North American plan, `None` for any other country.
    pub fn of(number: E164) -> Option<Self> {
        number.nanp_digits()?.get(..3).and_then(Self::parse)
    }
}

impl TryFrom<String> for AreaCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("an area code is three digits, the first of them 2 to 9, such as 312")
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_codes_are_three_digits() {
        for (text, expected) in
            [("312", true), ("999", true), ("199", false), ("", false), ("3125", false), ("+12", false)]
        {
            assert_eq!(AreaCode::parse(text).is_some(), expected, "{text}");
            assert_eq!(serde_json::from_str::<AreaCode>(&format!("\"{text}\"")).is_ok(), expected, "{text}");
        }
        assert_eq!(AreaCode::of(E164::parse("+442079460018").unwrap()), None);
    }

    #[test]
    fn a_channel_without_a_number_gets_the_common_one() {
        let [common, paid] = ["+13125550171", "+13125550172"].map(|text| E164::parse(text).unwrap());
        let by_channel = BTreeMap::from([(Channel::PaidSearch, paid)]);
        let overflow = Overflow { any: Some(common), by_channel };
        assert_eq!(overflow.of(Some(Channel::PaidSearch)), Some(paid));
        assert_eq!(overflow.of(Some(Channel::Direct)), Some(common));
        assert_eq!(overflow.of(None), Some(common));
        assert_eq!(Overflow { any: None, ..overflow }.of(Some(Channel::Direct)), None);
    }
}
