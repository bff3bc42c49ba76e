//! Which share of a call each of its visitor's touches has, by each model.

use dni_core::time::Millis;
use dni_core::visit::{Channel, Model, Touch, credit};
use serde::Serialize;

/// Most touches that share a call. A visitor's history has twenty.
const MAX_TOUCHES: usize = 20;

/// A model that a report may go by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CreditModel {
    /// As the log itself names a call's source: the last touch that is not direct, and numbers that stand for a source.
    #[default]
    LastNonDirect,
    /// The first touch.
    First,
    /// The last touch.
    Last,
    /// All touches alike.
    Linear,
    /// The first and the last touch, 40 % each, the others the rest.
    Position,
    /// The later, the more, by half in seven days.
    TimeDecay,
    /// The last paid touch, and where there is none the last that is not direct.
    PaidOverride,
}

impl CreditModel {
    /// Every model.
    pub const ALL: [Self; 7] = [
        Self::LastNonDirect,
        Self::First,
        Self::Last,
        Self::Linear,
        Self::Position,
        Self::TimeDecay,
        Self::PaidOverride,
    ];

    /// Returns its word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LastNonDirect => "last_non_direct",
            Self::First => "first",
            Self::Last => "last",
            Self::Linear => "linear",
            Self::Position => "position",
            Self::TimeDecay => "time_decay",
            Self::PaidOverride => "paid_override",
        }
    }

    fn model(self) -> Model {
        match self {
            Self::LastNonDirect => Model::LastNonDirect,
            Self::First => Model::First,
            Self::Last => Model::Last,
            Self::Linear => Model::Linear,
            Self::Position => Model::Position,
            Self::TimeDecay => Model::time_decay(),
            Self::PaidOverride => Model::PaidOverride { otherwise: Box::new(Model::LastNonDirect) },
        }
    }
}

/// A touch with its share of a call, as the log keeps it for reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreditedTouch {
    pub(super) source: String,
    pub(super) medium: String,
    pub(super) channel: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) campaign: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keywords: Option<String>,
    pub(super) landing_page: String,
    first: f64,
    last: f64,
    linear: f64,
    position: f64,
    time_decay: f64,
    paid_override: f64,
}

impl CreditedTouch {
    /// Returns its shares, in the order of [`CreditModel::ALL`] without the first, which shares nothing.
    pub(super) const fn shares(&self) -> [f64; CreditModel::ALL.len() - 1] {
        [self.first, self.last, self.linear, self.position, self.time_decay, self.paid_override]
    }
}

/// Shares a call that began at `at` among the touches before it, by every model; `None` if there is no touch.
pub fn credits(touches: &[Touch], at: Millis) -> Option<Vec<CreditedTouch>> {
    let latest = touches.get(touches.len().saturating_sub(MAX_TOUCHES)..).unwrap_or_default();
    let shares = |model: CreditModel| credit(&model.model(), latest, at);
    let by_model = [
        CreditModel::First,
        CreditModel::Last,
        CreditModel::Linear,
        CreditModel::Position,
        CreditModel::TimeDecay,
        CreditModel::PaidOverride,
    ]
    .map(shares);
    let of_touch = |place: usize| by_model.each_ref().map(|shares| shares.get(place).copied().unwrap_or_default());
    let credited = latest.iter().enumerate().filter_map(|(place, touch)| {
        let [first, last, linear, position, time_decay, paid_override] = of_touch(place);
        let page = touch.landing.as_str();
        (linear > 0.0).then(|| CreditedTouch {
            source: touch.source.clone(),
            medium: touch.medium.clone(),
            channel: Channel::of(touch).0.name(),
            campaign: touch.campaign.campaign.clone(),
            keywords: touch.campaign.term.clone(),
            landing_page: page.split_once('?').map_or(page, |(page, _)| page).to_owned(),
            first,
            last,
            linear,
            position,
            time_decay,
            paid_override,
        })
    });
    let credited: Vec<_> = credited.collect();
    (!credited.is_empty()).then_some(credited)
}

#[cfg(test)]
mod tests {
    use dni_core::visit::{Arrival, PageUrl};
    use serde_json::{Value, json};

    use super::*;

    const DAY: u64 = 24 * 3_600 * 1_000;

    fn touch(day: u64, query: &str) -> Touch {
        let url = PageUrl::from_serialized(&format!("https://harbor.example/{query}"));
        Touch::read(&Arrival { at: Millis::from_unix_ms(day * DAY), url, referrer: PageUrl::default() }, &[])
    }

    #[test]
    fn every_model_gives_the_whole_call_away() {
        let touches = [touch(0, "?gclid=a"), touch(1, "?utm_source=mail&utm_medium=email"), touch(7, "")];
        let told = json!(credits(&touches, Millis::from_unix_ms(8 * DAY)).unwrap());
        let shares = |model: CreditModel| -> Vec<f64> {
            let all = told.as_array().unwrap().iter();
            all.map(|touch| touch[model.code()].as_f64().unwrap()).collect()
        };
        for model in CreditModel::ALL.into_iter().filter(|model| *model != CreditModel::LastNonDirect) {
            assert!((shares(model).iter().sum::<f64>() - 1.0).abs() < 1e-9, "{model:?}");
        }
        assert_eq!(shares(CreditModel::First), [1.0, 0.0, 0.0]);
        assert_eq!(shares(CreditModel::Last), [0.0, 0.0, 1.0]);
        assert_eq!(shares(CreditModel::PaidOverride), [1.0, 0.0, 0.0]);
        assert_eq!(shares(CreditModel::Position).first(), Some(&0.4));
        let decay = shares(CreditModel::TimeDecay);
        assert!((decay[2] / decay[0] - 2.0).abs() < 1e-9, "seven days are half");
        let first = &told[0];
        assert_eq!((&first["source"], &first["channel"]), (&json!("google"), &json!("Paid Search")));
        assert_eq!((&first["landing_page"], &first["campaign"]), (&json!("https://harbor.example/"), &Value::Null));
    }

    #[test]
    fn touches_after_the_call_have_no_share_and_no_touch_is_none() {
        let at = Millis::from_unix_ms(DAY);
        assert_eq!(credits(&[], at), None);
        assert_eq!(credits(&[touch(2, "")], at), None);
        assert_eq!(credits(&[touch(0, ""), touch(2, "")], at).unwrap().len(), 1);
        let many: Vec<_> = (0..30).map(|day| touch(day, "")).collect();
        assert_eq!(credits(&many, Millis::from_unix_ms(40 * DAY)).unwrap().len(), MAX_TOUCHES);
    }
}
