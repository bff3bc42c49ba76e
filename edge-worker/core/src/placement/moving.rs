//! How a site's calls get from one database into another while calls come in and people read them.
//!
//! The calls are read in one place at any time. A move copies them into the other database, during which each call that is written is
//! written to both; then the place changes at once; then what was left behind is deleted. Whoever writes a call looks at the place
//! again after writing, and writes anew if it has changed: so no call stays behind. An older version of a call never replaces a newer
//! one, in either database, so it does not matter in which order copies and new versions arrive.

use serde::Serialize;
use utoipa::ToSchema;

use super::DatabaseName;

/// Where the calls of a site are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// The database that they are read in.
    pub database: DatabaseName,
    /// What else there may be of them elsewhere.
    pub moving: Option<Moving>,
    /// How often this has changed: whoever acts on it asks whether it is still the same.
    pub change: u32,
}

/// What is under way with the calls of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moving {
    /// They are being copied into this database.
    To(DatabaseName),
    /// What other databases still have of them is being deleted.
    Clearing,
}

/// What is to be done next for a site's calls to be in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveStep {
    /// The placement changes to this one, if it is still the one that was read.
    Change(Placement),
    /// More calls are copied into this database; when all are there, the placement changes to the second.
    Copy(DatabaseName, Placement),
    /// Other databases' calls of the site are deleted; when there are none, the placement changes to this one.
    Clear(Placement),
    /// The calls are there, and nowhere else.
    Done,
}

impl Placement {
    /// Returns the databases that a call of the site is written to.
    pub fn written_to(self) -> impl Iterator<Item = DatabaseName> {
        let second = match self.moving {
            Some(Moving::To(database)) => Some(database),
            Some(Moving::Clearing) | None => None,
        };
        [Some(self.database), second].into_iter().flatten()
    }

    /// Returns the database that the calls are going to be in, if nobody decides otherwise.
    pub fn heading(self) -> DatabaseName {
        self.written_to().last().unwrap_or(self.database)
    }

    /// Says whether this database's calls of the site are not to be seen: they are copies, or remains.
    pub fn hides(self, database: DatabaseName) -> bool {
        self.moving.is_some() && database != self.database
    }

    /// Says what brings the calls into `wanted`, one step nearer. What is under way to another place is taken back first.
    pub fn step_to(self, wanted: DatabaseName) -> MoveStep {
        match self.moving {
            Some(Moving::Clearing) => MoveStep::Clear(self.changed(self.database, None)),
            Some(Moving::To(other)) if other == wanted => {
                MoveStep::Copy(wanted, self.changed(wanted, Some(Moving::Clearing)))
            }
            Some(Moving::To(_)) => MoveStep::Change(self.changed(self.database, Some(Moving::Clearing))),
            None if self.database == wanted => MoveStep::Done,
            None => MoveStep::Change(self.changed(self.database, Some(Moving::To(wanted)))),
        }
    }

    /// Returns the placement after whoever copied calls has found that it changed meanwhile: their copies may have come too late to be
    /// deleted with the others.
    #[must_use]
    pub const fn cleared_anew(self) -> Self {
        self.changed(self.database, Some(Moving::Clearing))
    }

    const fn changed(self, database: DatabaseName, moving: Option<Moving>) -> Self {
        Self { database, moving, change: self.change.saturating_add(1) }
    }
}

/// How far a move has come, as the API tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MoveRecord {
    /// The site.
    pub site_id: String,
    /// The database that its calls are read in now.
    pub database: String,
    /// Whether all calls are in the database that was asked for, and in no other. While this is false, the request is sent again.
    pub done: bool,
    /// Calls that this request copied.
    pub copied: u64,
    /// Calls that this request deleted in the databases they have left.
    pub deleted: u64,
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    const A: DatabaseName = DatabaseName::FIRST;

    fn name(number: u8) -> DatabaseName {
        DatabaseName::from_number(number).unwrap()
    }

    fn at(database: DatabaseName, moving: Option<Moving>) -> Placement {
        Placement { database, moving, change: 7 }
    }

    #[test]
    fn each_step_follows_from_where_the_calls_are() {
        let (b, c) = (name(1), name(2));
        let next = |database, moving| Placement { database, moving, change: 8 };
        let table = [
            (at(A, None), A, MoveStep::Done),
            (at(A, None), b, MoveStep::Change(next(A, Some(Moving::To(b))))),
            (at(A, Some(Moving::To(b))), b, MoveStep::Copy(b, next(b, Some(Moving::Clearing)))),
            (at(A, Some(Moving::To(b))), c, MoveStep::Change(next(A, Some(Moving::Clearing)))),
            (at(A, Some(Moving::To(b))), A, MoveStep::Change(next(A, Some(Moving::Clearing)))),
            (at(b, Some(Moving::Clearing)), b, MoveStep::Clear(next(b, None))),
            (at(b, Some(Moving::Clearing)), A, MoveStep::Clear(next(b, None))),
        ];
        for (placement, wanted, expected) in table {
            assert_eq!(placement.step_to(wanted), expected, "{placement:?} to {wanted}");
        }
    }

    #[test]
    fn a_call_is_written_where_it_is_read_and_where_it_goes() {
        let b = name(1);
        let written = |placement: Placement| placement.written_to().collect::<Vec<_>>();
        assert_eq!(written(at(A, None)), [A]);
        assert_eq!(written(at(A, Some(Moving::To(b)))), [A, b]);
        assert_eq!(written(at(b, Some(Moving::Clearing))), [b]);
        assert_eq!((at(A, Some(Moving::To(b))).heading(), at(b, Some(Moving::Clearing)).heading()), (b, b));
        assert!(at(A, Some(Moving::To(b))).hides(b) && !at(A, Some(Moving::To(b))).hides(A));
        assert!(at(b, Some(Moving::Clearing)).hides(A) && !at(A, None).hides(b));
    }

    /// What the databases hold: of each call the newest revision that arrived.
    #[derive(Clone, Default)]
    struct Stores(BTreeMap<DatabaseName, BTreeMap<u8, u32>>);

    impl Stores {
        fn write(&mut self, database: DatabaseName, call: u8, revision: u32) {
            let known = self.0.entry(database).or_default().entry(call).or_default();
            *known = revision.max(*known);
        }
    }

    /// Somebody in the middle of writing a call, as the worker does it: look, write, look again.
    #[derive(Clone)]
    struct Writer {
        call: u8,
        revision: u32,
        seen: Option<Placement>,
        left: Vec<DatabaseName>,
        written: BTreeSet<DatabaseName>,
        /// What is deleted of what was written before, once it is known to be in the wrong place.
        stray: Vec<DatabaseName>,
        is_done: bool,
    }

    impl Writer {
        fn step(&mut self, placement: Placement, stores: &mut Stores) {
            let Some(seen) = self.seen else {
                self.seen = Some(placement);
                self.left = placement.written_to().collect();
                self.stray = self.written.iter().copied().filter(|known| !self.left.contains(known)).collect();
                return;
            };
            if let Some(stray) = self.stray.pop() {
                stores.0.entry(stray).or_default().remove(&self.call);
                self.written.remove(&stray);
            } else if let Some(database) = self.left.pop() {
                stores.write(database, self.call, self.revision);
                self.written.insert(database);
            } else if seen == placement {
                self.is_done = true;
            } else {
                self.seen = None;
            }
        }
    }

    /// Calls that were read out of the one database and are not yet written into the other.
    #[derive(Clone)]
    struct Held {
        read: Placement,
        next: Placement,
        to: DatabaseName,
        rows: Vec<(u8, u32)>,
    }

    /// Somebody who moves the site, one request after the other, and may be in the middle of one.
    #[derive(Clone, Default)]
    struct Mover {
        held: Option<Held>,
        copied_to: BTreeMap<u32, u8>,
    }

    impl Mover {
        fn step(&mut self, placement: &mut Placement, wanted: DatabaseName, stores: &mut Stores) {
            if let Some(Held { read, next, to, rows }) = self.held.take() {
                let last = rows.last().map(|row| row.0);
                for (call, revision) in &rows {
                    stores.write(to, *call, *revision);
                }
                if *placement != read {
                    *placement = placement.cleared_anew();
                } else if let Some(last) = last {
                    self.copied_to.insert(read.change, last + 1);
                } else {
                    *placement = next;
                }
                return;
            }
            match placement.step_to(wanted) {
                MoveStep::Change(next) => *placement = next,
                MoveStep::Copy(to, next) => {
                    let behind = self.copied_to.get(&placement.change).copied().unwrap_or_default();
                    let known = stores.0.entry(placement.database).or_default();
                    let rows = known.range(behind..).take(2).map(|(call, revision)| (*call, *revision)).collect();
                    self.held = Some(Held { read: *placement, next, to, rows });
                }
                MoveStep::Clear(next) => {
                    let others = stores.0.iter_mut().filter(|(name, _)| **name != placement.database);
                    let found: Vec<_> = others.filter(|(_, calls)| !calls.is_empty()).collect();
                    if found.is_empty() {
                        *placement = next;
                    }
                    for (_, calls) in found {
                        calls.pop_first();
                    }
                }
                MoveStep::Done => {}
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        /// Calls are written, by several at once, while two people move the site hither and thither: in the end each call is in the one
        /// place, in its newest version, and nowhere else; and on the way whoever has written a call finds it.
        #[test]
        fn no_call_is_lost_doubled_or_made_older(
            acts in prop::collection::vec((0_u8..8, 0_u8..3, 0_u8..6), 1..200),
        ) {
            let mut placement = Placement::default();
            let mut stores = Stores::default();
            let mut writers: Vec<Writer> = Vec::new();
            let mut movers = [Mover::default(), Mover::default()];
            let mut newest: BTreeMap<u8, u32> = BTreeMap::new();
            let mut finished: BTreeMap<u8, u32> = BTreeMap::new();
            let mut advance = |writers: &mut Vec<Writer>, which: usize, placement, stores: &mut Stores| {
                let Some(writer) = writers.get_mut(which) else { return };
                writer.step(placement, stores);
                if writer.is_done {
                    let known = finished.entry(writer.call).or_default();
                    *known = writer.revision.max(*known);
                    writers.remove(which);
                }
            };
            for (act, wanted, call) in acts {
                match act {
                    // The call's object writes one version after the other: one call has one writer.
                    0 | 1 => if !writers.iter().any(|writer| writer.call == call) {
                        let revision = newest.entry(call).or_default();
                        *revision += 1;
                        writers.push(Writer {
                            call, revision: *revision, seen: None, left: Vec::new(), written: BTreeSet::new(),
                            stray: Vec::new(), is_done: false,
                        });
                    },
                    2 | 3 => movers[usize::from(act - 2)].step(&mut placement, name(wanted), &mut stores),
                    _ => advance(&mut writers, usize::from(call), placement, &mut stores),
                }
            }
            // All come to an end: who writes, and then who moves.
            for _ in 0..10_000 {
                if writers.is_empty() { break; }
                advance(&mut writers, 0, placement, &mut stores);
            }
            prop_assert!(writers.is_empty());
            for mover in &mut movers {
                if mover.held.is_some() { mover.step(&mut placement, A, &mut stores); }
            }
            let found = stores.0.get(&placement.database).cloned().unwrap_or_default();
            for (call, revision) in &finished {
                prop_assert_eq!(found.get(call), Some(revision), "call {} in {}", call, placement.database);
            }
            let target = name(2);
            for _ in 0..10_000 {
                if placement.step_to(target) == MoveStep::Done { break; }
                movers[0].step(&mut placement, target, &mut stores);
            }
            prop_assert_eq!(placement.step_to(target), MoveStep::Done);
            for (database, calls) in &stores.0 {
                let expected = if *database == target { newest.clone() } else { BTreeMap::new() };
                prop_assert_eq!(calls, &expected, "{}", database);
            }
        }
    }
}
