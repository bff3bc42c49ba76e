//! An attribution in one sentence that a person can check.

use core::fmt::Write as _;
use core::time::Duration;

use super::{Attribution, Evidence, MatchRule, UnattributedReason};

impl Attribution {
    /// Says in one sentence whom the call belongs to and what that rests on. Times are told as spans before the call, so that
    /// it reads the same in every time zone.
    ///
    /// ```
    /// use dni_core::pool::Attribution;
    ///
    /// let unknown = Attribution::unknown_number();
    /// assert_eq!(unknown.sentence(), "The pool does not have the number.");
    /// ```
    pub fn sentence(&self) -> String {
        match self {
            Self::Attributed { rule, evidence } => attributed(*rule, evidence),
            Self::Unattributed { reason } => reason.sentence().to_owned(),
            Self::Ambiguous { candidates } => {
                let mut sentence =
                    format!("The windows of {} visitors were open on the number, which they shared:", candidates.len());
                for (place, candidate) in candidates.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    let shown = ago(candidate.evidence.called_at.since(candidate.evidence.leased_at));
                    let _ = write!(
                        sentence,
                        "{comma} one shown it {shown} before the call ({:.0} %)",
                        100.0 * candidate.weight
                    );
                }
                sentence.push('.');
                sentence
            }
        }
    }
}

impl MatchRule {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Exact => "exact",
            Self::Late => "late",
            Self::Returning => "returning",
        }
    }
}

impl UnattributedReason {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownNumber => "unknown_number",
            Self::NeverLeased => "never_leased",
            Self::BeforeFirstLease => "before_first_lease",
            Self::BeyondLookBack => "beyond_look_back",
            Self::SavedNumber => "saved_number",
        }
    }

    /// Says it in one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UnknownNumber => "The pool does not have the number.",
            Self::NeverLeased => "Nobody has ever been shown the number.",
            Self::BeforeFirstLease => "The call came before the number was first shown to anybody.",
            Self::BeyondLookBack => "The last visitor who saw the number did so longer ago than the pool looks back.",
            Self::SavedNumber => {
                "The caller had called the number before it was shown to the visitor who has it now, and whose call that was \
                 is not known."
            }
        }
    }
}

fn attributed(rule: MatchRule, evidence: &Evidence) -> String {
    let before = |at| ago(evidence.called_at.since(at));
    let shown = before(evidence.leased_at);
    let left = ago(evidence.window_until.since(evidence.called_at));
    match (rule, evidence.intent_at, evidence.called_before_at) {
        (MatchRule::Returning, _, Some(first)) => format!(
            "The caller had called the number {} before, when it was this visitor's, who was shown it {shown} before this call: \
             the number was saved, whoever has it now.",
            before(first)
        ),
        (MatchRule::Intent, Some(intent), _) => format!(
            "The number was shown to this visitor {shown} before the call and tapped or copied {} before it; the window was \
             open for another {left}.",
            before(intent)
        ),
        (MatchRule::Late, ..) => format!(
            "The number was shown to this visitor {shown} before the call; the window had closed {} before it, and nobody else \
             has held the number since.",
            ago(Duration::from_secs(evidence.late_by_seconds))
        ),
        _ => format!(
            "The number was shown to this visitor alone, {shown} before the call; the window was open for another {left}."
        ),
    }
}

/// Writes a span with its two largest units: `3 days 4 h`, `12 min 5 s`.
fn ago(span: Duration) -> String {
    let seconds = span.as_secs();
    let units =
        [(seconds / 86_400, "days"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let first = units.iter().position(|(count, _)| *count > 0).unwrap_or(units.len() - 1);
    let told: Vec<_> = units.iter().skip(first).take(2).filter(|(count, _)| *count > 0).collect();
    match told.as_slice() {
        [] => "0 s".to_owned(),
        [(1, "days")] => "1 day".to_owned(),
        [(1, "days"), (hours, unit)] => format!("1 day {hours} {unit}"),
        [(count, unit)] => format!("{count} {unit}"),
        [(count, unit), (rest, smaller), ..] => format!("{count} {unit} {rest} {smaller}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_two_units() {
        let cases = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (725, "12 min 5 s"),
            (3600, "1 h"),
            (86_400, "1 day"),
            (90_000, "1 day 1 h"),
            (86_430, "1 day"),
            (200_000, "2 days 7 h"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(ago(Duration::from_secs(seconds)), expected);
        }
    }
}
