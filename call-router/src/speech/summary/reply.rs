//! The language model's answer.

use std::collections::BTreeSet;

use dni_core::pii::Pii;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{LeadScore, MAX_TAGS, Summary, SummaryError, SummaryTag};
use crate::speech::price::Tokens;
use crate::text::Text;

/// Longest answer read, in bytes. The form filled to its limits stays far below.
const MAX_REPLY: usize = 256 * 1024;

/// A model's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelReply {
    /// What it says, or why that is no summary.
    pub summary: Result<Summary, SummaryError>,
    /// What was read and written for it: paid for, whatever it says.
    pub tokens: Tokens,
}

/// Reads the answer of a service that speaks `OpenAI`'s protocol, or of a text model of Workers AI.
///
/// Tags that are not in the list are dropped; everything else must be as it was asked for.
pub fn read(body: &[u8], tags: &[SummaryTag]) -> ModelReply {
    let reply: Option<ChatBody> =
        Some(body).filter(|body| body.len() <= MAX_REPLY).and_then(|body| serde_json::from_slice(body).ok());
    let Some(reply) = reply else {
        return ModelReply { summary: Err(SummaryError::NotAnAnswer), tokens: Tokens::default() };
    };
    let tokens = reply.usage.as_ref().map(ChatUsage::tokens).unwrap_or_default();
    ModelReply { summary: reply.said().and_then(|said| summary(&said, tags)), tokens }
}

#[derive(Deserialize)]
struct ChatBody {
    /// Workers AI: a text, or the object itself if a schema was asked for.
    response: Option<Value>,
    /// `OpenAI`'s protocol, which newer models of Workers AI speak too.
    #[serde(default)]
    choices: Vec<ChatChoice>,
    usage: Option<ChatUsage>,
}

#[derive(Deserialize)]
struct ChatChoice {
    message: ChatMessage,
}

#[derive(Deserialize)]
struct ChatMessage {
    content: Option<Value>,
}

#[derive(Deserialize)]
struct ChatUsage {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}

impl ChatUsage {
    const fn tokens(&self) -> Tokens {
        Tokens { input: self.prompt_tokens, output: self.completion_tokens }
    }
}

impl ChatBody {
    fn said(self) -> Result<Map<String, Value>, SummaryError> {
        let of_choice = self.choices.into_iter().next().and_then(|choice| choice.message.content);
        match self.response.or(of_choice) {
            Some(Value::Object(object)) => Ok(object),
            Some(Value::String(text)) => object_in(&text).ok_or(SummaryError::NoJson),
            _ => Err(SummaryError::NotAnAnswer),
        }
    }
}

/// Models like to write something around the object they were asked for.
fn object_in(text: &str) -> Option<Map<String, Value>> {
    let object = text.get(text.find('{')?..=text.rfind('}')?)?;
    serde_json::from_str(object).ok()
}

fn summary(said: &Map<String, Value>, tags: &[SummaryTag]) -> Result<Summary, SummaryError> {
    Ok(Summary {
        summary: words(said, "summary")?,
        intent: words(said, "intent")?,
        tags: allowed_tags(said, tags)?,
        sentiment: part(said, "sentiment")?,
        lead_score: lead_score(said)?,
        lead_score_explanation: words(said, "lead_score_explanation")?,
    })
}

fn part<T: serde::de::DeserializeOwned>(said: &Map<String, Value>, name: &'static str) -> Result<T, SummaryError> {
    let value = said.get(name).cloned().ok_or(SummaryError::BadPart(name))?;
    serde_json::from_value(value).map_err(|_| SummaryError::BadPart(name))
}

/// Reads a text that has something in it, as one line.
fn words<const MAX: usize>(said: &Map<String, Value>, name: &'static str) -> Result<Pii<Text<MAX>>, SummaryError> {
    let text: String = part(said, name)?;
    let line = text.split(|character: char| character.is_control() || character.is_whitespace());
    let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if line.is_empty() { Err(SummaryError::BadPart(name)) } else { Ok(Pii::new(Text::cut(&line))) }
}

fn allowed_tags(said: &Map<String, Value>, allowed: &[SummaryTag]) -> Result<BTreeSet<SummaryTag>, SummaryError> {
    let wanted: Vec<String> = part(said, "tags")?;
    let fits = |tag: &&SummaryTag| wanted.iter().any(|wanted| wanted.trim().eq_ignore_ascii_case(tag.as_str()));
    Ok(allowed.iter().take(MAX_TAGS).filter(fits).cloned().collect())
}

/// Takes `85` and `85.0`, which some models write, and no other number.
fn lead_score(said: &Map<String, Value>) -> Result<LeadScore, SummaryError> {
    let number: f64 = part(said, "lead_score")?;
    let whole = (0..=100_u8).find(|score| f64::from(*score).total_cmp(&number).is_eq());
    whole.and_then(LeadScore::new).ok_or(SummaryError::BadPart("lead_score"))
}
