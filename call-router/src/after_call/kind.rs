//! The kinds of task, and how patiently each is tried.

use core::time::Duration;

use serde::{Deserialize, Serialize};

/// A kind of task. The order is that in which tasks are done that are due at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Closes a call whose end was never told.
    Sweep,
    /// Copies a recording from the carrier.
    StoreRecording,
    /// Deletes the carrier's own copy of a recording.
    DeleteAtCarrier,
    /// Deletes our copy of a recording: its time is over, or somebody asked for it.
    DeleteRecording,
    /// Writes down what is said in a recording.
    Transcribe,
    /// Says what the call was about.
    Summarise,
    /// Asks a directory about the caller's number.
    LookUpCaller,
}

/// For what a service of another company does: soon again, for it may only be busy, and not for ever, for it is paid for.
const PATIENCE_WITH_OTHERS: Patience = Patience {
    first_wait: Duration::from_secs(5),
    longest_wait: Duration::from_hours(1),
    most_tries: 20,
    within: Duration::from_hours(24),
};

/// How patiently a task is tried: the wait after a failure doubles, up to a limit, and at last it is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The wait after the first failure.
    pub first_wait: Duration,
    /// The longest wait between two tries.
    pub longest_wait: Duration,
    /// Most tries.
    pub most_tries: u32,
    /// How long after the first try the last one may begin.
    pub within: Duration,
}

impl TaskKind {
    /// All of them, in their order.
    pub const ALL: &[Self] = &[
        Self::Sweep,
        Self::StoreRecording,
        Self::DeleteAtCarrier,
        Self::DeleteRecording,
        Self::Transcribe,
        Self::Summarise,
        Self::LookUpCaller,
    ];

    /// Those that find out what was said.
    pub const OF_WORDS: [Self; 2] = [Self::Transcribe, Self::Summarise];

    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::StoreRecording => "store_recording",
            Self::DeleteAtCarrier => "delete_at_carrier",
            Self::DeleteRecording => "delete_recording",
            Self::Transcribe => "transcribe",
            Self::Summarise => "summarise",
            Self::LookUpCaller => "look_up_caller",
        }
    }

    /// Finds the kind by its word; `None` if there is no such kind.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// Says how patiently it is tried.
    pub const fn patience(self) -> Patience {
        match self {
            // Its tries ask whether a call still goes on; the last one closes it, so that it never ends without success.
            Self::Sweep => Patience {
                first_wait: Duration::from_mins(15),
                longest_wait: Duration::from_hours(1),
                most_tries: 200,
                within: Duration::from_hours(7 * 24),
            },
            // Some carriers' addresses are good for ten minutes, so that the first tries come quickly; others keep what they
            // have for a month, of which two days are waited.
            Self::StoreRecording => Patience {
                first_wait: Duration::from_secs(2),
                longest_wait: Duration::from_hours(1),
                most_tries: 70,
                within: Duration::from_hours(48),
            },
            // What is to be gone is not given up lightly.
            Self::DeleteAtCarrier | Self::DeleteRecording => Patience {
                first_wait: Duration::from_secs(5),
                longest_wait: Duration::from_hours(6),
                most_tries: 150,
                within: Duration::from_hours(30 * 24),
            },
            Self::Transcribe | Self::Summarise | Self::LookUpCaller => PATIENCE_WITH_OTHERS,
        }
    }
}

impl Patience {
    /// Returns the wait after so many failed tries.
    pub fn wait_after(self, tries: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(tries.saturating_sub(1));
        self.first_wait.saturating_mul(doubled).min(self.longest_wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_each_kind_once() {
        for kind in TaskKind::ALL.iter().copied() {
            assert_eq!(TaskKind::from_code(kind.code()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
        assert_eq!(TaskKind::from_code("dream"), None);
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let patience = Patience {
            first_wait: Duration::from_secs(2),
            longest_wait: Duration::from_mins(1),
            most_tries: 9,
            within: Duration::from_hours(1),
        };
        let waits: Vec<_> = [0, 1, 2, 3, 5, 6, 7, u32::MAX].map(|tries| patience.wait_after(tries).as_secs()).to_vec();
        assert_eq!(waits, [2, 2, 4, 8, 32, 60, 60, 60]);
    }
}
