//! The numbers of visitors who get none of their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::phone::E164;
use crate::visit::Channel;

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

#[cfg(test)]
mod tests {
    use super::*;

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
