//! Why forwards of a call failed, as the log tells it.

use call_router::call::Call;
use call_router::event::{CarrierCallId, DialFailure};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Code;

/// A leg of a forward that could not be put through, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ForwardFailureRecord {
    /// The number that was rung; null if the carrier does not tell.
    pub phone_number: Option<String>,
    /// `failed`, `busy` or `no_answer`.
    #[schema(value_type = String)]
    pub status: Code,
    /// The carrier's own code or cause: `13227`, `sip_503`, `UNALLOCATED_NUMBER`; null if it tells none.
    pub code: Option<String>,
    /// What the carrier says besides.
    pub message: Option<String>,
    /// What the code means, and what to do; null if that is not known.
    pub explanation: Option<String>,
}

/// Lists them: each leg that failed, or of which the carrier says why nobody took the call.
pub(super) fn all_of(call: &Call) -> Vec<ForwardFailureRecord> {
    let of_leg = call.legs.iter().filter_map(|(id, leg)| {
        let failure = leg.failure.as_ref().or_else(|| failure_of(call, id));
        let record = ForwardFailureRecord::of(leg.status.code(), failure)?;
        leg.status
            .is_failure()
            .then(|| ForwardFailureRecord { phone_number: leg.to.map(|to| to.to_string()), ..record })
    });
    // A forward that the carrier would not even begin has no leg.
    let without_leg = call.dials.iter().filter(|dial| dial.leg.as_ref().is_none_or(|leg| !call.legs.contains_key(leg)));
    let of_dial = without_leg
        .filter(|dial| dial.status.is_failure())
        .filter_map(|dial| ForwardFailureRecord::of(dial.status.code(), dial.failure.as_ref()));
    of_leg.chain(of_dial).collect()
}

/// Returns what the result of a forward says of its leg.
fn failure_of<'a>(call: &'a Call, leg: &CarrierCallId) -> Option<&'a DialFailure> {
    call.dials.iter().find(|dial| dial.leg.as_ref() == Some(leg))?.failure.as_ref()
}

impl ForwardFailureRecord {
    /// `None` of a line that was busy or did not answer, as lines do.
    fn of(status: &'static str, failure: Option<&DialFailure>) -> Option<Self> {
        let record = Self { phone_number: None, status: status.into(), code: None, message: None, explanation: None };
        match failure {
            None => (status == "failed").then_some(record),
            Some(failure) => Some(Self {
                code: Some(failure.code.as_str().to_owned()),
                message: failure.message.as_ref().map(|message| message.as_str().to_owned()),
                explanation: failure.explanation().map(str::to_owned),
                ..record
            }),
        }
    }
}
