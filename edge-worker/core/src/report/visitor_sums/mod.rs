//! How many visitors the groups of a report had, out of the days that are kept of them.

use std::collections::BTreeMap;

use dni_core::id::SiteId;
use dni_core::time::Millis;
use jiff::civil::Date;
use jiff::{ToSpan, civil};

use super::dimension::monday_of;
use super::visitor_day::{DAY, Given, PARTS, QUARTER, QUARTERS, Shares, VisitSource};
use super::{CreditModel, Dimension, Key, OffsetStep, Period, ReportRequest, VisitorDay};
use crate::api::{Bounds, CallFilter};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// The visitors of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Visitors {
    /// How many there were.
    Counted(VisitorSums),
    /// That nobody can say, and why.
    Unknown(VisitorsUnknown),
}

/// Why nobody can say how many visitors there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitorsUnknown {
    /// Only some calls are asked for, by what became of them or who called: nobody knows which visitors belong to those.
    Filter,
    /// There is more to read than a report may.
    TooMuch,
}

impl Visitors {
    /// Returns how many there were, if that is known.
    pub const fn counted(&self) -> Option<&VisitorSums> {
        match self {
            Self::Counted(sums) => Some(sums),
            Self::Unknown(_) => None,
        }
    }

    /// Returns why that is not known.
    pub const fn unknown(&self) -> Option<VisitorsUnknown> {
        match self {
            Self::Counted(_) => None,
            Self::Unknown(why) => Some(*why),
        }
    }
}

impl VisitorsUnknown {
    /// Returns the word that stands for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::TooMuch => "too_much",
        }
    }
}

/// How many visitors there were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VisitorSums {
    /// By what they have in common, as calls.
    pub groups: BTreeMap<Key, f64>,
    /// All.
    pub total: f64,
}

/// Counts a report's visitors, day by day.
pub struct VisitorCounter<'a> {
    filter: &'a CallFilter,
    period: &'a Period,
    dimensions: &'a [Dimension],
    model: CreditModel,
    steps: Vec<OffsetStep>,
    /// The words of each dimension.
    words: [Words; 2],
    /// Parts of visitors, by the places of their words.
    groups: BTreeMap<[u32; 2], u64>,
    total: u64,
}

impl<'a> VisitorCounter<'a> {
    /// Counts the visitors that a filter of calls means.
    ///
    /// # Errors
    /// The filter asks for something that calls alone have.
    pub fn new(
        filter: &'a CallFilter,
        period: &'a Period,
        request: &'a ReportRequest,
    ) -> Result<Self, VisitorsUnknown> {
        if concerns_calls_alone(filter) {
            return Err(VisitorsUnknown::Filter);
        }
        Ok(Self {
            filter,
            period,
            dimensions: &request.group_by,
            model: request.model,
            steps: period.offsets(),
            words: [Words::default(), Words::default()],
            groups: BTreeMap::new(),
            total: 0,
        })
    }

    /// Returns between what instants a day in UTC begins that the period has a part of: the first of them is among them.
    pub const fn days(&self) -> (Millis, Millis) {
        let from = self.period.from.unix_ms();
        (Millis::from_unix_ms(from - from % DAY), self.period.before)
    }

    /// Counts the visitors of one of a site's pools on the day in UTC that begins at `day`.
    pub fn add(&mut self, site: &SiteId, day: Millis, visitors: &VisitorDay) {
        let is_wanted = self.filter.site.as_ref().is_none_or(|wanted| wanted == site) && self.filter.visible.has(site);
        if !is_wanted {
            return;
        }
        let quarters: Vec<Option<i64>> = (0..QUARTERS).map(|quarter| self.local(day, quarter)).collect();
        let touches: Vec<bool> = visitors.touches.words.iter().map(|touch| self.wants_touch(touch)).collect();
        let numbers: Vec<bool> = visitors
            .numbers
            .words
            .iter()
            .map(|number| self.filter.tracking_number.is_none_or(|one| one == *number))
            .collect();
        let columns = [0, 1].map(|place| self.column(place, site, visitors, &quarters));
        let wants = |own: u32, given: Given| {
            let number = given.number.map_or(self.filter.tracking_number.is_none(), |number| is_at(&numbers, number));
            number && is_at(&touches, own) && quarters.get(usize::from(given.quarter)).is_some_and(Option::is_some)
        };
        let place = |touch: u32, given: Given| columns.each_ref().map(|column| column.place(touch, given));
        let model = CreditModel::ALL.iter().position(|model| *model == self.model).unwrap_or_default();
        let whole = visitors.whole.iter().filter(|((touch, given), _)| wants(*touch, *given));
        let whole = whole.map(|((touch, given), count)| (place(*touch, *given), u64::from(*count) * u64::from(PARTS)));
        let shared = visitors.shared.iter().filter(|((own, _, given), _)| wants(*own, *given));
        let share = |shares: &Shares| shares.get(model).copied().unwrap_or_default();
        let shared = shared.map(|((_, touch, given), shares)| (place(*touch, *given), share(shares)));
        for (group, parts) in whole.chain(shared).filter(|(_, parts)| *parts > 0) {
            *self.groups.entry(group).or_default() += parts;
            self.total += parts;
        }
    }

    /// Says how many there were.
    pub fn sums(self) -> VisitorSums {
        let Self { words: [first, second], dimensions, .. } = &self;
        let key = |group: &[u32; 2]| {
            [first, second]
                .into_iter()
                .zip(group)
                .take(dimensions.len())
                .map(|(words, place)| words.at(*place))
                .collect()
        };
        let is_grouped = !dimensions.is_empty();
        let groups = self.groups.iter().filter(|_| is_grouped).map(|(group, parts)| (key(group), visitors(*parts)));
        VisitorSums { groups: groups.collect(), total: visitors(self.total) }
    }

    /// Returns the beginning of a quarter of an hour by the zone's clocks, in milliseconds; `None` if it is not in the period.
    fn local(&self, day: Millis, quarter: u8) -> Option<i64> {
        let at = Millis::from_unix_ms(day.unix_ms() + u64::from(quarter) * QUARTER);
        let is_in_it = self.period.from <= at && at < self.period.before;
        let step = self.steps.iter().find(|step| at < step.until).or(self.steps.last()).filter(|_| is_in_it)?;
        Some(i64::try_from(at.unix_ms()).ok()? + step.offset)
    }

    fn wants_touch(&self, touch: &VisitSource) -> bool {
        let filter = self.filter;
        [
            (Dimension::Source, &filter.source),
            (Dimension::Medium, &filter.medium),
            (Dimension::Channel, &filter.channel),
            (Dimension::Campaign, &filter.campaign),
            (Dimension::Keywords, &filter.keywords),
            (Dimension::LandingPage, &filter.landing_page),
        ]
        .into_iter()
        .all(|(dimension, wanted)| wanted.is_none() || wanted.as_deref() == touch.word(dimension))
    }

    /// Finds the words that the visitors of a day have for the dimension at a place.
    fn column(&mut self, place: usize, site: &SiteId, visitors: &VisitorDay, quarters: &[Option<i64>]) -> Column {
        let (Some(dimension), Some(words)) = (self.dimensions.get(place).copied(), self.words.get_mut(place)) else {
            return Column::Same(0);
        };
        match dimension {
            Dimension::Site => Column::Same(words.place_of(Some(site.as_str().to_owned()))),
            Dimension::TrackingNumber => {
                let numbers = visitors.numbers.words.iter();
                Column::Number {
                    places: numbers.map(|number| words.place_of(Some(number.to_string()))).collect(),
                    none: words.place_of(None),
                }
            }
            dimension if VisitSource::is_of(dimension) => {
                let touches = visitors.touches.words.iter();
                Column::Touch(touches.map(|touch| words.place_of(touch.word(dimension).map(str::to_owned))).collect())
            }
            dimension => {
                let quarters = quarters.iter();
                Column::Quarter(
                    quarters.map(|local| words.place_of(local.map(|local| by_clock(dimension, local)))).collect(),
                )
            }
        }
    }
}

/// Says whether a filter asks for something that no visitor has, only a call.
const fn concerns_calls_alone(filter: &CallFilter) -> bool {
    let CallFilter {
        visible: _,
        site: _,
        source: _,
        medium: _,
        channel: _,
        campaign: _,
        keywords: _,
        landing_page: _,
        tracking_number: _,
        started_from: _,
        started_before: _,
        outcome,
        caller,
        first_call,
        flagged_as_spam,
        has_recording,
        attribution,
        tag,
        lead_status,
        spam,
        search,
        risk_score,
        duration,
        updated_since,
    } = filter;
    let is_bound = risk_score.is_set() || duration.is_set();
    let of_caller = caller.is_some() || first_call.is_some() || flagged_as_spam.is_some() || attribution.is_some();
    let of_call = outcome.is_some() || has_recording.is_some() || search.is_some() || updated_since.is_some();
    let of_people = tag.is_some() || lead_status.is_some() || spam.is_some();
    is_bound || of_caller || of_call || of_people
}

impl Bounds {
    const fn is_set(self) -> bool {
        self.min.is_some() || self.max.is_some()
    }
}

/// Names an hour, day, week or month, as the log is asked for them. `local` is milliseconds by the zone's clocks.
fn by_clock(dimension: Dimension, local: i64) -> String {
    let day = date(local);
    match dimension {
        Dimension::Hour => local.div_euclid(HOUR).rem_euclid(24).to_string(),
        Dimension::Weekday => day.weekday().to_monday_one_offset().to_string(),
        Dimension::Week => monday_of(day).to_string(),
        Dimension::Month => day.strftime("%Y-%m").to_string(),
        _ => day.to_string(),
    }
}

fn date(local: i64) -> Date {
    let days = local.div_euclid(i64::try_from(DAY).unwrap_or(i64::MAX));
    civil::date(1970, 1, 1).checked_add(days.days()).unwrap_or(Date::MAX)
}

fn is_at(wanted: &[bool], place: u32) -> bool {
    usize::try_from(place).ok().and_then(|place| wanted.get(place)).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "exact below nine thousand million visitors")]
fn visitors(parts: u64) -> f64 {
    parts as f64 / f64::from(PARTS)
}

/// The words of one dimension, each once.
#[derive(Default)]
struct Words {
    words: Vec<Option<String>>,
    places: BTreeMap<Option<String>, u32>,
}

impl Words {
    fn place_of(&mut self, word: Option<String>) -> u32 {
        let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        *self.places.entry(word).or_insert_with_key(|word| {
            self.words.push(word.clone());
            next
        })
    }

    fn at(&self, place: u32) -> Option<String> {
        usize::try_from(place).ok().and_then(|place| self.words.get(place)).cloned().flatten()
    }
}

/// What decides about the word of a dimension, and the places of the words.
enum Column {
    Same(u32),
    Touch(Vec<u32>),
    Number { places: Vec<u32>, none: u32 },
    Quarter(Vec<u32>),
}

impl Column {
    fn place(&self, touch: u32, given: Given) -> u32 {
        let at = |places: &[u32], place: usize| places.get(place).copied().unwrap_or_default();
        let index = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
        match self {
            Self::Same(place) => *place,
            Self::Touch(places) => at(places, index(touch)),
            Self::Number { places, none } => given.number.map_or(*none, |number| at(places, index(number))),
            Self::Quarter(places) => at(places, usize::from(given.quarter)),
        }
    }
}

#[cfg(test)]
mod tests;
