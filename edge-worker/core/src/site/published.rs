//! A site as it is published: one snapshot, and the site's name under each of its numbers.

use std::collections::BTreeSet;

use dni_core::id::{PoolId, SiteId};
use dni_core::phone::{E164, NumberTexts, Region};
use serde::{Deserialize, Serialize};

use super::document::SiteDocument;
use super::pool_configuration::{PoolConfiguration, PoolSite};

/// Most numbers whose texts stand in a snapshot. Each machine reads it whole every ten seconds; of more numbers, those few that visitors get
/// are written when they get them.
const MAX_TEXTS: usize = 500;

/// A site as it is published.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublishedSite {
    /// Its name.
    pub id: SiteId,
    /// The count of its versions.
    pub version: u32,
    /// What its owner wrote.
    pub document: SiteDocument,
    /// What people write for its targets and tracking numbers: found once, because it takes the rules of all countries.
    #[serde(default)]
    texts: Vec<NumberTexts>,
}

/// Which site a number belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberOwner {
    /// The site.
    pub site: SiteId,
    /// The pool that has the number, or had it when it was last listed.
    pub pool: Option<PoolId>,
}

impl PublishedSite {
    /// Makes the snapshot of a version.
    pub fn new(id: SiteId, version: u32, document: SiteDocument) -> Self {
        let targets = document.targets.iter().map(|target| target.number);
        let is_small = document.tracking_numbers().nth(MAX_TEXTS).is_none();
        let numbers = document.tracking_numbers().filter(|_| is_small);
        let texts = targets.chain(numbers).map(NumberTexts::of).collect();
        Self { id, version, document, texts }
    }

    /// Returns what people write for a number.
    pub fn texts_of(&self, number: E164) -> NumberTexts {
        // A snapshot may have been published before there were texts in it, and a rule may name a number that is not listed.
        self.texts.iter().find(|texts| texts.number == number).cloned().unwrap_or_else(|| NumberTexts::of(number))
    }

    /// Lists the countries that the site's tracking numbers are of.
    pub fn countries(&self) -> BTreeSet<Region> {
        self.document.tracking_numbers().filter_map(Region::of).collect()
    }

    /// Returns what the pool's object must know; `None` if the site has no such pool.
    pub fn pool_configuration(&self, id: &PoolId) -> Option<PoolConfiguration> {
        let pool = self.document.pool(id)?;
        Some(PoolConfiguration {
            version: self.version,
            numbers: pool.numbers.clone(),
            overflow: pool.overflow,
            overflow_by_channel: pool.overflow_by_channel.clone(),
            rules: pool.rules,
            site: Some(PoolSite {
                id: self.id.clone(),
                pool: id.clone(),
                hosts: self.document.hosts(),
                time_zone: self.document.time_zone.clone(),
            }),
        })
    }
}
