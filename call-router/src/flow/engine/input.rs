//! What a flow is asked.

use super::{DialStatus, Turn};
use crate::event::{CallEvent, EventKind, Unanswered};

/// What a flow has to answer to. Each names the turn it answers, so that the same webhook sent again gets the same
/// document, however far the call has come since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A call came in.
    Start,
    /// The carrier asks again what to do, and what was to be done at a turn has not been done.
    Resume {
        /// Which.
        turn: Turn,
    },
    /// A forward step ended.
    DialResult {
        /// Which.
        turn: Turn,
        /// How the leg ended.
        status: DialStatus,
        /// Says whether caller and business were connected.
        connected: bool,
    },
    /// A voicemail step ended.
    Recorded {
        /// Which.
        turn: Turn,
        /// Says whether there is a message.
        message: bool,
    },
    /// A menu or challenge step ended.
    Gathered {
        /// Which.
        turn: Turn,
        /// The keys pressed; `None` if none was.
        digits: Option<String>,
    },
    /// Whoever answered a forward step's leg is about to hear what the call is about.
    LegAnswered {
        /// Which step.
        turn: Turn,
    },
    /// Whoever answered a forward step's leg was asked to press a key.
    LegAsked {
        /// Which step.
        turn: Turn,
        /// The keys pressed; `None` if none was.
        digits: Option<String>,
    },
    /// Whoever answered a forward step's leg has heard what the call is about, and was asked for nothing.
    LegTaken {
        /// Which step.
        turn: Turn,
    },
}

impl Input {
    /// Reads the input out of an event; `None` if it asks nothing of the flow, or belongs to a fail-open document.
    pub fn from_event(event: &CallEvent) -> Option<Self> {
        let turn = || event.turn.clone();
        Some(match &event.kind {
            EventKind::Incoming(_) | EventKind::AskedAgain { after: Unanswered::Unknown, .. } => Self::Start,
            // How it ended is known by the call's legs, if at all.
            EventKind::AskedAgain { after: Unanswered::Forward, .. } => {
                Self::DialResult { turn: turn()?, status: DialStatus::NoAnswer, connected: false }
            }
            EventKind::DialResult(dial) => {
                Self::DialResult { turn: turn()?, status: dial.status, connected: dial.connected() }
            }
            EventKind::RecordResult { recording, untold, .. } => {
                Self::Recorded { turn: turn()?, message: recording.is_some() || *untold }
            }
            EventKind::Gathered { digits, .. } => {
                Self::Gathered { turn: turn()?, digits: digits.clone().map(String::from) }
            }
            EventKind::LegAnswered { .. } => Self::LegAnswered { turn: turn()? },
            EventKind::LegAsked { digits, .. } => {
                Self::LegAsked { turn: turn()?, digits: digits.clone().map(String::from) }
            }
            EventKind::LegTaken { .. } => Self::LegTaken { turn: turn()? },
            EventKind::CallStatus { .. } | EventKind::LegStatus { .. } | EventKind::Recording { .. } => return None,
        })
    }
}
