//! Publishing in steps, against a model of the stores: whatever is written meanwhile and wherever a step breaks off, the end is the same,
//! and no snapshot is ever ahead of its numbers.

use std::collections::{BTreeMap, BTreeSet};

use dni_core::id::PoolId;
use dni_core::phone::E164;
use edge_core::site::{Closing, PoolsOfNumbers, Step, Unfinished};
use proptest::prelude::*;

/// Entries in one step, so few that most publications take several.
const MOST: usize = 2;
/// Steps after which all is done, whatever was left.
const ENOUGH: usize = 40;

type SiteName = usize;

/// What people and machines do.
#[derive(Clone, Debug)]
enum Act {
    /// Somebody publishes a site: for each number the pool that it is in, if the site lists it.
    Publish(SiteName, Vec<Option<usize>>),
    Delete(SiteName),
    /// A step of a site, so many things of it; others act in between, as the list says. Then it breaks off, unless it was done.
    Step(SiteName, usize, Vec<Act>),
}

/// The database, as `store/d1/publications.rs` keeps it, and KV.
#[derive(Clone, Debug, Default)]
struct World {
    sites: BTreeMap<SiteName, (u32, PoolsOfNumbers)>,
    last_versions: BTreeMap<SiteName, u32>,
    publications: BTreeMap<SiteName, Publication>,
    numbers: BTreeMap<E164, Row>,
    held: BTreeSet<SiteName>,
    entries: BTreeMap<E164, (SiteName, Option<PoolId>)>,
    snapshots: BTreeMap<SiteName, (u32, PoolsOfNumbers)>,
    open_pools: BTreeSet<(SiteName, PoolId)>,
}

#[derive(Clone, Debug, Default)]
struct Publication {
    version: Option<u32>,
    published: Option<u32>,
    closing: Option<Closing>,
}

#[derive(Clone, Debug)]
struct Row {
    site: SiteName,
    pool: Option<PoolId>,
    state: State,
    is_written: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Listed,
    Kept,
    Leaving,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_published_is_whole_wherever_a_step_breaks_off(acts in prop::collection::vec(act(), 1..14)) {
        let mut world = World::default();
        for act in &acts {
            world.act(act);
        }
        for site in 0..SITES {
            for _ in 0..ENOUGH {
                world.act(&Act::Step(site, usize::MAX, Vec::new()));
            }
        }
        world.check_end();
    }
}

const SITES: SiteName = 2;
const NUMBERS: usize = 6;
const POOLS: usize = 2;

fn act() -> impl Strategy<Value = Act> {
    let listed = prop::collection::vec(prop::option::of(0..=POOLS), NUMBERS);
    let publish = (0..SITES, listed).prop_map(|(site, numbers)| Act::Publish(site, numbers));
    let simple = prop_oneof![4 => publish, 1 => (0..SITES).prop_map(Act::Delete)];
    let meanwhile = prop::collection::vec(simple.clone(), 0..3);
    let step = (0..SITES, 0..12_usize, meanwhile).prop_map(|(site, most, meanwhile)| Act::Step(site, most, meanwhile));
    prop_oneof![1 => simple, 2 => step]
}

fn number(at: usize) -> E164 {
    E164::parse(&format!("+1312555010{at}")).unwrap()
}

/// The last "pool" stands for none: a source number.
fn pool(at: usize) -> Option<PoolId> {
    (at < POOLS).then(|| PoolId::parse(&format!("pool-{at}")).unwrap())
}

impl World {
    fn act(&mut self, act: &Act) {
        match act {
            Act::Publish(site, listed) => {
                let listed = listed.iter().enumerate();
                let numbers: PoolsOfNumbers =
                    listed.filter_map(|(at, in_pool)| Some((number(at), pool((*in_pool)?)))).collect();
                self.publish(*site, &numbers);
            }
            Act::Delete(site) => self.delete(*site),
            Act::Step(site, most, meanwhile) => self.step(*site, *most, meanwhile),
        }
        self.check();
    }

    /// As `sites::write`, behind `take_over`.
    fn publish(&mut self, site: SiteName, numbers: &PoolsOfNumbers) {
        let others = || numbers.keys().filter(|number| self.numbers.get(number).is_some_and(|row| row.site != site));
        let is_free = |number: &E164| {
            let row = &self.numbers[number];
            let is_whole =
                self.publications.get(&row.site).is_none_or(|of| of.version.is_none() || of.version == of.published);
            row.state != State::Listed && is_whole && !self.held.contains(&row.site)
        };
        if !others().all(is_free) {
            return;
        }
        for number in others().copied().collect::<Vec<_>>() {
            self.numbers.remove(&number);
        }
        if self.sites.get(&site).is_none_or(|(_, before)| before != numbers) {
            let last = self.last_versions.entry(site).or_default();
            *last += 1;
            self.sites.insert(site, (*last, numbers.clone()));
        }
        for (number, pool) in numbers {
            let new = Row { site, pool: pool.clone(), state: State::Listed, is_written: false };
            let row = self.numbers.entry(*number).or_insert(new);
            row.is_written &= row.pool == *pool;
            row.pool.clone_from(pool);
            row.state = State::Listed;
        }
        for (number, row) in &mut self.numbers {
            if row.site == site && row.state == State::Listed && !numbers.contains_key(number) {
                row.state = State::Kept;
            }
        }
        self.publications.entry(site).or_default().version = self.sites.get(&site).map(|(version, _)| *version);
    }

    /// As `sites::delete`.
    fn delete(&mut self, site: SiteName) {
        let Some((version, numbers)) = self.sites.remove(&site) else { return };
        for row in self.numbers.values_mut().filter(|row| row.site == site) {
            (row.state, row.is_written) = (State::Leaving, false);
        }
        let mut pools: BTreeSet<_> = numbers.into_values().flatten().collect();
        let publication = self.publications.entry(site).or_default();
        publication.version = None;
        pools.extend(publication.closing.take().into_iter().flat_map(|earlier| earlier.pools));
        publication.closing = Some(Closing { version, pools: pools.into_iter().collect() });
    }

    /// As `publishing::carry_on`: what is left is read, then KV is written, then the database hears of it.
    fn step(&mut self, site: SiteName, most: usize, meanwhile: &[Act]) {
        let Some(publication) = self.publications.get(&site).cloned() else { return };
        let of_site = |state: State| {
            let rows = self.numbers.iter().filter(move |(_, row)| row.site == site && row.state == state);
            rows.map(|(number, row)| (*number, row.clone()))
        };
        let due = of_site(State::Listed).filter(|(_, row)| !row.is_written);
        let unfinished = Unfinished {
            version: publication.version,
            closing: publication.closing,
            due: due.map(|(number, row)| (number, row.pool)).take(MOST + 1).collect(),
            leaving: of_site(State::Leaving).map(|(number, _)| number).take(MOST + 1).collect(),
        };
        let document = self.sites.get(&site).cloned();
        let step = unfinished.step(MOST);
        self.held.insert(site);
        let mut meanwhile = meanwhile.iter();
        for thing in things_of(&step).into_iter().take(most) {
            self.do_thing(site, &step, document.as_ref(), thing);
            self.check();
            if let Some(other) = meanwhile.next() {
                self.act(other);
            }
        }
        // It is over, or its hold ran out.
        self.held.remove(&site);
    }

    fn do_thing(&mut self, site: SiteName, step: &Step, document: Option<&(u32, PoolsOfNumbers)>, thing: Thing) {
        match thing {
            Thing::TakeBack => {
                self.snapshots.remove(&site);
            }
            Thing::ClosePools => self.open_pools.retain(|(of, _)| *of != site),
            Thing::NoteClosed => {
                let publication = self.publications.get_mut(&site).unwrap();
                publication.published = None;
                publication.closing.take_if(|closing| step.closes.as_ref() == Some(closing));
            }
            Thing::Put(number) => {
                self.entries.insert(number, (site, step.writes[&number].clone()));
            }
            Thing::PutSnapshot => {
                let (version, numbers) = document.unwrap();
                self.open_pools.extend(numbers.values().flatten().map(|pool| (site, pool.clone())));
                self.snapshots.insert(site, (*version, numbers.clone()));
            }
            Thing::Remove(number) => {
                self.entries.remove(&number);
            }
            Thing::NoteDone => self.note_done(site, step),
        }
    }

    /// As `publications::note`.
    fn note_done(&mut self, site: SiteName, step: &Step) {
        for (number, pool) in &step.writes {
            let row = self.numbers.get_mut(number);
            if let Some(row) = row.filter(|row| row.site == site && row.state == State::Listed && row.pool == *pool) {
                row.is_written = true;
            }
        }
        self.numbers
            .retain(|number, row| row.site != site || row.state != State::Leaving || !step.forgets.contains(number));
        let publication = self.publications.get_mut(&site).unwrap();
        publication.published = step.publishes.or(publication.published);
        let is_left = self.numbers.values().any(|row| row.site == site && row.state == State::Leaving);
        if publication.version.is_none() && publication.closing.is_none() && !is_left {
            self.publications.remove(&site);
        }
    }

    /// No snapshot is ahead of its numbers, and no entry is nobody's.
    fn check(&self) {
        for (site, (version, numbers)) in &self.snapshots {
            let is_closing = self.publications[site].closing.is_some();
            for number in numbers.keys().filter(|_| !is_closing) {
                let owner = self.entries.get(number).map(|(owner, _)| owner);
                assert_eq!(owner, Some(site), "version {version} of {site} is ahead of {number}");
            }
        }
        for number in self.entries.keys() {
            assert!(self.numbers.contains_key(number), "{number} has an entry that nobody would delete");
        }
    }

    /// What stands in KV is what was written last.
    fn check_end(&self) {
        assert_eq!(self.snapshots, self.sites);
        for (number, row) in &self.numbers {
            assert_ne!(row.state, State::Leaving);
            if row.state == State::Listed {
                assert_eq!(self.entries.get(number), Some(&(row.site, row.pool.clone())), "{number}");
            }
        }
        for (site, publication) in &self.publications {
            assert_eq!(publication.published, self.sites.get(site).map(|(version, _)| *version));
            assert_eq!(publication.closing, None);
        }
        for (site, (_, numbers)) in &self.sites {
            let pools = numbers.values().flatten();
            assert!(
                pools.clone().all(|pool| self.open_pools.contains(&(*site, pool.clone()))),
                "a pool was closed late"
            );
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Thing {
    TakeBack,
    ClosePools,
    NoteClosed,
    Put(E164),
    PutSnapshot,
    Remove(E164),
    NoteDone,
}

/// The things of a step, in their order.
fn things_of(step: &Step) -> Vec<Thing> {
    let closes = step.closes.as_ref().map(|_| [Thing::TakeBack, Thing::ClosePools, Thing::NoteClosed]);
    let puts = step.writes.keys().copied().map(Thing::Put);
    let snapshot = step.publishes.map(|_| Thing::PutSnapshot);
    let removes = step.forgets.iter().copied().map(Thing::Remove);
    closes.into_iter().flatten().chain(puts).chain(snapshot).chain(removes).chain([Thing::NoteDone]).collect()
}
