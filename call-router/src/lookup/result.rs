//! What is asked about a number, and what is answered.

use core::fmt;

use dni_core::pii::Pii;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    event::{LineType, MAX_NAME},
    text::Text,
};

/// Longest name of a telephone company, in bytes.
const MAX_COMPANY: usize = 128;

/// What is asked; each part is paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct LookupFields {
    /// The name that the number is registered under.
    pub caller_name: bool,
    /// The kind of line, and the company that serves it.
    pub line_type: bool,
}

/// What a carrier knows of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupResult {
    /// The name that the number is registered under.
    pub name: Option<Pii<Text<MAX_NAME>>>,
    /// The kind of line.
    pub line_type: Option<LineType>,
    /// The company that serves it.
    pub company: Option<Text<MAX_COMPANY>>,
}

impl LookupFields {
    /// Says whether nothing is asked.
    pub const fn is_nothing(self) -> bool {
        !self.caller_name && !self.line_type
    }

    /// Says whether an answer to this is one to `other` as well.
    pub const fn covers(self, other: Self) -> bool {
        (self.caller_name || !other.caller_name) && (self.line_type || !other.line_type)
    }

    /// Writes the parts that are asked, in the carrier's own words.
    pub(crate) fn written(self, caller_name: &str, line_type: &str, between: &str) -> String {
        let parts = [self.caller_name.then_some(caller_name), self.line_type.then_some(line_type)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(between)
    }
}

impl LookupResult {
    /// Takes the texts of an answer; what is empty or no text says nothing.
    pub(crate) fn of(name: Option<&Value>, line_type: Option<&Value>, company: Option<&Value>) -> Self {
        let text = |value: Option<&'_ Value>| {
            value.and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Self {
            name: text(name).map(|name| Pii::new(Text::cut(&name))),
            line_type: text(line_type).and_then(|word| line_type_of(&word)),
            company: text(company).map(|company| Text::cut(&company)),
        }
    }
}

/// Reads all carriers' words; they do not contradict each other.
fn line_type_of(word: &str) -> Option<LineType> {
    Some(match word {
        "mobile" => LineType::Mobile,
        "landline" | "fixed line" => LineType::Landline,
        "fixedVoip" => LineType::FixedVoip,
        "nonFixedVoip" => LineType::NonFixedVoip,
        "voip" => LineType::Voip,
        "tollFree" | "toll free" => LineType::TollFree,
        // "fixed line or mobile" says nothing either.
        "unknown" | "fixed line or mobile" => return None,
        _ => LineType::Other,
    })
}

/// An answer that is none of a look-up's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupError;

impl LookupError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "lookup_not_an_entry"
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("The carrier's look-up answered something else than an entry; look at its status page, and restart the task.")
    }
}

impl core::error::Error for LookupError {}
