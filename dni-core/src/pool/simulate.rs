//! A pool tried out on visitors whose calls are known.
//!
//! Visitors come one by one, read pages, and some of them call: soon, late, or weeks later from a number they had saved.
//! Others are bots that never call, and may come in a flood. Since the simulation knows who called, it can tell which attributions are right.

mod chance;
mod policy;

use core::cmp::Reverse;
use core::fmt;
use core::time::Duration;
use std::collections::BinaryHeap;

use self::chance::{Chance, mixed};
use self::policy::{Correctness, Desk};
use super::{PoolRules, RulesError};
use crate::time::Millis;

pub use policy::Policy;

/// Most visitors of one run: each is in memory for as long as their visit and their calls last.
const MAX_VISITORS: u32 = 1_000_000;
/// Most visitors of one run with the bots of an attack.
const MAX_WITH_ATTACK: f64 = 10_000_000.0;
/// Most numbers of one run of the pool.
const MAX_NUMBERS: u32 = 100_000;
/// Most numbers under the policies of others: every visitor has all of them looked through.
const MAX_NUMBERS_OF_OTHERS: u32 = 10_000;
/// Hours of the rhythm of a day.
const DAY: usize = 24;
/// Draws until a visitor comes: with all of them in one hour of the day one draw in 24 brings one, so this never ends a run.
const MAX_DRAWS: u32 = 100_000;
/// Fewest and most visitors in an hour; fewer would take a simulated run beyond any calendar.
const VISITORS_PER_HOUR: core::ops::RangeInclusive<f64> = 0.01..=1_000_000.0;
/// Longest mean visit: an hour, which is 60 signs of life.
const MAX_VISIT: Duration = Duration::from_hours(1);
/// Longest other mean span: a year, as far back as a pool looks.
const MAX_SPAN: Duration = Duration::from_hours(365 * 24);
/// A visible page gives a sign of life this often.
const SIGN_EVERY: Duration = Duration::from_mins(1);
/// When the simulated time begins. Any instant does, if only it is not the zero of an unused number.
const START: Millis = Millis::from_unix_ms(1_790_000_000_000);
/// Tells the policy's random choices apart from the visitors' ones, which must be the same under every policy.
const POLICY_STREAM: u64 = 1;
/// The bots of an attack come on their own, so that the other visitors are the same with them and without.
const ATTACK_STREAM: u64 = 2;
/// What is drawn for each visitor apart, so that it changes nothing else.
const CLICK_STREAM: u64 = 3;
const CAUGHT_STREAM: u64 = 4;

/// What is simulated. The same scenario gives the same outcome on every machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Where the random numbers begin.
    pub seed: u64,
    /// How many visitors come, bots among them: 1 to 1,000,000.
    pub visitors: u32,
    /// How many of them come in an hour on average: 0.01 to 1,000,000.
    pub visitors_per_hour: f64,
    /// How they are spread over the 24 hours of a day, as weights; the run begins with the first hour. Empty: evenly.
    pub rhythm: Vec<f64>,
    /// The share of bots: they read one page and never call; 0 to 1.
    pub bots: f64,
    /// How many bots come in an attack for each ordinary visitor, all run long and in no rhythm: 0 to 1,000.
    pub attack: f64,
    /// The share of all bots that are recognised before they ask the pool, and get no number; 0 to 1.
    pub bots_caught: f64,
    /// The share of persons who come by a click id: the reserve is for them; 0 to 1.
    pub clicks: f64,
    /// The mean visit of a person, exponentially spread: at most an hour. A page gives a sign of life every minute and
    /// when it is left.
    pub visit: Duration,
    /// The share of persons who call; 0 to 1.
    pub calls: f64,
    /// The mean time from a person's arrival to their call, exponentially spread: at most a year.
    pub delay: Duration,
    /// The share of callers who call a second time, from the number they saved; 0 to 1.
    pub saved: f64,
    /// The mean time from the first call to the second, exponentially spread: at most a year.
    pub saved_after: Duration,
    /// The numbers of the pool: 1 to 100,000, under the policies of others 10,000. Beside them there is an overflow number.
    pub numbers: u32,
    /// The rules of the pool. Policies of others share hold, grace and look-back, and have no cooldown.
    pub rules: PoolRules,
    /// A number that is given to the next visitor sooner than this counts as re-used inside the window; at most a year.
    pub window: Duration,
}

impl Default for Scenario {
    /// 60 visitors an hour, a tenth of them bots; one number to 20 visitors a day, the most generous of the rules of thumb
    /// that products publish. That is enough for a pool without a cooldown and somewhat short for ours. One person in ten
    /// calls, half an hour after their arrival on average; one caller in twelve calls again, after three weeks.
    fn default() -> Self {
        Self {
            seed: 1,
            visitors: 20_000,
            visitors_per_hour: 60.0,
            rhythm: Vec::new(),
            bots: 0.1,
            attack: 0.0,
            bots_caught: 0.0,
            clicks: 0.4,
            visit: Duration::from_mins(3),
            calls: 0.1,
            delay: Duration::from_mins(30),
            saved: 1.0 / 12.0,
            saved_after: Duration::from_hours(21 * 24),
            numbers: 72,
            rules: PoolRules::default(),
            window: Duration::from_hours(1),
        }
    }
}

/// What came out under one policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulationResult {
    /// The policy.
    pub policy: Policy,
    /// How many visitors came, bots and all.
    pub visitors: u32,
    /// How many of them were bots that were recognised and did not ask for a number.
    pub caught: u32,
    /// How many found no number and got the overflow number.
    pub overflowed: u32,
    /// How many of all were persons.
    pub persons: u32,
    /// How many persons found no number.
    pub persons_overflowed: u32,
    /// How many persons came by a click id.
    pub clicked: u32,
    /// How many of those found no number.
    pub clicked_overflowed: u32,
    /// The time from the start to the last ordinary visitor.
    pub span: Duration,
    /// How many got a number that somebody else had had.
    pub handed_on: u32,
    /// How many of those got it within the scenario's window after the one before.
    pub handed_on_in_window: u32,
    /// Calls no later than hold and grace after the caller's last sign of life: what the rules promise to get right.
    pub in_window: Calls,
    /// Later first calls.
    pub late: Calls,
    /// Later second calls, from a saved number.
    pub saved: Calls,
    /// Names the whole course of the run: two runs with the same hash went the same way.
    pub hash: u64,
}

/// What became of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Attributed to the caller.
    pub right: u32,
    /// Attributed to somebody else.
    pub wrong: u32,
    /// Ambiguous: several visitors were named.
    pub unsure: u32,
    /// Attributed to nobody.
    pub unattributed: u32,
}

impl SimulationResult {
    /// Returns the share of visitors who got the overflow number, 0 to 1.
    pub fn overflow(&self) -> f64 {
        share(self.overflowed, self.visitors)
    }

    /// Returns the share of persons who got the overflow number, 0 to 1.
    pub fn overflow_of_persons(&self) -> f64 {
        share(self.persons_overflowed, self.persons)
    }

    /// Returns the share of persons with a click id who got the overflow number, 0 to 1.
    pub fn overflow_of_clicks(&self) -> f64 {
        share(self.clicked_overflowed, self.clicked)
    }

    /// Returns the share of handed-on numbers that were handed on within the window, 0 to 1.
    pub fn reuse(&self) -> f64 {
        share(self.handed_on_in_window, self.handed_on)
    }

    /// Returns all calls.
    pub fn calls(&self) -> Calls {
        [self.in_window, self.late, self.saved].into_iter().fold(Calls::default(), |sum, calls| Calls {
            right: sum.right + calls.right,
            wrong: sum.wrong + calls.wrong,
            unsure: sum.unsure + calls.unsure,
            unattributed: sum.unattributed + calls.unattributed,
        })
    }
}

impl Calls {
    /// Returns how many calls there were.
    pub fn all(&self) -> u32 {
        self.right + self.wrong + self.unsure + self.unattributed
    }

    fn count(&mut self, correctness: Correctness) {
        let counter = match correctness {
            Correctness::Right => &mut self.right,
            Correctness::Wrong => &mut self.wrong,
            Correctness::Unsure => &mut self.unsure,
            Correctness::Unattributed => &mut self.unattributed,
        };
        *counter += 1;
    }
}

fn share(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}

/// Runs the scenario under `policy`. The visitors and their calls are the same under every policy.
///
/// # Errors
/// [`ScenarioError`] names what is out of range.
///
/// ```
/// use dni_core::pool::{Policy, Scenario, simulate};
///
/// let scenario = Scenario { visitors: 2_000, ..Scenario::default() };
/// let ours = simulate(&scenario, Policy::Pool).unwrap();
/// assert_eq!(ours.in_window.wrong, 0);
/// assert_eq!(ours.hash, simulate(&scenario, Policy::Pool).unwrap().hash);
/// ```
pub fn simulate(scenario: &Scenario, policy: Policy) -> Result<SimulationResult, ScenarioError> {
    scenario.check(policy)?;
    let mut run = Run::new(scenario, policy);
    // Bounded: an attack ends with the last ordinary visitor, and each visitor has one arrival, one pending page and two calls at most.
    while let Some(Reverse(next)) = run.agenda.pop() {
        match next.event {
            Event::Arrival => run.arrive(next.at),
            Event::Attack => run.arrive_in_attack(next.at),
            Event::Page(visit) => run.read_on(visit, next.at),
            Event::Call { visit, again } => run.call(&visit, again, next.at),
        }
    }
    Ok(run.outcome)
}

/// A run under way.
struct Run<'a> {
    scenario: &'a Scenario,
    chance: Chance,
    desk: Desk,
    /// What is still to come, the next first.
    agenda: BinaryHeap<Reverse<AgendaItem>>,
    /// How many entries the agenda has had: what falls on the same millisecond keeps its order.
    entries: u64,
    /// The latest arrival since the start, finer than a millisecond, so that busy hours are not slowed by rounding.
    arrived: Duration,
    /// The bots of an attack, and the latest of them.
    attack: Chance,
    attacked: Duration,
    /// How many ordinary visitors have come.
    ordinary: u32,
    /// When each number was last given to a visitor.
    given: Vec<Option<Millis>>,
    outcome: SimulationResult,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct AgendaItem {
    at: Millis,
    order: u64,
    event: Event,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrival,
    Attack,
    Page(Stay),
    Call { visit: Stay, again: bool },
}

/// What a visitor is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum VisitorKind {
    Bot,
    Person,
    /// A person who came by a click id.
    Clicked,
}

/// One visitor's stay.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stay {
    visitor: u32,
    /// Which number they see, by its place in the pool; `None` is the overflow number.
    place: Option<usize>,
    since: Millis,
    leaves: Millis,
}

impl<'a> Run<'a> {
    fn new(scenario: &'a Scenario, policy: Policy) -> Self {
        let desk = Desk::new(policy, scenario.numbers, scenario.rules, Chance::new(scenario.seed, POLICY_STREAM));
        let mut run = Self {
            scenario,
            chance: Chance::new(scenario.seed, 0),
            desk,
            agenda: BinaryHeap::new(),
            entries: 0,
            arrived: Duration::ZERO,
            attack: Chance::new(scenario.seed, ATTACK_STREAM),
            attacked: Duration::ZERO,
            ordinary: 0,
            given: (0..scenario.numbers).map(|_| None).collect(),
            outcome: SimulationResult {
                policy,
                visitors: 0,
                caught: 0,
                overflowed: 0,
                persons: 0,
                persons_overflowed: 0,
                clicked: 0,
                clicked_overflowed: 0,
                span: Duration::ZERO,
                handed_on: 0,
                handed_on_in_window: 0,
                in_window: Calls::default(),
                late: Calls::default(),
                saved: Calls::default(),
                hash: 0,
            },
        };
        run.expect_the_next();
        run.expect_the_next_of_the_attack();
        run
    }

    fn note(&mut self, at: Millis, event: Event) {
        self.entries += 1;
        self.agenda.push(Reverse(AgendaItem { at, order: self.entries, event }));
    }

    /// Draws when the next visitor comes: as often as in the busiest hour, and most of them stay away in the others.
    fn expect_the_next(&mut self) {
        let (busiest, share_of_busiest) = self.scenario.busiest();
        let mean = Duration::from_secs_f64(3600.0 / busiest);
        for _ in 0..MAX_DRAWS {
            self.arrived += self.chance.exponential(mean);
            let hour = usize::try_from(self.arrived.as_secs() / 3600).unwrap_or_default() % DAY;
            if share_of_busiest.get(hour).is_none_or(|share| self.chance.happens(*share)) {
                break;
            }
        }
        self.note(START.after(self.arrived), Event::Arrival);
    }

    fn expect_the_next_of_the_attack(&mut self) {
        if self.scenario.attack > 0.0 {
            let mean = Duration::from_secs_f64(3600.0 / (self.scenario.visitors_per_hour * self.scenario.attack));
            self.attacked += self.attack.exponential(mean);
            self.note(START.after(self.attacked), Event::Attack);
        }
    }

    fn arrive(&mut self, now: Millis) {
        let visitor = self.ordinary;
        self.ordinary += 1;
        self.outcome.visitors += 1;
        let visit = self.welcome(visitor, now);
        if visit.leaves > now {
            self.note(now.after(SIGN_EVERY).min(visit.leaves), Event::Page(visit));
        }
        if self.ordinary < self.scenario.visitors {
            self.expect_the_next();
        } else {
            self.outcome.span = self.arrived;
        }
    }

    fn arrive_in_attack(&mut self, now: Millis) {
        if self.ordinary >= self.scenario.visitors {
            return;
        }
        // Numbered from the top: the ordinary visitors have the same numbers with an attack and without.
        let visitor = u32::MAX - (self.outcome.visitors - self.ordinary);
        self.outcome.visitors += 1;
        self.give(visitor, VisitorKind::Bot, now);
        self.expect_the_next_of_the_attack();
    }

    /// Gives a visitor a number, unless it is a bot and recognised.
    fn give(&mut self, visitor: u32, who: VisitorKind, now: Millis) -> Option<usize> {
        let is_caught = who == VisitorKind::Bot && self.is_drawn(CAUGHT_STREAM, visitor, self.scenario.bots_caught);
        if is_caught {
            self.outcome.caught += 1;
            return None;
        }
        let place = self.desk.give(visitor, who == VisitorKind::Clicked, now);
        self.record(now, visitor, place, 0);
        if let Some(place) = place {
            self.count_given(place, now);
        }
        let missed = u32::from(place.is_none());
        self.outcome.overflowed += missed;
        if who != VisitorKind::Bot {
            self.outcome.persons += 1;
            self.outcome.persons_overflowed += missed;
        }
        if who == VisitorKind::Clicked {
            self.outcome.clicked += 1;
            self.outcome.clicked_overflowed += missed;
        }
        place
    }

    /// Draws for one visitor apart from all others.
    fn is_drawn(&self, stream: u64, visitor: u32, share: f64) -> bool {
        share > 0.0 && Chance::new(mixed(self.scenario.seed ^ u64::from(visitor)), stream).happens(share)
    }

    /// Draws what the visitor will do, then gives them a number: whatever they get, they will do the same.
    fn welcome(&mut self, visitor: u32, now: Millis) -> Stay {
        let scenario = self.scenario;
        let is_bot = self.chance.happens(scenario.bots);
        let stays = if is_bot { Duration::ZERO } else { self.chance.exponential(scenario.visit) };
        let calls = !is_bot && self.chance.happens(scenario.calls);
        let first = calls.then(|| now.after(self.chance.exponential(scenario.delay)));
        let calls_again = calls && self.chance.happens(scenario.saved);
        let second = first.filter(|_| calls_again).map(|at| at.after(self.chance.exponential(scenario.saved_after)));

        let who = match is_bot {
            true => VisitorKind::Bot,
            false if self.is_drawn(CLICK_STREAM, visitor, scenario.clicks) => VisitorKind::Clicked,
            false => VisitorKind::Person,
        };
        let place = self.give(visitor, who, now);
        let visit = Stay { visitor, place, since: now, leaves: now.after(stays) };
        for (at, again) in [(first, false), (second, true)] {
            if let Some(at) = at {
                self.note(at, Event::Call { visit, again });
            }
        }
        visit
    }

    fn count_given(&mut self, place: usize, now: Millis) {
        let Some(given) = self.given.get_mut(place) else { return };
        if let Some(before) = given.replace(now) {
            self.outcome.handed_on += 1;
            self.outcome.handed_on_in_window += u32::from(now.since(before) < self.scenario.window);
        }
    }

    fn read_on(&mut self, visit: Stay, now: Millis) {
        if let Some(place) = visit.place {
            self.desk.sign_of_life(place, visit.visitor, visit.since, now);
        }
        if visit.leaves > now {
            self.note(now.after(SIGN_EVERY).min(visit.leaves), Event::Page(visit));
        }
    }

    fn call(&mut self, visit: &Stay, again: bool, now: Millis) {
        // The overflow number is no visitor's own.
        let correctness =
            visit.place.map_or(Correctness::Unattributed, |place| self.desk.judge(place, visit.visitor, now));
        let promised_until = visit.leaves.after(self.scenario.rules.hold).after(self.scenario.rules.grace);
        let kind = match (now <= promised_until, again) {
            (true, _) => &mut self.outcome.in_window,
            (false, false) => &mut self.outcome.late,
            (false, true) => &mut self.outcome.saved,
        };
        kind.count(correctness);
        self.record(now, visit.visitor, visit.place, correctness as u64 + 1);
    }

    /// Mixes an event into the hash of the run.
    fn record(&mut self, at: Millis, visitor: u32, place: Option<usize>, what: u64) {
        let place = place.and_then(|place| u64::try_from(place).ok()).unwrap_or(u64::MAX);
        for value in [at.unix_ms(), u64::from(visitor), place, what] {
            self.outcome.hash = mixed(self.outcome.hash ^ value);
        }
    }
}

impl Scenario {
    /// Returns the visitors of the busiest hour, and each hour's share of that.
    fn busiest(&self) -> (f64, Vec<f64>) {
        let most = self.rhythm.iter().copied().fold(0.0, f64::max);
        let sum: f64 = self.rhythm.iter().sum();
        if self.rhythm.is_empty() {
            return (self.visitors_per_hour, Vec::new());
        }
        (self.visitors_per_hour * most * 24.0 / sum, self.rhythm.iter().map(|weight| weight / most).collect())
    }

    fn check(&self, policy: Policy) -> Result<(), ScenarioError> {
        self.rules.check().map_err(ScenarioError::Rules)?;
        if !(1..=MAX_VISITORS).contains(&self.visitors) || !VISITORS_PER_HOUR.contains(&self.visitors_per_hour) {
            return Err(ScenarioError::Visitors);
        }
        if !(0.0..=1000.0).contains(&self.attack) || f64::from(self.visitors) * (1.0 + self.attack) > MAX_WITH_ATTACK {
            return Err(ScenarioError::Attack);
        }
        let is_weight = |weight: &f64| (0.0..=1_000_000.0).contains(weight);
        let is_rhythm = self.rhythm.len() == DAY
            && self.rhythm.iter().all(is_weight)
            && self.rhythm.iter().any(|weight| *weight >= 1e-6);
        if !self.rhythm.is_empty() && !is_rhythm {
            return Err(ScenarioError::Rhythm);
        }
        let most = if policy == Policy::Pool { MAX_NUMBERS } else { MAX_NUMBERS_OF_OTHERS };
        if !(1..=most).contains(&self.numbers) {
            return Err(ScenarioError::Numbers);
        }
        if ![self.bots, self.bots_caught, self.clicks, self.calls, self.saved]
            .iter()
            .all(|share| (0.0..=1.0).contains(share))
        {
            return Err(ScenarioError::Share);
        }
        let spans = [self.delay, self.saved_after, self.window];
        if self.visit > MAX_VISIT || spans.iter().any(|span| *span > MAX_SPAN) {
            return Err(ScenarioError::SpanTooLong);
        }
        Ok(())
    }
}

/// Why a scenario cannot be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScenarioError {
    /// No visitors, too many, or their rate is out of range.
    Visitors,
    /// The attack is negative, or too large for one run.
    Attack,
    /// The rhythm of the day has not 24 weights, or no usable ones.
    Rhythm,
    /// No numbers, or too many.
    Numbers,
    /// A share is not from 0 to 1.
    Share,
    /// A span is longer than is allowed.
    SpanTooLong,
    /// The rules of the pool are broken.
    Rules(RulesError),
}

impl ScenarioError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Visitors => "visitors_out_of_range",
            Self::Attack => "attack_out_of_range",
            Self::Rhythm => "rhythm_not_usable",
            Self::Numbers => "numbers_out_of_range",
            Self::Share => "share_out_of_range",
            Self::SpanTooLong => "span_too_long",
            Self::Rules(broken) => broken.code(),
        }
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Visitors => {
                "a run takes 1 to 1,000,000 visitors, 0.01 to 1,000,000 of them an hour; correct the two values."
            }
            Self::Attack => {
                "an attack has 0 to 1,000 bots for each visitor, and a run 10,000,000 visitors with them; correct the value."
            }
            Self::Rhythm => "the rhythm of a day has 24 weights from 0 to 1,000,000, not all of them 0; correct the list.",
            Self::Numbers => "a run takes 1 to 100,000 numbers, 10,000 under the policies of others; correct the value.",
            Self::Share => "bots, bots_caught, clicks, calls and saved are shares from 0 to 1; correct the value.",
            Self::SpanTooLong => "the mean visit may be an hour at most, every other span a year; make it shorter.",
            Self::Rules(broken) => return broken.fmt(out),
        })
    }
}

impl core::error::Error for ScenarioError {}
