//! What a carrier's answer means for a task: done, try again, or never.

use core::time::Duration;

use super::TaskError;

/// How long a recording may still be on its way to where the carrier keeps it, after it was first asked for.
const MAY_COME_WITHIN: Duration = Duration::from_mins(15);

/// Demands that the answer to a request for a recording brings it. `asked_for` is how long ago it was first asked for.
///
/// # Errors
/// [`TaskError`] says what the answer means instead.
pub fn require_media(status: u16, asked_for: Duration) -> Result<(), TaskError> {
    match status {
        200 => Ok(()),
        404 if asked_for < MAY_COME_WITHIN => Err(TaskError::passing(
            "not_there_yet",
            "The carrier has not put the recording where it said it would be yet.",
        )),
        404 | 410 => Err(TaskError::lasting(
            "gone",
            "The carrier has no such recording, or not any more; it was not fetched in time, or was deleted there.",
        )),
        300..=399 => Err(TaskError::lasting(
            "redirected",
            "The carrier sent us to another address for the recording; recordings are fetched from its own hosts alone.",
        )),
        _ => require_no_refusal(status),
    }
}

/// Demands that the answer to a request to delete a recording means that it is gone.
///
/// # Errors
/// [`TaskError`] says what the answer means instead.
pub fn require_deleted(status: u16) -> Result<(), TaskError> {
    match status {
        // What is not there any more is as good as deleted: the answer to an earlier try may have been lost.
        200..=299 | 404 | 410 => Ok(()),
        _ => require_no_refusal(status),
    }
}

/// Says whether the answer to a request for a recording means that the carrier has it.
///
/// # Errors
/// [`TaskError`] if it does not tell.
pub fn has_recording(status: u16) -> Result<bool, TaskError> {
    match status {
        200 => Ok(true),
        404 | 410 => Ok(false),
        _ => require_no_refusal(status).map(|()| false),
    }
}

fn require_no_refusal(status: u16) -> Result<(), TaskError> {
    match status {
        401 | 403 => Err(TaskError::passing(
            "refused",
            "The carrier refused the credentials, or the address it gave has run out; check the account's id and token.",
        )),
        408 | 425 | 429 | 500..=599 => {
            Err(TaskError::passing("carrier_unavailable", "The carrier could not answer at the moment."))
        }
        _ => Err(TaskError::lasting(
            "carrier_refused",
            "The carrier did not understand the request, or will not answer it.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_mean() {
        let (now, later) = (Duration::ZERO, MAY_COME_WITHIN);
        let cases = [
            (200, now, "", false),
            (404, now, "not_there_yet", false),
            (404, later, "gone", true),
            (410, now, "gone", true),
            (301, now, "redirected", true),
            (302, now, "redirected", true),
            (307, later, "redirected", true),
            (401, now, "refused", false),
            (403, later, "refused", false),
            (429, now, "carrier_unavailable", false),
            (500, now, "carrier_unavailable", false),
            (503, later, "carrier_unavailable", false),
            (400, now, "carrier_refused", true),
            (204, now, "carrier_refused", true),
            (206, now, "carrier_refused", true),
        ];
        for (status, asked_for, code, lasting) in cases {
            let error = require_media(status, asked_for).err();
            let told = error.as_ref().map_or(("", false), |error| (error.code.as_str(), error.lasting));
            assert_eq!(told, (code, lasting), "{status}");
        }
    }

    #[test]
    fn what_answers_to_a_deletion_mean() {
        let cases = [(200, true), (204, true), (404, true), (410, true), (302, false), (401, false), (500, false)];
        for (status, gone) in cases {
            assert_eq!(require_deleted(status).is_ok(), gone, "{status}");
        }
    }

    #[test]
    fn whether_a_recording_is_still_there() {
        let cases = [
            (200, Ok(true)),
            (404, Ok(false)),
            (410, Ok(false)),
            (401, Err("refused")),
            (503, Err("carrier_unavailable")),
        ];
        for (status, expected) in cases {
            let told = has_recording(status).map_err(|error| error.code.to_string());
            assert_eq!(told, expected.map_err(str::to_owned), "{status}");
        }
    }
}
