//! What a language model makes of a transcript, checked before it is believed.
//!
//! The transcript is what two strangers said, one of them perhaps to a machine they expect. So it is data: it stands in a
//! message of its own, between marks that it cannot contain, and the instructions say what it is. What comes back must
//! fit a form that leaves no room for more than a summary: a sentiment of three, tags that the owner has listed, a score
//! within its range.

mod reply;
mod request;

use std::collections::BTreeSet;

use core::fmt;

use dni_core::pii::Pii;
use serde::{Deserialize, Serialize};

use crate::text::Text;

pub use reply::{ModelReply, read};
pub use request::SummaryRequest;

/// Longest summary, in bytes: a paragraph.
pub const MAX_SUMMARY: usize = 1000;
/// Longest intent or reason, in bytes: a sentence.
pub const MAX_SENTENCE: usize = 300;
/// Most tags that a site lists, and so that a call can get.
pub const MAX_TAGS: usize = 50;
/// Longest tag, in bytes.
pub const MAX_TAG: usize = 50;

/// What a call was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// A few sentences.
    pub summary: Pii<Text<MAX_SUMMARY>>,
    /// What the caller wanted.
    pub intent: Pii<Text<MAX_SENTENCE>>,
    /// The tags that fit, all from the site's list.
    pub tags: BTreeSet<SummaryTag>,
    /// How the caller felt about it.
    pub sentiment: Sentiment,
    /// How likely the caller is to become a customer.
    pub lead_score: LeadScore,
    /// Why the score is what it is.
    pub lead_score_explanation: Pii<Text<MAX_SENTENCE>>,
}

/// How the caller felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sentiment {
    /// Content.
    Positive,
    /// Neither.
    Neutral,
    /// Annoyed or disappointed.
    Negative,
}

impl Sentiment {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
        }
    }
}

/// How likely a caller is to become a customer: 0 (certainly not) to 100 (certainly).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct LeadScore(u8);

impl LeadScore {
    /// Takes a score from 0 to 100; `None` for anything else.
    pub const fn new(score: u8) -> Option<Self> {
        if score <= 100 { Some(Self(score)) } else { None }
    }

    /// Returns the score, 0 to 100.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for LeadScore {
    type Error = &'static str;

    fn try_from(score: u8) -> Result<Self, Self::Error> {
        Self::new(score).ok_or("a lead score is a whole number from 0 to 100")
    }
}

impl From<LeadScore> for u8 {
    fn from(score: LeadScore) -> Self {
        score.0
    }
}

/// A word that calls are sorted by: 1 to [`MAX_TAG`] bytes of letters, digits, spaces, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SummaryTag(String);

impl SummaryTag {
    /// Takes a tag; spaces around it are cut off.
    ///
    /// # Errors
    /// [`BadSummaryTag`], if it is empty, too long, or holds other characters: tags stand in a language model's instructions.
    pub fn parse(text: &str) -> Result<Self, BadSummaryTag> {
        let text = text.trim();
        let fits = (1..=MAX_TAG).contains(&text.len());
        let plain = text.chars().all(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'));
        if fits && plain { Ok(Self(text.to_owned())) } else { Err(BadSummaryTag) }
    }

    /// Returns the tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SummaryTag {
    type Error = BadSummaryTag;

    fn try_from(text: String) -> Result<Self, BadSummaryTag> {
        Self::parse(&text)
    }
}

impl From<SummaryTag> for String {
    fn from(tag: SummaryTag) -> Self {
        tag.0
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for SummaryTag {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SummaryTag".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "minLength": 1, "examples": ["price question"],
            "description": "A word that calls are sorted by: letters, digits, spaces, - and _.",
        })
    }
}

/// A text that cannot be a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSummaryTag;

impl BadSummaryTag {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "bad_tag"
    }
}

impl fmt::Display for BadSummaryTag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "A tag has 1 to {MAX_TAG} bytes of letters, digits, spaces, - and _; write it so.")
    }
}

impl core::error::Error for BadSummaryTag {}

/// Why an answer is no summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SummaryError {
    /// No answer of a language model, or a longer one than is read.
    NotAnAnswer,
    /// The model answered no JSON object.
    NoJson,
    /// A part is missing, empty or of another kind; which one.
    BadPart(&'static str),
}

impl SummaryError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAnAnswer => "summary_not_an_answer",
            Self::NoJson => "summary_not_json",
            Self::BadPart(_) => "summary_bad_part",
        }
    }
}

impl fmt::Display for SummaryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnAnswer => {
                out.write_str("The answer is not that of a language model; check the configured address and model.")
            }
            Self::NoJson => out.write_str("The language model answered no JSON object; choose a model that can."),
            Self::BadPart(part) => {
                write!(
                    out,
                    "The language model's '{part}' is missing or out of range; choose a model that keeps to a form."
                )
            }
        }
    }
}

impl core::error::Error for SummaryError {}
