//! Attribution models: how a call's credit is shared among the visitor's touches.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Channel, Touch};
use crate::time::Millis;

/// The half-life that time decay has unless told otherwise: seven days, as in the large analytics products.
const HALF_LIFE: Duration = Duration::from_hours(7 * 24);
/// Shortest half-life: what is shorter than the clock's own step counts as this.
const SHORTEST_HALF_LIFE: Duration = Duration::from_millis(1);
/// Share of the first and of the last of three or more touches in [`Model::Position`]; those between share the rest.
const END_SHARE: f64 = 0.4;

/// A rule by which a call's credit is shared among the touches before it.
///
/// ```
/// use dni_core::visit::Model;
///
/// let model: Model = serde_json::from_str(r#"{"paid_override":{"otherwise":{"time_decay":{}}}}"#).unwrap();
/// assert_eq!(model, Model::PaidOverride { otherwise: Box::new(Model::time_decay()) });
/// assert_eq!(serde_json::to_string(&Model::LastNonDirect).unwrap(), r#""last_non_direct""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Model {
    /// All to the first touch.
    First,
    /// All to the last touch.
    Last,
    /// All to the last touch that is not direct; if all are direct, to the last.
    LastNonDirect,
    /// The same to each.
    Linear,
    /// 40 % to the first, 40 % to the last, the rest shared by those between. Of two touches each gets half, one gets all.
    Position,
    /// The less, the longer ago: half as much for every half-life that a touch is older than another.
    TimeDecay {
        /// The half-life, in whole seconds; seven days if left out. Zero leaves all to the latest touch.
        #[serde(rename = "half_life_seconds", with = "whole_seconds", default = "half_life")]
        half_life: Duration,
    },
    /// All to the last paid touch, by [`Channel::is_paid`]; if none is paid, as another model says.
    PaidOverride {
        /// The model for visitors without a paid touch.
        otherwise: Box<Model>,
    },
}

impl Model {
    /// Returns time decay with its usual half-life of seven days.
    pub const fn time_decay() -> Self {
        Self::TimeDecay { half_life: HALF_LIFE }
    }
}

/// Shares the credit for a call at `at` among the visitor's touches.
///
/// The shares stand in the order of the touches, each from 0 to 1, and sum to 1. Touches after `at` did not bring the call
/// and get 0; where no touch is left all are 0, and without touches there are no shares. The touches' times decide what is
/// first and last, whatever order the list is in; of touches at the same time the later in the list is the later.
///
/// ```
/// use dni_core::time::Millis;
/// use dni_core::visit::{Arrival, Model, PageUrl, Touch, credit};
///
/// let touch = |at, query: &str| {
///     let url = PageUrl::from_serialized(&format!("https://harbor.example/{query}"));
///     Touch::read(&Arrival { at: Millis::from_unix_ms(at), url, referrer: PageUrl::default() }, &[])
/// };
/// let touches = [touch(1_000, "?gclid=a"), touch(2_000, "?utm_source=mail&utm_medium=email"), touch(3_000, "")];
/// let call = Millis::from_unix_ms(4_000);
/// assert_eq!(credit(&Model::First, &touches, call), [1.0, 0.0, 0.0]);
/// assert_eq!(credit(&Model::LastNonDirect, &touches, call), [0.0, 1.0, 0.0]);
/// assert_eq!(credit(&Model::PaidOverride { otherwise: Box::new(Model::Last) }, &touches, call), [1.0, 0.0, 0.0]);
/// ```
pub fn credit(model: &Model, touches: &[Touch], at: Millis) -> Vec<f64> {
    let mut in_time: Vec<(usize, &Touch)> = touches.iter().enumerate().filter(|(_, touch)| touch.at <= at).collect();
    in_time.sort_by_key(|(_, touch)| touch.at); // stable: the list's order decides between equal times
    let ordered: Vec<&Touch> = in_time.iter().map(|(_, touch)| *touch).collect();
    let weights = weights(model, &ordered);
    let total: f64 = weights.iter().sum();
    let mut credit = vec![0.0; touches.len()];
    for ((place, _), weight) in in_time.iter().zip(weights) {
        if let Some(share) = credit.get_mut(*place) {
            *share = weight / total;
        }
    }
    credit
}

/// Weighs touches that are in the order of time. Of any touches at least one weighs more than nothing.
fn weights(model: &Model, ordered: &[&Touch]) -> Vec<f64> {
    let last = ordered.len().saturating_sub(1);
    match model {
        Model::First => only(0, ordered),
        Model::Last => only(last, ordered),
        Model::LastNonDirect => {
            only(last_place(ordered, |channel| channel != Channel::Direct).unwrap_or(last), ordered)
        }
        Model::Linear => vec![1.0; ordered.len()],
        Model::Position => by_position(ordered),
        Model::TimeDecay { half_life } => by_age(ordered, *half_life),
        Model::PaidOverride { otherwise } => match last_place(ordered, Channel::is_paid) {
            Some(place) => only(place, ordered),
            None => weights(innermost(otherwise), ordered),
        },
    }
}

/// An override within an override looks for the same paid touch again: only the model within them counts.
fn innermost(mut model: &Model) -> &Model {
    while let Model::PaidOverride { otherwise } = model {
        model = otherwise;
    }
    model
}

fn last_place(ordered: &[&Touch], wanted: impl Fn(Channel) -> bool) -> Option<usize> {
    ordered.iter().rposition(|touch| wanted(Channel::of(touch).0))
}

fn only(place: usize, ordered: &[&Touch]) -> Vec<f64> {
    (0..ordered.len()).map(|at| if at == place { 1.0 } else { 0.0 }).collect()
}

fn by_position(ordered: &[&Touch]) -> Vec<f64> {
    let last = ordered.len().saturating_sub(1);
    let between = last.saturating_sub(1);
    let rest = 1.0 - 2.0 * END_SHARE;
    #[expect(clippy::cast_precision_loss, reason = "a list of touches is far shorter than 2^52")]
    let share = |at| if at == 0 || at == last { END_SHARE } else { rest / between as f64 };
    (0..ordered.len()).map(share).collect()
}

/// Weighs by the age against the newest touch, not against the call: the shares are the same, and the newest weighs 1
/// however long ago it was, so that never all weights vanish.
fn by_age(ordered: &[&Touch], half_life: Duration) -> Vec<f64> {
    let newest = ordered.last().map(|touch| touch.at).unwrap_or_default();
    let half_life = half_life.max(SHORTEST_HALF_LIFE).as_secs_f64();
    ordered.iter().map(|touch| (-newest.since(touch.at).as_secs_f64() / half_life).exp2()).collect()
}

const fn half_life() -> Duration {
    HALF_LIFE
}

/// A span as whole seconds in JSON.
mod whole_seconds {
    use core::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(span.as_secs())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::{Arrival, PageUrl};

    const DAY: u64 = 24 * 3600 * 1000;
    const PAID: &str = "?gclid=a";
    const MAIL: &str = "?utm_source=news&utm_medium=email";
    const DIRECT: &str = "";

    #[test]
    fn shares() {
        /// Model, day and landing query of each touch, expected shares.
        type Case<'a> = (Model, &'a [(u64, &'a str)], &'a [f64]);
        let paid_first = |otherwise| Model::PaidOverride { otherwise: Box::new(otherwise) };
        let decay = Model::time_decay;
        let two_days = || Model::TimeDecay { half_life: Duration::from_hours(48) };
        let none_left = || Model::TimeDecay { half_life: Duration::ZERO };
        let cases: &[Case] = &[
            (Model::First, &[], &[]),
            (Model::Linear, &[], &[]),
            (Model::Position, &[], &[]),
            (decay(), &[], &[]),
            (Model::First, &[(1, MAIL), (2, PAID), (3, DIRECT)], &[1.0, 0.0, 0.0]),
            (Model::First, &[(3, MAIL), (1, PAID), (2, DIRECT)], &[0.0, 1.0, 0.0]),
            (Model::Last, &[(1, MAIL), (2, PAID), (3, DIRECT)], &[0.0, 0.0, 1.0]),
            (Model::Last, &[(1, MAIL), (1, PAID)], &[0.0, 1.0]),
            (Model::LastNonDirect, &[(1, MAIL), (2, PAID), (3, DIRECT)], &[0.0, 1.0, 0.0]),
            (Model::LastNonDirect, &[(1, DIRECT), (2, DIRECT)], &[0.0, 1.0]),
            (Model::LastNonDirect, &[(1, "?utm_medium=email"), (2, DIRECT)], &[1.0, 0.0]),
            (Model::Linear, &[(1, MAIL), (2, PAID), (3, DIRECT), (4, DIRECT)], &[0.25; 4]),
            (Model::Position, &[(1, MAIL)], &[1.0]),
            (Model::Position, &[(1, MAIL), (2, PAID)], &[0.5, 0.5]),
            (Model::Position, &[(1, MAIL), (2, PAID), (3, DIRECT)], &[0.4, 0.2, 0.4]),
            (Model::Position, &[(1, MAIL), (2, PAID), (3, MAIL), (4, DIRECT)], &[0.4, 0.1, 0.1, 0.4]),
            (decay(), &[(0, MAIL), (7, PAID)], &[1.0 / 3.0, 2.0 / 3.0]),
            (decay(), &[(0, MAIL), (7, PAID), (14, DIRECT)], &[1.0 / 7.0, 2.0 / 7.0, 4.0 / 7.0]),
            (two_days(), &[(0, MAIL), (2, PAID)], &[1.0 / 3.0, 2.0 / 3.0]),
            (none_left(), &[(0, MAIL), (2, PAID)], &[0.0, 1.0]),
            (paid_first(Model::Last), &[(1, PAID), (2, PAID), (3, MAIL)], &[0.0, 1.0, 0.0]),
            (paid_first(Model::Last), &[(1, MAIL), (2, DIRECT)], &[0.0, 1.0]),
            (paid_first(Model::Linear), &[(1, MAIL), (2, DIRECT)], &[0.5, 0.5]),
            (paid_first(paid_first(Model::First)), &[(1, MAIL), (2, DIRECT)], &[1.0, 0.0]),
            // The call is on day 100.
            (Model::Last, &[(1, MAIL), (100, PAID), (101, DIRECT)], &[0.0, 1.0, 0.0]),
            (Model::Linear, &[(1, MAIL), (101, PAID), (102, DIRECT)], &[1.0, 0.0, 0.0]),
            (paid_first(Model::Last), &[(1, MAIL), (101, PAID)], &[1.0, 0.0]),
            (Model::Position, &[(101, MAIL), (102, PAID)], &[0.0, 0.0]),
        ];
        for (model, touches, shares) in cases {
            check(model, touches, shares);
        }
    }

    fn check(model: &Model, days: &[(u64, &str)], shares: &[f64]) {
        let touches: Vec<_> = days.iter().map(|(day, query)| touch(day * DAY, query)).collect();
        let got = credit(model, &touches, Millis::from_unix_ms(100 * DAY));
        let near = got.len() == shares.len() && got.iter().zip(shares).all(|(got, share)| (got - share).abs() < 1e-9);
        assert!(near, "{model:?} of {days:?}: {got:?}, expected {shares:?}");
    }

    #[test]
    fn json() {
        let cases = [
            (r#""first""#, Model::First),
            (r#""last""#, Model::Last),
            (r#""last_non_direct""#, Model::LastNonDirect),
            (r#""linear""#, Model::Linear),
            (r#""position""#, Model::Position),
            (r#"{"time_decay":{"half_life_seconds":604800}}"#, Model::time_decay()),
            (r#"{"paid_override":{"otherwise":"last"}}"#, Model::PaidOverride { otherwise: Box::new(Model::Last) }),
        ];
        for (json, model) in cases {
            assert_eq!(serde_json::from_str::<Model>(json).unwrap(), model, "{json}");
            assert_eq!(serde_json::to_string(&model).unwrap(), json);
        }
        assert!(serde_json::from_str::<Model>(r#""best""#).is_err());
        let nested = format!("{}\"last\"{}", "{\"paid_override\":{\"otherwise\":".repeat(500), "}}".repeat(500));
        assert!(serde_json::from_str::<Model>(&nested).is_err(), "depth is the parser's to limit");
    }

    fn touch(at: u64, query: &str) -> Touch {
        let url = PageUrl::from_serialized(&format!("https://harbor.example/{query}"));
        Touch::read(&Arrival { at: Millis::from_unix_ms(at), url, referrer: PageUrl::default() }, &[])
    }
}
