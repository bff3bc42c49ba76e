//! The ids that carriers give to calls, legs and recordings.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Longest id of a call, leg or recording, in bytes. Telnyx has the longest known ones, about 60 characters.
pub const MAX_ID: usize = 128;

/// The carrier's id of a call or leg: an opaque word of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CarrierCallId(String);

/// The carrier's id of a recording: an opaque word of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordingId(String);

/// The same few lines for every kind of id; the kinds stay apart as types.
macro_rules! opaque_id {
    ($name:ident) => {
        impl $name {
            /// Takes an id of 1 to [`MAX_ID`] visible ASCII characters.
            ///
            /// # Errors
            /// [`BadId`] for anything else.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                let fits = (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
                if fits { Ok(Self(text.to_owned())) } else { Err(BadId) }
            }

            /// Returns the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}
opaque_id!(CarrierCallId);
opaque_id!(RecordingId);

/// A text that cannot be a carrier's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadId;

impl BadId {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "bad_id"
    }
}

impl fmt::Display for BadId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "A carrier's id has 1 to {MAX_ID} visible ASCII characters; send it as the carrier wrote it.")
    }
}

impl core::error::Error for BadId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let long = "x".repeat(MAX_ID);
        let cases = [
            ("CA1", true),
            ("v3:a-b_c.d", true),
            (&long, true),
            ("", false),
            ("a b", false),
            ("é", false),
            ("a\n", false),
        ];
        for (text, good) in cases {
            assert_eq!(CarrierCallId::parse(text).is_ok(), good, "{text}");
        }
        assert_eq!(RecordingId::parse(&"x".repeat(MAX_ID + 1)), Err(BadId));
        assert!(serde_json::from_str::<CarrierCallId>("\"a b\"").is_err());
    }
}
