//! What a pool's object knows of its site.

use std::collections::{BTreeMap, BTreeSet};

use dni_core::id::{PoolId, SiteId};
use dni_core::phone::E164;
use dni_core::pool::{Overflow, PoolRules};
use dni_core::visit::Channel;
use serde::{Deserialize, Serialize};

/// The pool's configuration as its object keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolConfiguration {
    /// The site's version that it comes from. A newer one replaces it, an older one never does.
    pub version: u32,
    /// The numbers, in the owner's order.
    pub numbers: Vec<E164>,
    /// The number of visitors who get none of their own.
    pub overflow: Option<E164>,
    /// The numbers of visitors of one channel who get none of their own.
    #[serde(default)]
    pub overflow_by_channel: BTreeMap<Channel, E164>,
    /// The rules.
    pub rules: PoolRules,
    /// Whose pool it is; `None` in what a version stored that counted no visitors.
    #[serde(default)]
    pub site: Option<PoolSite>,
}

/// Whose pool it is, and by what its visitors are counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolSite {
    /// The site.
    pub id: SiteId,
    /// The pool.
    pub pool: PoolId,
    /// The site's own hosts: an arrival from one of them is no touch.
    pub hosts: Vec<String>,
    /// The zone in whose days a visitor counts once.
    pub time_zone: String,
}

impl PoolConfiguration {
    /// Returns its numbers and its overflow numbers.
    pub fn all_numbers(&self) -> impl Iterator<Item = E164> {
        self.numbers.iter().chain(&self.overflow).chain(self.overflow_by_channel.values()).copied()
    }

    /// Returns the configuration without some numbers, as that of a version that is at least this one.
    #[must_use]
    pub fn without(&self, version: u32, gone: &[E164]) -> Self {
        let gone: BTreeSet<&E164> = gone.iter().collect();
        let stays = |number: &E164| !gone.contains(number);
        Self {
            version: self.version.max(version),
            numbers: self.numbers.iter().copied().filter(stays).collect(),
            overflow: self.overflow.filter(stays),
            overflow_by_channel: self
                .overflow_by_channel
                .iter()
                .filter(|(_, number)| stays(number))
                .map(|(channel, number)| (*channel, *number))
                .collect(),
            rules: self.rules,
            site: self.site.clone(),
        }
    }

    /// Returns the overflow numbers.
    pub fn overflows(&self) -> Overflow {
        Overflow { any: self.overflow, by_channel: self.overflow_by_channel.clone() }
    }
}
