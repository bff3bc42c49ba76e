//! What a report counts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rounding::rounded;

/// Calls of one group, as the log counts them. By a model that shares calls, the counts have fractions.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct CountedCalls {
    /// All.
    pub calls: f64,
    /// In which caller and business were connected.
    pub answered: f64,
    /// That nobody answered.
    pub missed: f64,
    /// In which a message was left.
    pub voicemail: f64,
    /// In which the caller gave up.
    pub abandoned: f64,
    /// Of callers who called the site for the first time.
    pub first_time_callers: f64,
    /// Their seconds.
    pub seconds: f64,
    /// Those that have seconds.
    pub timed: f64,
    /// That somebody said to be leads.
    pub leads: f64,
    /// That somebody said to be spam.
    pub spam: f64,
    /// Whose risk reached the site's threshold.
    pub flagged: f64,
    /// That belong to no visitor.
    pub unattributed: f64,
}

impl CountedCalls {
    /// Adds the calls of the same group that another database has.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.answered += other.answered;
        self.missed += other.missed;
        self.voicemail += other.voicemail;
        self.abandoned += other.abandoned;
        self.first_time_callers += other.first_time_callers;
        self.seconds += other.seconds;
        self.timed += other.timed;
        self.leads += other.leads;
        self.spam += other.spam;
        self.flagged += other.flagged;
        self.unattributed += other.unattributed;
    }
}

/// What calls of one group were worth in one currency.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ValueSum {
    /// The currency.
    pub currency: String,
    /// The sum.
    pub value: f64,
}

/// What a report tells of a group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MeasureRecord {
    /// How many calls.
    pub calls: f64,
    /// Calls in which caller and business were connected.
    pub answered: f64,
    /// Calls that nobody answered.
    pub missed: f64,
    /// Calls in which a message was left.
    pub voicemail: f64,
    /// Calls in which the caller gave up.
    pub abandoned: f64,
    /// The share of calls that were answered, 0 to 1; null if there are none.
    #[schema(required)]
    pub answer_rate: Option<f64>,
    /// Calls of people who called the site for the first time.
    pub first_time_callers: f64,
    /// Their seconds together.
    pub total_duration: f64,
    /// Their seconds on average; null if no call has any.
    #[schema(required)]
    pub average_duration: Option<f64>,
    /// Calls that somebody said to be leads.
    pub leads: f64,
    /// Calls that somebody said to be spam.
    pub spam: f64,
    /// Calls whose risk reached the site's threshold.
    pub flagged_as_spam: f64,
    /// Calls that belong to no visitor.
    pub unattributed: f64,
    /// What they were worth, by currency.
    pub value: Vec<WorthRecord>,
    /// Visitors who were given a number of their own, each once a day and pool; null where nobody knows, as `visitors_unknown` says. The
    /// last hour's may still be missing.
    #[schema(required)]
    pub visitors: Option<f64>,
    /// Calls by visitors; null if there are none, or nobody knows how many.
    #[schema(required)]
    pub calls_per_visitor: Option<f64>,
}

/// A sum of money.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WorthRecord {
    /// Three letters of ISO 4217.
    pub currency: String,
    /// The sum, in the currency's units.
    pub value: f64,
}

impl MeasureRecord {
    /// Tells counts and sums, and `visitors` if it is known how many there were.
    pub fn of(counted: &CountedCalls, values: &[ValueSum], visitors: Option<f64>) -> Self {
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| rounded(part / whole));
        let mut value: Vec<_> = values
            .iter()
            .map(|sum| WorthRecord { currency: sum.currency.clone(), value: rounded(sum.value) })
            .collect();
        value.sort_by(|one, other| one.currency.cmp(&other.currency));
        Self {
            calls: rounded(counted.calls),
            answered: rounded(counted.answered),
            missed: rounded(counted.missed),
            voicemail: rounded(counted.voicemail),
            abandoned: rounded(counted.abandoned),
            answer_rate: share(counted.answered, counted.calls),
            first_time_callers: rounded(counted.first_time_callers),
            total_duration: rounded(counted.seconds),
            average_duration: share(counted.seconds, counted.timed),
            leads: rounded(counted.leads),
            spam: rounded(counted.spam),
            flagged_as_spam: rounded(counted.flagged),
            unattributed: rounded(counted.unattributed),
            value,
            visitors: visitors.map(rounded),
            calls_per_visitor: visitors.and_then(|visitors| share(counted.calls, visitors)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_what_there_is() {
        let none = MeasureRecord::of(&CountedCalls::default(), &[], Some(0.0));
        assert_eq!((none.answer_rate, none.average_duration, none.calls_per_visitor), (None, None, None));
        let counted = CountedCalls { calls: 3.0, answered: 2.0, seconds: 100.0, timed: 2.0, ..CountedCalls::default() };
        let sum = |currency: &str, value| ValueSum { currency: currency.to_owned(), value };
        let told = MeasureRecord::of(&counted, &[sum("USD", 0.1 + 0.2), sum("EUR", 5.0)], Some(8.0));
        assert_eq!((told.visitors, told.calls_per_visitor), (Some(8.0), Some(0.375)));
        assert_eq!((told.answer_rate, told.average_duration), (Some(0.6667), Some(50.0)));
        let values: Vec<_> = told.value.iter().map(|worth| (worth.currency.as_str(), worth.value)).collect();
        assert_eq!(values, [("EUR", 5.0), ("USD", 0.3)]);
    }
}
