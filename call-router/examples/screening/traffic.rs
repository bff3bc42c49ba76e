//! Made-up calls to an account of three sites, played in the order of time against the product's own history, watch and score.
//!
//! A month of calls. Honest callers come new or again; some keep their number to themselves, some have a number that looks
//! like the one they dial, some hang up at once, and a few dial several numbers in a row. Robocallers borrow a neighbour's
//! number for one call, run through a list of numbers, ring once and hang up (wangiri), call and say nothing, or call again
//! and again from numbers that others have complained of. Who signs what is drawn for both sides: robocallers get good
//! attestations, too (Prasad et al., arXiv 2410.17361), and most never use a number twice (Prasad et al., USENIX Security 2020).

use std::collections::BTreeMap;

use call_router::{
    caller::{CallEnding, CallerHistory, CallerRecord, CountedCall, RecentCalls},
    event::{Attestation, AttestationLevel, Caller, Reputation, ReputationProvider},
    risk::{Activity, Complaints, Risk, RiskFacts},
    text::Text,
};
use dni_core::{
    phone::{E164, is_valid},
    time::Millis,
};

/// The thresholds that are looked at.
pub const THRESHOLDS: [u8; 8] = [10, 20, 30, 40, 50, 60, 80, 100];
/// Tracking numbers of the account, four of each site.
const NUMBERS: usize = 12;
const NUMBERS_OF_A_SITE: usize = 4;
/// Honest callers; each calls about one and a half times.
const CUSTOMERS: usize = 4_000;
/// Campaigns of each kind of robocaller.
const CAMPAIGNS: usize = 150;
const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;
const DAYS: u64 = 30;
/// The first instant: long after 1970, so that windows never begin before it.
const BEGINNING: u64 = 1_790_000_000_000;
/// Area codes that callers come from.
const AREAS: [u32; 8] = [312, 773, 708, 847, 630, 212, 415, 602];

/// Whether a service that judges callers is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Services {
    /// None is.
    None,
    /// One is, which knows most numbers that robocallers use again, few that they use once, and now and then an honest one.
    One,
}

/// What a robocaller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Borrows a number like the one they dial, for one call.
    Neighbour,
    /// Runs through all numbers of the account.
    Burst,
    /// Rings once and hangs up, to be called back.
    Wangiri,
    /// Calls and says nothing.
    Silent,
    /// Calls for days from a number that others have complained of.
    Known,
    /// Shows a number that cannot exist.
    Impossible,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Neighbour, Self::Burst, Self::Wangiri, Self::Silent, Self::Known, Self::Impossible];
}

/// The scores of some calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores(BTreeMap<u8, usize>);

impl Scores {
    fn add(&mut self, score: u8) {
        *self.0.entry(score).or_default() += 1;
    }

    /// Returns how many there are.
    pub fn count(&self) -> usize {
        self.0.values().sum()
    }

    fn reaching(&self, threshold: u8) -> usize {
        self.0.range(threshold..).map(|(_, count)| count).sum()
    }

    /// Returns the share of them that reaches a threshold, 0 to 1.
    pub fn share(&self, threshold: u8) -> f64 {
        ratio(self.reaching(threshold), self.count())
    }
}

/// What the score made of the calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Honest calls.
    pub honest: usize,
    /// Robocalls.
    pub robocalls: usize,
    /// The robocalls by kind.
    pub kinds: BTreeMap<Kind, Scores>,
    honest_scores: Scores,
    robocall_scores: Scores,
}

impl Report {
    /// Returns the share of robocalls among the calls that reach a threshold; 1 if none does.
    pub fn precision(&self, threshold: u8) -> f64 {
        let (right, wrong) = (self.robocall_scores.reaching(threshold), self.honest_scores.reaching(threshold));
        if right + wrong == 0 { 1.0 } else { ratio(right, right + wrong) }
    }

    /// Returns the share of robocalls that reaches a threshold.
    pub fn recall(&self, threshold: u8) -> f64 {
        self.robocall_scores.share(threshold)
    }

    /// Returns the share of honest calls that reaches a threshold.
    pub fn honest_share(&self, threshold: u8) -> f64 {
        self.honest_scores.share(threshold)
    }

    fn add(&mut self, kind: Option<Kind>, score: u8) {
        if let Some(kind) = kind {
            self.robocalls += 1;
            self.robocall_scores.add(score);
            self.kinds.entry(kind).or_default().add(score);
        } else {
            self.honest += 1;
            self.honest_scores.add(score);
        }
    }
}

/// Plays a month of calls; the same seed plays the same.
pub fn simulate(seed: u64, services: Services) -> Report {
    let mut calls = calls(&mut Chance(seed));
    calls.sort_by_key(|call| call.at);
    let mut account = Account::default();
    let mut report = Report::default();
    for (place, call) in calls.iter().enumerate() {
        report.add(call.kind, account.take(place, call, services));
    }
    report
}

/// One call, with what nobody but its maker knows.
struct Call {
    at: u64,
    caller: Caller,
    number: usize,
    attestation: Option<Attestation>,
    /// Whether a service knows the number.
    is_known: bool,
    complaints: u32,
    ended: CallEnding,
    /// `None` for an honest one.
    kind: Option<Kind>,
}

/// What sites and account remember.
#[derive(Default)]
struct Account {
    calls_of_site: BTreeMap<usize, u32>,
    histories: BTreeMap<(usize, E164), CallerRecord>,
    recent: BTreeMap<E164, RecentCalls>,
}

impl Account {
    /// Takes a call through its beginning and its end, and returns its score.
    fn take(&mut self, place: usize, call: &Call, services: Services) -> u8 {
        let at = Millis::from_unix_ms(call.at);
        let site = call.number / NUMBERS_OF_A_SITE;
        let caller = call.caller.number();
        let mut history = CallerHistory {
            site_calls: self.calls_of_site.get(&site).copied().unwrap_or(0),
            caller: caller.map(|caller| self.histories.get(&(site, caller)).cloned().unwrap_or_default()),
            call: None::<CountedCall>,
        };
        let before = history.begin(at);
        let number = own_number(call.number);
        let velocity =
            caller.map(|caller| self.recent.entry(caller).or_default().take(&format!("CA{place}"), number, at));
        let reported_by =
            [ReputationProvider::Nomorobo].into_iter().filter(|_| call.is_known && services == Services::One);
        let risk = Risk::of(&RiskFacts {
            caller: Some(call.caller.clone()),
            number: Some(number),
            attestation: call.attestation,
            reputation: Reputation { reported_by: reported_by.collect(), ..Reputation::default() },
            activity: Activity::of(before.caller.as_ref(), velocity),
            complaints: Complaints { count: call.complaints, ..Complaints::default() },
            ..RiskFacts::default()
        });
        history.over(at, &call.ended);
        self.calls_of_site.insert(site, history.site_calls);
        if let (Some(caller), Some(history)) = (caller, history.caller) {
            self.histories.insert((site, caller), history);
        }
        risk.score
    }
}

fn calls(chance: &mut Chance) -> Vec<Call> {
    let mut calls = Vec::new();
    for _ in 0..CUSTOMERS {
        customer(chance, &mut calls);
    }
    for kind in Kind::ALL {
        for _ in 0..CAMPAIGNS {
            campaign(kind, chance, &mut calls);
        }
    }
    calls
}

/// An honest caller: calls once, and three of ten again within days.
fn customer(chance: &mut Chance, calls: &mut Vec<Call>) {
    let number = chance.below(NUMBERS);
    let caller = if chance.percent(4) {
        Caller::Withheld
    } else if chance.percent(2) {
        Caller::Number(neighbour_of(number, chance))
    } else {
        Caller::Number(somebody(chance))
    };
    let attestation = attested(chance, [46, 8, 7, 2]);
    let is_known = chance.per_mille(2);
    let complaints = u32::from(chance.per_mille(5));
    let mut at = BEGINNING + chance.up_to(DAYS * DAY);
    // One in two hundred looks for the right one among several numbers.
    let numbers = if chance.per_mille(5) { 3 } else { 1 };
    for offset in 0..numbers {
        let ended = conversation(chance);
        let number = (number + offset) % NUMBERS;
        calls.push(Call { at, caller: caller.clone(), number, attestation, is_known, complaints, ended, kind: None });
        at += 2 * MINUTE;
    }
    while chance.percent(30) {
        at += chance.up_to(5 * DAY) + MINUTE;
        let ended = conversation(chance);
        calls.push(Call { at, caller: caller.clone(), number, attestation, is_known, complaints, ended, kind: None });
    }
}

/// Seconds of an honest call and of its conversation: three of four are answered, one in fifty is given up at once.
fn conversation(chance: &mut Chance) -> CallEnding {
    if chance.percent(2) {
        return lasted(2, 0);
    }
    let ring = 8 + chance.up_to_u32(20);
    let talk = if chance.percent(75) { 20 + chance.up_to_u32(500) } else { 0 };
    lasted(ring + talk, talk)
}

fn lasted(call_seconds: u32, talk_seconds: u32) -> CallEnding {
    CallEnding { call_seconds: Some(call_seconds), talk_seconds, ..CallEnding::default() }
}

/// A robocaller's calls.
fn campaign(kind: Kind, chance: &mut Chance, calls: &mut Vec<Call>) {
    let number = chance.below(NUMBERS);
    let caller = match kind {
        Kind::Neighbour => Caller::Number(neighbour_of(number, chance)),
        Kind::Impossible => impossible(chance),
        Kind::Burst | Kind::Wangiri | Kind::Silent | Kind::Known => Caller::Number(somebody(chance)),
    };
    let attestation = attested(chance, if kind == Kind::Impossible { [0, 5, 35, 20] } else { [30, 15, 25, 5] });
    // A number that is used once is hardly known to anybody.
    let is_known = chance.percent(if kind == Kind::Neighbour { 5 } else { 60 });
    let complaints = match kind {
        Kind::Known => 1 + chance.up_to_u32(40),
        Kind::Burst | Kind::Silent if chance.percent(30) => 1 + chance.up_to_u32(5),
        _ => 0,
    };
    let mut at = BEGINNING + chance.up_to(DAYS * DAY);
    let count = match kind {
        Kind::Neighbour => 1,
        Kind::Burst => NUMBERS,
        Kind::Impossible => 2,
        Kind::Wangiri | Kind::Silent | Kind::Known => 3 + chance.below(5),
    };
    for step in 0..count {
        let dialled = if kind == Kind::Burst { step } else { number };
        let (call_seconds, talk_seconds) = match kind {
            Kind::Wangiri => (1 + chance.up_to_u32(3), 0),
            Kind::Silent => (3 + chance.up_to_u32(2), chance.up_to_u32(3)),
            Kind::Neighbour | Kind::Burst | Kind::Known | Kind::Impossible => {
                let talk = chance.up_to_u32(30);
                (10 + talk, talk)
            }
        };
        calls.push(Call {
            at,
            caller: caller.clone(),
            number: dialled,
            attestation,
            is_known,
            complaints,
            ended: lasted(call_seconds, talk_seconds),
            kind: Some(kind),
        });
        at += if kind == Kind::Burst { MINUTE / 2 } else { chance.up_to(DAY) + MINUTE };
    }
}

/// Draws what a caller's carrier says: of a hundred so many have A, B, C or a signature that does not hold; of the others
/// nothing is said.
fn attested(chance: &mut Chance, [a, b, c, failed]: [usize; 4]) -> Option<Attestation> {
    let drawn = chance.below(100);
    let (level, passed) = match drawn {
        _ if drawn < a => (AttestationLevel::A, true),
        _ if drawn < a + b => (AttestationLevel::B, true),
        _ if drawn < a + b + c => (AttestationLevel::C, true),
        _ if drawn < a + b + c + failed => (AttestationLevel::A, false),
        _ => return None,
    };
    Some(Attestation { level: Some(level), passed, diverted: false })
}

fn own_number(place: usize) -> E164 {
    parse(&format!("+131255501{:02}", 10 + place))
}

fn neighbour_of(number: usize, chance: &mut Chance) -> E164 {
    let own = own_number(number);
    loop {
        let other = parse(&format!("+1312555{:04}", chance.below(10_000)));
        if other != own {
            return other;
        }
    }
}

fn somebody(chance: &mut Chance) -> E164 {
    loop {
        let area = AREAS.get(chance.below(AREAS.len())).copied().unwrap_or(312);
        let number = parse(&format!("+1{area}{}{:06}", 2 + chance.below(8), chance.below(1_000_000)));
        if is_valid(number) == Some(true) && !number.as_str().starts_with("+1312555") {
            return number;
        }
    }
}

/// A number whose exchange begins with 0 or 1, of which the plan has none: carriers hand it on as it comes.
fn impossible(chance: &mut Chance) -> Caller {
    Caller::Other(Text::cut(&format!("+1312{}{:06}", chance.below(2), chance.below(1_000_000))))
}

fn parse(text: &str) -> E164 {
    E164::parse(text).unwrap_or_else(|_| unreachable!("{text} has a country code and ten digits"))
}

/// `SplitMix64` (Steele, Lea and Flood 2014): the same seed draws the same.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn up_to(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn up_to_u32(&mut self, end: u32) -> u32 {
        u32::try_from(self.up_to(end.into())).unwrap_or(0)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.up_to(u64::try_from(end).unwrap_or(1))).unwrap_or(0)
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    fn per_mille(&mut self, share: usize) -> bool {
        self.below(1_000) < share
    }
}

#[allow(clippy::cast_precision_loss, reason = "some thousand calls")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
