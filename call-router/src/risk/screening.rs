//! What the owner wants done about risky callers, and what is done with one call.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::{Action, CallerList, Listed, Risk, Thresholds};
use crate::{
    event::Caller,
    flow::{Gate, GateWords},
};

/// What the owner wants done about risky callers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Screening {
    /// Callers who are never let through.
    #[serde(skip_serializing_if = "is_empty")]
    pub block: CallerList,
    /// Callers who always are, even where the other list has them too.
    #[serde(skip_serializing_if = "is_empty")]
    pub allow: CallerList,
    /// From which risk on something is done.
    pub thresholds: Thresholds,
    /// What callers hear who must press a key.
    pub gate: GateWords,
}

impl Screening {
    /// Says where the owner lists a caller, by what they show or by the name the telephone network has for their number. Who
    /// is in both lists is let through.
    pub fn listed(&self, caller: &Caller, name: Option<&str>) -> Option<Listed> {
        if self.allow.has(caller, name) {
            return Some(Listed::Allowed);
        }
        self.block.has(caller, name).then_some(Listed::Blocked)
    }

    /// Returns it without its lists, for whoever has looked the caller up in them already.
    #[must_use]
    pub fn without_lists(&self) -> Self {
        Self { thresholds: self.thresholds, gate: self.gate.clone(), ..Self::default() }
    }

    /// Says what is done about a call: a caller who is listed is let through or refused whatever the thresholds are, and one
    /// whose risk could not be found out is let through.
    pub fn action(&self, risk: Option<&Risk>) -> Action {
        match risk {
            Some(risk) => risk.listed().map_or_else(|| self.thresholds.action(risk.score), Listed::action),
            None => Action::Pass,
        }
    }

    /// Returns what a caller meets before the flow.
    pub fn gate(&self, risk: Option<&Risk>) -> Gate {
        match self.action(risk) {
            Action::Pass | Action::Flag => Gate::Open,
            Action::Challenge => Gate::Asks(self.gate.clone()),
            Action::Reject => Gate::Closed,
        }
    }
}

impl Listed {
    /// Says what is done about a caller who is listed.
    const fn action(self) -> Action {
        match self {
            Self::Allowed => Action::Pass,
            Self::Blocked => Action::Reject,
        }
    }
}

impl Thresholds {
    /// Checks that every action can be reached.
    ///
    /// # Errors
    /// [`BadThresholds`] says what is wrong.
    ///
    /// ```
    /// use call_router::risk::{BadThresholds, Thresholds};
    ///
    /// let thresholds = Thresholds { flag: Some(40), challenge: Some(60), reject: Some(50) };
    /// assert_eq!(thresholds.check(), Err(BadThresholds::NotInOrder));
    /// ```
    pub fn check(&self) -> Result<(), BadThresholds> {
        let Self { flag, challenge, reject } = *self;
        if [flag, challenge, reject].into_iter().flatten().any(|threshold| threshold > 100) {
            return Err(BadThresholds::BeyondAHundred);
        }
        let severer = [challenge, reject].into_iter().flatten().min();
        let flag_is_first = flag.zip(severer).is_none_or(|(flag, severer)| flag <= severer);
        let challenge_is_first = challenge.zip(reject).is_none_or(|(challenge, reject)| challenge < reject);
        if flag_is_first && challenge_is_first { Ok(()) } else { Err(BadThresholds::NotInOrder) }
    }
}

/// What is wrong with thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadThresholds {
    /// One is above the greatest risk.
    BeyondAHundred,
    /// A mild action comes behind a severe one, so that it never acts.
    NotInOrder,
}

impl BadThresholds {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BeyondAHundred => "threshold_beyond_a_hundred",
            Self::NotInOrder => "thresholds_not_in_order",
        }
    }
}

impl fmt::Display for BadThresholds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::BeyondAHundred => "A risk is 0 to 100; write thresholds in that range, or leave one out.",
            Self::NotInOrder => {
                "The thresholds must rise: flag up to challenge, challenge below reject; otherwise the milder one never acts."
            }
        })
    }
}

impl core::error::Error for BadThresholds {}

fn is_empty(list: &CallerList) -> bool {
    list.0.is_empty()
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;

    use super::*;
    use crate::{
        event::{Reputation, ReputationProvider},
        risk::RiskFacts,
    };

    #[test]
    fn thresholds() {
        let cases = [
            ((None, None, None), Ok(())),
            ((Some(40), Some(60), Some(90)), Ok(())),
            ((Some(60), Some(60), Some(90)), Ok(())),
            ((Some(0), None, Some(100)), Ok(())),
            ((Some(90), None, Some(90)), Ok(())),
            ((Some(61), Some(60), None), Err(BadThresholds::NotInOrder)),
            ((Some(91), None, Some(90)), Err(BadThresholds::NotInOrder)),
            ((None, Some(90), Some(90)), Err(BadThresholds::NotInOrder)),
            ((None, Some(101), None), Err(BadThresholds::BeyondAHundred)),
        ];
        for ((flag, challenge, reject), expected) in cases {
            let thresholds = Thresholds { flag, challenge, reject };
            assert_eq!(thresholds.check(), expected, "{thresholds:?}");
        }
    }

    #[test]
    fn what_a_caller_meets() {
        let screening: Screening = serde_json::from_str(
            r#"{"block": ["+1900*"], "allow": ["+19005550123"], "thresholds": {"flag": 0, "challenge": 50, "reject": 90}}"#,
        )
        .unwrap();
        let met = |number: &str, reports: bool| {
            let caller = Caller::Number(E164::parse(number).unwrap());
            let reputation = Reputation {
                reported_by: [ReputationProvider::Nomorobo].into_iter().filter(|_| reports).collect(),
                ..Reputation::default()
            };
            let listed = screening.listed(&caller, None);
            let risk = Risk::of(&RiskFacts { caller: Some(caller), reputation, listed, ..RiskFacts::default() });
            (screening.action(Some(&risk)), screening.gate(Some(&risk)))
        };
        let asks = Gate::Asks(GateWords::default());
        let cases = [
            ("+12125550123", false, (Action::Flag, Gate::Open)),
            ("+12125550123", true, (Action::Challenge, asks)),
            ("+19005550100", false, (Action::Reject, Gate::Closed)),
            ("+19005550123", true, (Action::Pass, Gate::Open)),
        ];
        for (number, reports, expected) in cases {
            assert_eq!(met(number, reports), expected, "{number} {reports}");
        }
        assert_eq!(screening.gate(None), Gate::Open, "nobody is held up whose risk is not known");
        assert_eq!(Screening::default().gate(Some(&Risk { score: 100, reasons: Vec::new() })), Gate::Open);
    }
}
