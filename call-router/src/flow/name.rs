//! The names of steps, flows and tags.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Longest name of a step, flow or tag, in bytes.
pub const MAX_NAME: usize = 40;

/// Declares a name: 1 to 40 characters of `a-z`, `0-9`, `_` and `-`, which every URL takes as they are.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(text: String) -> Result<Self, BadName> {
                let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
                let fits = (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(plain);
                if fits { Ok(Self(text)) } else { Err(BadName) }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

name! {
    /// The name of a step within its flow: 1 to 40 characters of `a-z`, `0-9`, `_` and `-`.
    StepId
}

name! {
    /// The name of a flow within its site: 1 to 40 characters of `a-z`, `0-9`, `_` and `-`.
    FlowId
}

name! {
    /// A mark on a call: 1 to 40 characters of `a-z`, `0-9`, `_` and `-`.
    TagName
}

/// A text that can name no step, flow or tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadName;

impl BadName {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "bad_name"
    }
}

impl fmt::Display for BadName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "The name of a step, flow or tag has 1 to {MAX_NAME} characters of a-z, 0-9, _ and -; rename it, for example \
             \"office\"."
        )
    }
}

impl core::error::Error for BadName {}
