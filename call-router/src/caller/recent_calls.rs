//! What a number does at the moment, across all numbers of an account.

use core::time::Duration;
use std::collections::BTreeSet;

use dni_core::{phone::E164, time::Millis};
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// How long a call counts among the recent ones.
const WATCH_FOR: Duration = Duration::from_hours(1);
/// How long a call is kept: twice as long, so that a call that is told of again within its hour counts what it counted then.
pub const KEEP_RECENT: Duration = Duration::from_hours(2);
/// In how short a time nobody dials several numbers of one business by mistake.
const VELOCITY_WITHIN: Duration = Duration::from_mins(10);
/// Most recent calls kept of one caller, the latest: far more than a person makes.
pub const MAX_RECENT: usize = 32;
/// Longest id of a call, in bytes: a carrier's name and its longest id.
const MAX_CALL_ID: usize = 160;

/// The recent calls of one caller to any number of the account, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecentCalls(Vec<RecentCall>);

/// A recent call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct RecentCall {
    at: Millis,
    id: Text<MAX_CALL_ID>,
    number: E164,
}

/// How much a caller has been calling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Velocity {
    /// Different tracking numbers they dialled in the ten minutes up to this call, its own included.
    pub numbers_in_ten_minutes: u32,
    /// Calls they made in the hour up to this one, itself included.
    pub calls_in_an_hour: u32,
}

impl RecentCalls {
    /// Takes a call in, unless it is there already, and says how much the caller has been calling up to it.
    ///
    /// ```
    /// use call_router::caller::RecentCalls;
    /// use dni_core::{phone::E164, time::Millis};
    ///
    /// let now = Millis::from_unix_ms(1_790_000_000_000);
    /// let mut recent = RecentCalls::default();
    /// recent.take("CA1", E164::parse("+13125550142").unwrap(), now);
    /// let velocity = recent.take("CA2", E164::parse("+13125550143").unwrap(), now);
    /// assert_eq!((velocity.numbers_in_ten_minutes, velocity.calls_in_an_hour), (2, 2));
    /// assert_eq!(recent.take("CA2", E164::parse("+13125550143").unwrap(), now), velocity);
    /// ```
    pub fn take(&mut self, id: &str, number: E164, at: Millis) -> Velocity {
        let id = Text::cut(id);
        let call = match self.0.iter().find(|known| known.id == id) {
            Some(known) => known.clone(),
            None => self.keep(RecentCall { at, id, number }),
        };
        let up_to =
            |span: Duration| self.0.iter().filter(move |one| one.at <= call.at && call.at.since(one.at) <= span);
        let numbers: BTreeSet<_> = up_to(VELOCITY_WITHIN).map(|one| one.number).chain([call.number]).collect();
        let others = up_to(WATCH_FOR).filter(|one| one.id != call.id).count();
        let count = |amount: usize| u32::try_from(amount).unwrap_or(u32::MAX);
        Velocity { numbers_in_ten_minutes: count(numbers.len()), calls_in_an_hour: count(others.saturating_add(1)) }
    }

    /// Returns when they last called.
    pub fn last_at(&self) -> Option<Millis> {
        self.0.last().map(|call| call.at)
    }

    /// Puts a call in its place. What is too old beside the latest is dropped, and so is the oldest of too many.
    fn keep(&mut self, call: RecentCall) -> RecentCall {
        let place = self.0.partition_point(|known| *known <= call);
        self.0.insert(place, call.clone());
        let since = self.last_at().unwrap_or_default().before(KEEP_RECENT);
        let excess = self.0.len().saturating_sub(MAX_RECENT);
        let old = self.0.iter().take_while(|known| known.at < since).count();
        self.0.drain(..excess.max(old));
        call
    }
}
