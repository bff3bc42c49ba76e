//! How a pool counts its visitors for reports: out of the leases that stand there anyway, long after the visitors were answered.

use core::time::Duration;
use std::collections::BTreeMap;

use dni_core::time::Millis;
use edge_core::report::{DAY, Visit, VisitorDay, day_begins, visits_to_count};
use edge_core::site::PoolSite;
use jiff::tz::TimeZone;
use worker::Result;

use crate::store::object::leases::LeaseStore;
use crate::store::object::visitor_days::{Upkeep, VisitorStore};

/// Most visitors who are counted at once: some milliseconds, in which no visitor is answered.
const STEP: usize = 500;
/// How many leases are looked at together for one step.
const WINDOW: Duration = Duration::from_hours(24);

/// Counts some of the visitors whose leases began before `until`, and says whether there may be more of them.
pub fn count_step(leases: &LeaseStore, days: &VisitorStore, site: &PoolSite, until: Millis) -> Result<bool> {
    let upkeep = days.upkeep()?;
    let Some(first) = leases.first_since(upkeep.counted_until)?.filter(|first| *first < until) else {
        return Ok(false);
    };
    let zone = TimeZone::get(&site.time_zone).unwrap_or(TimeZone::UTC);
    let end = until.min(first.after(WINDOW));
    let visits = visits_to_count(leases.begun_between(day_begins(first, &zone), end)?, first, &zone);
    // One more is the first of the next step. Later than this one in any case, so that each step gets on.
    let next = visits.get(STEP).map(|visit| visit.since.max(first.after(Duration::from_millis(1))));
    let counted_until = next.unwrap_or(end);
    let mut changed: BTreeMap<Millis, VisitorDay> = BTreeMap::new();
    for Visit { number, since, .. } in visits.into_iter().take_while(|visit| visit.since < counted_until) {
        let day = Millis::from_unix_ms(since.unix_ms() - since.unix_ms() % DAY);
        let visitors = match changed.remove(&day) {
            Some(visitors) => visitors,
            None => days.day(day)?,
        };
        let session = leases.session(number, since)?.and_then(|text| serde_json::from_str(&text).ok());
        changed.entry(day).or_insert(visitors).add(&session.unwrap_or_default(), &site.hosts, number, since);
    }
    for (day, visitors) in &changed {
        days.write_day(*day, visitors)?;
    }
    days.write_upkeep(Upkeep { counted_until, ..upkeep })?;
    Ok(counted_until < until)
}
