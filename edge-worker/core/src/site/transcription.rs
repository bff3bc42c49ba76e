//! What a site wants to be heard and found out after its calls. All of it costs money, so that nothing of it is done
//! unless it is wished.

use std::collections::BTreeSet;

use call_router::speech::summary::{MAX_TAGS, SummaryTag};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// Whether calls are transcribed and summarised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TranscriptionRule {
    /// Whether recordings are transcribed.
    pub enabled: bool,
    /// The language spoken, as a code of two letters: `en`. Without it the model finds out by itself.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z]{2}$")))]
    pub language: Option<String>,
    /// Whether the numbers of payment cards and accounts are taken out of what was said.
    pub redact: bool,
    /// Whether the transcript is summarised.
    pub summary: bool,
    /// The tags that a summary may give.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_TAGS)))]
    pub tags: Vec<SummaryTag>,
}

impl TranscriptionRule {
    /// Finds everything that is wrong.
    pub fn check(&self, faults: &mut Vec<Fault>) {
        if self.summary && !self.enabled {
            let sentence = "A summary is made of a transcript; set 'enabled' as well, or leave out 'summary'.";
            faults.push(Fault::new("summary_without_transcript", "transcription.summary", sentence));
        }
        if self.language.as_deref().is_some_and(|language| !is_language(language)) {
            let sentence = "A language is its code of two letters, such as en or es.";
            faults.push(Fault::new("bad_language", "transcription.language", sentence));
        }
        if self.tags.len() > MAX_TAGS {
            faults.push(Fault::new("too_many", "transcription.tags", "At most 50 tags can be listed."));
        }
        if self.tags.iter().collect::<BTreeSet<_>>().len() < self.tags.len() {
            faults.push(Fault::new("tag_twice", "transcription.tags", "A tag is listed twice; remove one."));
        }
    }
}

fn is_language(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase())
}
