//! Numbers for the owner who looks whether their page swaps.
//!
//! Anybody can put `dni_test` into a link, and whoever follows it may call what they see. So a test shows numbers that ring the
//! business and stand for no visitor: the pools' overflow numbers.

use dni_core::phone::E164;
use dni_core::wire::{Assigned, AssignedKind};
use edge_core::site::{PoolDocument, PublishedSite};

/// Returns a test number for each wanted target whose site has one: no pool is asked, and nothing is leased.
pub fn test_numbers(site: &PublishedSite, wanted: &[E164]) -> Vec<Assigned> {
    let document = &site.document;
    let targets = document.targets.iter().filter(|target| wanted.contains(&target.number));
    let assigned = targets.filter_map(|target| {
        let own = document.pool(&target.pool).and_then(overflow);
        let number = own.or_else(|| document.pools.iter().find_map(overflow))?;
        Some(Assigned::of(site.texts_of(target.number), site.texts_of(number), AssignedKind::Test))
    });
    assigned.collect()
}

/// Returns a pool's overflow number, of any channel.
fn overflow(pool: &PoolDocument) -> Option<E164> {
    pool.overflow.or_else(|| pool.overflow_by_channel.values().next().copied())
}
