//! Any service that speaks `OpenAI`'s protocol.

use call_router::after_call::TaskError;
use call_router::speech::Transcript;
use call_router::speech::audio::{Channels, Piece, PieceLimit};
use call_router::speech::reply::{MAX_REPLY, PieceSpan, ReplyError, whisper};
use call_router::speech::summary::SummaryRequest;
use worker::js_sys::{Array, Uint8Array};
use worker::wasm_bindgen::JsValue;
use worker::web_sys::{Blob, FormData};
use worker::{Headers, Method, RequestInit};

use super::super::http::send;
use super::{Listening, MAX_PIECE_BYTES, MAX_PIECE_MS};
use crate::settings::Settings;

/// These models of `OpenAI` know only the short form of an answer.
const SHORT_ANSWERS: &str = "gpt-";

/// Address, key and models.
pub struct OpenAi {
    /// Without a slash at its end.
    base: String,
    key: Option<String>,
    transcription_model: String,
    text_model: String,
}

impl OpenAi {
    /// Reads the settings; `None` if no address is set.
    pub fn of(settings: &Settings) -> Result<Option<Self>, TaskError> {
        let missing = |name: &str| {
            let sentence = format!("AI_URL is set and {name} is not; models have no names that all services know.");
            TaskError::lasting("ai_not_set_up", &sentence)
        };
        let base = settings.ai_url().map_err(|_| {
            let sentence = "AI_URL must begin with https://, as what is said in calls is sent there.";
            TaskError::lasting("ai_not_set_up", sentence)
        })?;
        let Some(base) = base else { return Ok(None) };
        Ok(Some(Self {
            base,
            key: settings.ai_key(),
            transcription_model: settings.ai_transcription_model().ok_or_else(|| missing("AI_TRANSCRIPTION_MODEL"))?,
            text_model: settings.ai_text_model().ok_or_else(|| missing("AI_TEXT_MODEL"))?,
        }))
    }

    /// Says how a recording is transcribed: channel by channel.
    pub fn listening(&self) -> Listening {
        Listening {
            model: self.transcription_model.clone(),
            limit: PieceLimit { bytes: MAX_PIECE_BYTES, ms: MAX_PIECE_MS },
            channels: Channels::Split,
            heard_channels: 1,
        }
    }

    /// Transcribes a piece.
    pub async fn transcribe(
        &self,
        piece: &Piece,
        content_type: &str,
        language: Option<&str>,
        heard: &PieceSpan,
    ) -> Result<Result<Transcript, ReplyError>, TaskError> {
        let form = self.form(piece, content_type, language).map_err(|_| could_not_ask())?;
        let reply = self.post("/audio/transcriptions", form.into(), None).await?;
        Ok(whisper(&reply, heard))
    }

    /// Returns the model that summarises.
    pub fn text_model(&self) -> &str {
        &self.text_model
    }

    /// Asks for a summary and returns the answer as it came.
    pub async fn ask(&self, ask: &SummaryRequest) -> Result<Vec<u8>, TaskError> {
        let body = ask.chat_completion(&self.text_model).to_string();
        self.post("/chat/completions", JsValue::from_str(&body), Some("application/json")).await
    }

    fn form(&self, piece: &Piece, content_type: &str, language: Option<&str>) -> Result<FormData, JsValue> {
        let form = FormData::new()?;
        let parts = Array::of1(&Uint8Array::from(piece.bytes.as_slice()));
        let blob = Blob::new_with_u8_array_sequence(&parts)?;
        // Services tell the format by the name's ending.
        let name = if content_type == "audio/mpeg" { "call.mp3" } else { "call.wav" };
        form.append_with_blob_and_filename("file", &blob, name)?;
        form.append_with_str("model", &self.transcription_model)?;
        let short = self.transcription_model.starts_with(SHORT_ANSWERS);
        form.append_with_str("response_format", if short { "json" } else { "verbose_json" })?;
        if let Some(language) = language {
            form.append_with_str("language", language)?;
        }
        Ok(form)
    }

    async fn post(&self, path: &str, body: JsValue, content_type: Option<&str>) -> Result<Vec<u8>, TaskError> {
        let headers = Headers::new();
        let key = self.key.as_ref().map(|key| format!("Bearer {key}"));
        for (name, value) in [("authorization", key.as_deref()), ("content-type", content_type)] {
            if let Some(value) = value {
                headers.set(name, value).map_err(|_| could_not_ask())?;
            }
        }
        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_headers(headers).with_body(Some(body));
        let answered = send(&format!("{}{path}", self.base), init).await.map_err(|_| unreachable_now())?;
        match answered.response.status_code() {
            200 => answered.bytes(MAX_REPLY).await.map_err(|_| unreachable_now()),
            401 | 403 => Err(TaskError::lasting(
                "ai_refused",
                "The AI service refuses the key; check AI_KEY and restart the task.",
            )),
            408 | 425 | 429 | 500..=599 => Err(unreachable_now()),
            status => Err(TaskError::lasting(
                "ai_bad_request",
                &format!(
                    "The AI service answered {status} to {path}; check AI_URL and the models' names, and restart the task."
                ),
            )),
        }
    }
}

fn could_not_ask() -> TaskError {
    TaskError::lasting("ai_bad_request", "The AI service could not be asked; check AI_URL and AI_KEY.")
}

fn unreachable_now() -> TaskError {
    TaskError::passing("ai_unavailable", "The AI service could not answer at the moment.")
}
