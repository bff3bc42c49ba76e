//! How a version of a site becomes the published one, or goes: step by step, so that any number of tracking numbers can.
//!
//! Under each tracking number stands an entry that says whose it is, and under the site's name its snapshot. The entries are written
//! first, as many in one step as a request may; the snapshot behind the last of them. So visitors get the numbers of the old version
//! until all of the new one can be called. What is left stands in the database, where whoever comes next takes it up.

use std::collections::BTreeMap;

use dni_core::id::PoolId;
use dni_core::phone::E164;
use serde::{Deserialize, Serialize};

use super::document::SiteDocument;

/// Most entries that are written or deleted in one step. An invocation of a worker may do 1,000 operations on KV (Cloudflare); the rest is
/// for the site's snapshot, the countries, and whatever else the request asks.
pub const MAX_ENTRIES: u16 = 500;

/// Numbers with the pool that each is in; `None` for one that stands for a source.
pub type PoolsOfNumbers = BTreeMap<E164, Option<PoolId>>;

/// What is left of a site that was deleted, beside its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Its last version: its pools lease nothing until they hear of a newer one.
    pub version: u32,
    /// Its pools.
    pub pools: Vec<PoolId>,
}

/// What is left to do for a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// The version that is to be published; `None` if the site was deleted.
    pub version: Option<u32>,
    /// What a deletion has still to end.
    pub closing: Option<Closing>,
    /// Listed numbers whose entry is not known to say so; one more than a step takes is enough to know.
    pub due: PoolsOfNumbers,
    /// Numbers of a deleted site, which are to be nobody's; as many.
    pub leaving: Vec<E164>,
}

/// What is done at once, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What of the deleted site is ended: its snapshot, its pools' leases and its callers.
    pub closes: Option<Closing>,
    /// The numbers whose entries are written.
    pub writes: PoolsOfNumbers,
    /// The version whose snapshot is written then: all its numbers are.
    pub publishes: Option<u32>,
    /// The numbers whose entries are deleted.
    pub forgets: Vec<E164>,
}

impl Unfinished {
    /// Returns what is done next, with `most` entries.
    pub fn step(self, most: usize) -> Step {
        let Self { version, closing, due, leaving } = self;
        let is_last = due.len() <= most;
        let writes: PoolsOfNumbers = due.into_iter().take(most).collect();
        let rest = most - writes.len();
        Step {
            closes: closing,
            writes,
            publishes: version.filter(|_| is_last),
            forgets: leaving.into_iter().take(rest).collect(),
        }
    }
}

impl Step {
    /// Returns how many entries are written or deleted.
    pub fn entries(&self) -> usize {
        self.writes.len() + self.forgets.len()
    }
}

impl SiteDocument {
    /// Returns the tracking numbers, each with its pool.
    pub fn pools_of_numbers(&self) -> PoolsOfNumbers {
        let pools = self.pools.iter().flat_map(|pool| pool.all_numbers().map(|number| (number, Some(pool.id.clone()))));
        pools.chain(self.source_numbers.iter().map(|source| (source.number, None))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_takes_so_many_entries_and_the_snapshot_comes_behind_the_last() {
        // Due, leaving; written, published, forgotten.
        let cases = [
            ((0, 0), (0, true, 0)),
            ((2, 0), (2, true, 0)),
            ((3, 0), (3, true, 0)),
            ((4, 0), (3, false, 0)),
            ((1, 4), (1, true, 2)),
            ((4, 4), (3, false, 0)),
            ((0, 2), (0, true, 2)),
        ];
        for case in cases {
            check(Some(7), case);
            let ((due, leaving), (_, _, forgotten)) = case;
            if due == 0 {
                check(None, ((0, leaving), (0, false, forgotten)));
            }
        }
    }

    #[track_caller]
    fn check(version: Option<u32>, case: ((usize, usize), (usize, bool, usize))) {
        let ((due, leaving), expected) = case;
        let number = |at: usize| E164::parse(&format!("+131255501{at:02}")).unwrap();
        let closing = version.is_none().then(|| Closing { version: 6, pools: Vec::new() });
        let unfinished = Unfinished {
            version,
            closing: closing.clone(),
            due: (0..due).map(|at| (number(at), None)).collect(),
            leaving: (50..50 + leaving).map(number).collect(),
        };
        let step = unfinished.step(3);
        assert_eq!((step.writes.len(), step.publishes.is_some(), step.forgets.len()), expected, "{case:?}");
        assert_eq!((step.closes.clone(), step.entries()), (closing, expected.0 + expected.2), "{case:?}");
    }
}
