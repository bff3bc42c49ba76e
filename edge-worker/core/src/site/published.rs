//! A site as it is published: one snapshot, and the site's name under each of its numbers.

use dni_core::id::{PoolId, SiteId};
use dni_core::phone::E164;
use serde::{Deserialize, Serialize};

use super::document::SiteDocument;
use super::pool_configuration::PoolConfiguration;

/// A site as it is published.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublishedSite {
    /// Its name.
    pub id: SiteId,
    /// The count of its versions.
    pub version: u32,
    /// What its owner wrote.
    pub document: SiteDocument,
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
    /// Lists the site's tracking numbers with their owner.
    pub fn owned_numbers(&self) -> impl Iterator<Item = (E164, NumberOwner)> {
        let document = &self.document;
        let pools =
            document.pools.iter().flat_map(|pool| pool.all_numbers().map(|number| (number, Some(pool.id.clone()))));
        let sources = document.source_numbers.iter().map(|source| (source.number, None));
        pools.chain(sources).map(|(number, pool)| (number, NumberOwner { site: self.id.clone(), pool }))
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
        })
    }
}
