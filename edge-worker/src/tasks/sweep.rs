//! Closes a call whose end was never told.

use call_router::call::Call;

use super::{Done, Outcome, Work};
use crate::clock::now;

/// Takes the call for over. If its end is told later, that stands above it.
pub fn run(work: &Work<'_>) -> Outcome {
    Ok(Done { call: Some(Call::swept(&work.state.record.id, now())), ..Done::default() })
}
