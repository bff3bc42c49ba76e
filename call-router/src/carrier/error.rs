//! Why a webhook is not taken: it is not from the carrier, or it tells nothing.

use core::fmt;

/// Why a request is not taken as the carrier's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no signature.
    NoSignature,
    /// The signature is not written as the carrier writes it.
    MalformedSignature,
    /// The signature belongs to another request, URL or secret.
    WrongSignature,
    /// The body is not covered by the signature.
    NoBodyHash,
    /// The body is not the one whose hash was signed.
    WrongBodyHash,
    /// It was signed too long ago, or by a clock that is wrong.
    Stale,
}

impl VerifyError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSignature => "signature_missing",
            Self::MalformedSignature => "signature_malformed",
            Self::WrongSignature => "signature_wrong",
            Self::NoBodyHash => "body_hash_missing",
            Self::WrongBodyHash => "body_hash_wrong",
            Self::Stale => "signature_stale",
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoSignature => "The request has no signature; only the carrier may call this URL.",
            Self::MalformedSignature => "The signature is not written as the carrier writes it; pass it on unchanged.",
            Self::WrongSignature => {
                "The signature does not fit; check that the public URL is exactly the one set at the carrier and that the \
                 secret is the account's."
            }
            Self::NoBodyHash => "The signature does not cover the body; send it in the carrier's usual form.",
            Self::WrongBodyHash => "The body does not have the hash that was signed; pass it on unchanged.",
            Self::Stale => "The request was signed more than 300 seconds ago or ahead; check the clocks, and send it anew.",
        })
    }
}

impl core::error::Error for VerifyError {}

/// Why a webhook tells no event, and by which of its fields: a form's name, a pointer into its JSON, or `?call` of our own URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// It is larger than any webhook.
    TooLarge,
    /// Its body is not the JSON object that the carrier sends.
    NoJson,
    /// It does not say which call it is about.
    NoCall(&'static str),
    /// It is about a leg and does not say of which call.
    NoParentCall(&'static str),
    /// It does not say which recording it is about.
    NoRecording(&'static str),
    /// It does not say what status was reached.
    NoStatus(&'static str),
    /// Its status is none of the known ones.
    UnknownStatus(&'static str),
}

impl ReadError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "webhook_too_large",
            Self::NoJson => "webhook_no_json",
            Self::NoCall(_) => "webhook_call_missing",
            Self::NoParentCall(_) => "webhook_parent_call_missing",
            Self::NoRecording(_) => "webhook_recording_missing",
            Self::NoStatus(_) => "webhook_status_missing",
            Self::UnknownStatus(_) => "webhook_status_unknown",
        }
    }

    /// Returns the field that is missing or not understood; `None` if it is the webhook as a whole.
    pub const fn field(self) -> Option<&'static str> {
        match self {
            Self::TooLarge | Self::NoJson => None,
            Self::NoCall(field)
            | Self::NoParentCall(field)
            | Self::NoRecording(field)
            | Self::NoStatus(field)
            | Self::UnknownStatus(field) => Some(field),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => out.write_str("The webhook is larger than 64 KB; check what is sent to this URL."),
            Self::NoJson => out.write_str("The webhook is no JSON object; check what is sent to this URL."),
            Self::NoCall(field) => {
                write!(out, "The webhook's {field} is no usable id of a call; check what is sent to this URL.")
            }
            Self::NoParentCall(field) => {
                write!(
                    out,
                    "The webhook's {field} does not say which call the leg belongs to; only dialled legs may report here."
                )
            }
            Self::NoRecording(field) => {
                write!(out, "The webhook's {field} is no usable id of a recording; only recordings may report here.")
            }
            Self::NoStatus(field) => {
                write!(out, "The webhook has no status in {field}; check which URL is set for which callback.")
            }
            Self::UnknownStatus(field) => {
                write!(
                    out,
                    "The webhook's {field} is a status that is not known; keep it and report it to the project."
                )
            }
        }
    }
}

impl core::error::Error for ReadError {}
