//! Workers AI, by the binding `AI`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use call_router::after_call::TaskError;
use call_router::speech::Transcript;
use call_router::speech::audio::{Audio, Channels, Piece, PieceLimit};
use call_router::speech::reply::{PieceSpan, ReplyError, nova, whisper};
use call_router::speech::summary::SummaryRequest;
use serde_json::{Value, json};
use worker::js_sys::{JSON, JsString, Object, Reflect};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Env, Response, web_sys, worker_sys};

use super::{Listening, MAX_PIECE_BYTES, MAX_PIECE_MS};
use crate::settings::Settings;

/// Transcribes one voice: of the models that Cloudflare lists the best for its price.
const TRANSCRIPTION_MODEL: &str = "@cf/openai/whisper-large-v3-turbo";
/// Transcribes two channels at once, and keeps them apart.
const CHANNELS_MODEL: &str = "@cf/deepgram/nova-3";
/// Summarises: of those that can keep to a form the largest that is not dear.
const TEXT_MODEL: &str = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
/// The models that answer in Deepgram's form, and take their sound as it is.
const DEEPGRAM: &str = "@cf/deepgram/";
/// Most bytes of a piece that is sent as text: Cloudflare's own guide to transcribing long recordings cuts at 1 MB.
const MAX_TEXT_PIECE: usize = 1024 * 1024;

/// The binding and its models.
pub struct WorkersAi {
    binding: worker_sys::Ai,
    transcription_model: String,
    channels_model: String,
    text_model: String,
}

impl WorkersAi {
    /// Finds the binding; `None` if there is none.
    pub fn of(env: &Env) -> Option<Self> {
        let binding: JsValue = env.ai("AI").ok()?.into();
        let settings = Settings(env);
        let model = |set: Option<String>, usual: &str| set.unwrap_or_else(|| usual.to_owned());
        Some(Self {
            binding: binding.unchecked_into(),
            transcription_model: model(settings.ai_transcription_model(), TRANSCRIPTION_MODEL),
            channels_model: model(settings.ai_channels_model(), CHANNELS_MODEL),
            text_model: model(settings.ai_text_model(), TEXT_MODEL),
        })
    }

    /// Says how a recording is transcribed: two channels together by the model that keeps them apart.
    pub fn listening(&self, audio: &Audio) -> Listening {
        let several = audio.channels() > 1;
        let model = if several { &self.channels_model } else { &self.transcription_model };
        let raw = model.starts_with(DEEPGRAM);
        let bytes = if raw { MAX_PIECE_BYTES } else { MAX_TEXT_PIECE };
        let heard_channels = if several && raw { 2 } else { 1 };
        Listening {
            model: model.clone(),
            limit: PieceLimit { bytes, ms: MAX_PIECE_MS },
            channels: if raw { Channels::Kept } else { Channels::Split },
            heard_channels,
        }
    }

    /// Transcribes a piece.
    pub async fn transcribe(
        &self,
        model: &str,
        piece: &Piece,
        content_type: &str,
        language: Option<&str>,
        heard: &PieceSpan,
    ) -> Result<Result<Transcript, ReplyError>, TaskError> {
        if !model.starts_with(DEEPGRAM) {
            let mut input = json!({ "audio": STANDARD.encode(&piece.bytes), "vad_filter": true });
            set(&mut input, "language", language);
            let reply = self.run(model, &to_js(&input)?).await?;
            return Ok(whisper(&reply, heard));
        }
        let mut input = json!({ "multichannel": true, "punctuate": true, "smart_format": true });
        set(&mut input, "language", language);
        let input = to_js(&input)?;
        put(&input, "audio", &sound(piece, content_type)?)?;
        let reply = self.run(model, &input).await?;
        Ok(nova(&reply, heard))
    }

    /// Returns the model that summarises.
    pub fn text_model(&self) -> &str {
        &self.text_model
    }

    /// Asks for a summary and returns the answer as it came.
    pub async fn ask(&self, ask: &SummaryRequest) -> Result<Vec<u8>, TaskError> {
        self.run(&self.text_model, &to_js(&ask.workers_ai())?).await
    }

    /// Runs a model and returns its answer as JSON.
    async fn run(&self, model: &str, input: &JsValue) -> Result<Vec<u8>, TaskError> {
        let answer = JsFuture::from(self.binding.run(model, input.clone())).await.map_err(|error| failed(&error))?;
        let text = JSON::stringify(&answer).map_err(|error| failed(&error))?;
        Ok(String::from(text).into_bytes())
    }
}

/// The sound as a stream, as such models take it.
fn sound(piece: &Piece, content_type: &str) -> Result<JsValue, TaskError> {
    let carried: web_sys::Response =
        Response::from_bytes(piece.bytes.clone()).map_err(|error| failed(&error.into()))?.into();
    let audio = Object::new();
    put(&audio, "body", &carried.body().map_or(JsValue::NULL, JsValue::from))?;
    put(&audio, "contentType", &JsValue::from_str(content_type))?;
    Ok(audio.into())
}

fn set(input: &mut Value, name: &str, value: Option<&str>) {
    if let (Some(fields), Some(value)) = (input.as_object_mut(), value) {
        fields.insert(name.to_owned(), value.into());
    }
}

fn to_js(value: &Value) -> Result<JsValue, TaskError> {
    JSON::parse(&value.to_string()).map_err(|error| failed(&error))
}

fn put(object: &JsValue, name: &str, value: &JsValue) -> Result<(), TaskError> {
    Reflect::set(object, &JsValue::from_str(name), value).map(|_| ()).map_err(|error| failed(&error))
}

/// Workers AI says what is wrong in a sentence that begins with a number. The rest may repeat what was sent, so that only
/// the number is kept.
fn failed(error: &JsValue) -> TaskError {
    let message = Reflect::get(error, &JsValue::from_str("message")).ok();
    let message = message.and_then(|message| message.dyn_into::<JsString>().ok()).map(String::from);
    let digits =
        |text: String| text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 4).map(str::to_owned);
    let number = message.and_then(digits).map(|number| format!(" (its error {number})")).unwrap_or_default();
    TaskError::passing(
        "ai_failed",
        &format!("Workers AI could not answer{number}; its status page and limits may say why."),
    )
}
