//! What our own URLs say of the webhooks they ask for.

use super::{ReadError, form::Form};
use crate::{
    event::{CarrierCallId, RecordingSource},
    flow::Turn,
};

/// What the query of one of our URLs says. It is read from the URL alone, never from the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CallbackQuery {
    /// The step that the webhook answers.
    pub(super) turn: Option<Turn>,
    /// The caller's own call, which legs and recordings of some carriers do not name.
    pub(super) call: Option<CarrierCallId>,
    /// What made a recording.
    pub(super) recording: Option<RecordingSource>,
    /// Whether it is told if who answered a leg takes the call.
    pub(super) asks: bool,
    /// Whether who answered a leg takes the call by having heard all, without a key.
    pub(super) taken: bool,
}

impl CallbackQuery {
    /// Reads a query. Ours always carry the turn's number; a URL without it means the first turn.
    pub(super) fn read(query: &str) -> Self {
        let form = Form::read(query, b"");
        Self {
            turn: turn(&form),
            call: form.id("call"),
            recording: match form.get("of") {
                Some("forward") => Some(RecordingSource::Forward),
                Some("voicemail") => Some(RecordingSource::Voicemail),
                _ => None,
            },
            asks: form.get("asks").is_some(),
            taken: form.get("taken").is_some(),
        }
    }

    /// Returns the caller's own call: what the carrier says, else what our URL says.
    pub(super) fn call_or(&self, told: Option<CarrierCallId>, field: &'static str) -> Result<CarrierCallId, ReadError> {
        told.or_else(|| self.call.clone()).ok_or(ReadError::NoCall(field))
    }

    /// Returns the call that a leg belongs to: what the carrier says, else what our URL says.
    pub(super) fn parent_or(
        &self,
        told: Option<CarrierCallId>,
        field: &'static str,
    ) -> Result<CarrierCallId, ReadError> {
        told.or_else(|| self.call.clone()).ok_or(ReadError::NoParentCall(field))
    }
}

fn turn(form: &Form) -> Option<Turn> {
    Some(Turn {
        number: form.number("turn").unwrap_or(1),
        attempt: form.number("try").unwrap_or(0),
        flow: form.get("flow").and_then(|name| name.parse().ok()),
        step: form.get("step")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        let turn = |number| Some(Turn::new(number, "office".parse().unwrap()));
        let call = CarrierCallId::parse("v3:a-b_c").ok();
        let cases = [
            ("step=office&turn=3", CallbackQuery { turn: turn(3), ..CallbackQuery::default() }),
            ("step=office", CallbackQuery { turn: turn(1), ..CallbackQuery::default() }),
            (
                "step=office&call=v3%3Aa-b_c",
                CallbackQuery { turn: turn(1), call: call.clone(), ..CallbackQuery::default() },
            ),
            ("fail_open=1&call=v3%3Aa-b_c", CallbackQuery { call, ..CallbackQuery::default() }),
            ("of=voicemail", CallbackQuery { recording: Some(RecordingSource::Voicemail), ..CallbackQuery::default() }),
            ("of=forward", CallbackQuery { recording: Some(RecordingSource::Forward), ..CallbackQuery::default() }),
            ("step=office&asks=1", CallbackQuery { turn: turn(1), asks: true, ..CallbackQuery::default() }),
            ("step=office&taken=1", CallbackQuery { turn: turn(1), taken: true, ..CallbackQuery::default() }),
            ("of=else&call=a%20b&step=No%20Step", CallbackQuery::default()),
            ("", CallbackQuery::default()),
        ];
        for (query, expected) in cases {
            assert_eq!(CallbackQuery::read(query), expected, "{query}");
        }
    }
}
