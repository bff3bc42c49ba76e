//! Numbers for the owner who looks whether their page swaps.
//!
//! Anybody can put `dni_test` into a link, and whoever follows it may call what they see. So a test shows numbers that ring the
//! business and stand for no visitor: the pools' overflow numbers.

use dni_core::phone::{E164, national};
use dni_core::wire::{Assigned, AssignedKind};
use edge_core::site::{PoolDocument, SiteDocument};

/// Returns a test number for each wanted target whose site has one: no pool is asked, and nothing is leased.
pub fn test_numbers(site: &SiteDocument, wanted: &[E164]) -> Vec<Assigned> {
    let targets = site.targets.iter().filter(|target| wanted.contains(&target.number));
    let assigned = targets.filter_map(|target| {
        let own = site.pool(&target.pool).and_then(overflow);
        let number = own.or_else(|| site.pools.iter().find_map(overflow))?;
        let display = national(number);
        Some(Assigned { target: target.number, number, display, kind: AssignedKind::Test, pool: None, lease: None })
    });
    assigned.collect()
}

/// Returns a pool's overflow number, of any channel.
fn overflow(pool: &PoolDocument) -> Option<E164> {
    pool.overflow.or_else(|| pool.overflow_by_channel.values().next().copied())
}
