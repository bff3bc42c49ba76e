//! Why a task's try failed, where more than one kind of task can say so.

use call_router::after_call::TaskError;
use call_router::carrier::rest::RestError;

/// Says that the worker's own store failed. What it says may hold what was to be stored, so that it is not repeated.
pub fn stored<E>(_error: &E) -> TaskError {
    TaskError::passing("storage_unavailable", "The worker's own store could not be read or written.")
}

/// Says that a carrier did not answer, or not to its end.
pub fn unreachable() -> TaskError {
    TaskError::passing(
        "carrier_unreachable",
        "The carrier could not be reached, or broke off in the middle of its answer.",
    )
}

/// Says why a carrier cannot be asked. What is not set up may be set up yet.
pub fn not_asked(error: RestError) -> TaskError {
    let sentence = error.to_string();
    match error {
        RestError::NotSetUp(_) | RestError::BadKey(_) => TaskError::passing(error.code(), &sentence),
        RestError::NotSupported | RestError::WrongAddress => TaskError::lasting(error.code(), &sentence),
    }
}
