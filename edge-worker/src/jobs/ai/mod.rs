//! The AI service of this worker: Workers AI, or any that speaks `OpenAI`'s protocol.

mod openai;
mod workers_ai;

use call_router::after_call::TaskError;
use call_router::speech::audio::{Audio, Channels, Piece, PieceLimit};
use call_router::speech::reply::PieceSpan;
use call_router::speech::summary::SummaryRequest;
use call_router::speech::{Speaker, Transcript};
use worker::Env;

use crate::settings::Settings;
use openai::OpenAi;
use workers_ai::WorkersAi;

/// The longest piece of sound sent at once, in milliseconds: what a service answers within a minute or two.
const MAX_PIECE_MS: u32 = 10 * 60 * 1000;
/// Most bytes of a piece: on its way it is in memory three times, beside the whole recording of up to 40 MB, and there are
/// 128 MB. `OpenAI` would take 25.
const MAX_PIECE_BYTES: usize = 8 * 1024 * 1024;

/// The service, as far as it is set up.
pub enum Ai {
    /// Cloudflare's own, by its binding.
    Workers(WorkersAi),
    /// Another, by its address.
    Other(OpenAi),
}

/// How a recording is transcribed: by which model, in which pieces.
pub struct Listening {
    /// The model.
    pub model: String,
    /// How large a piece may be.
    pub limit: PieceLimit,
    /// Whether the channels are sent apart.
    pub channels: Channels,
    /// How many channels of a piece are listened to, and paid for.
    pub heard_channels: u32,
}

impl Ai {
    /// Finds the service.
    ///
    /// # Errors
    /// A lasting [`TaskError`], if none is set up, or not completely.
    pub fn of(env: &Env) -> Result<Self, TaskError> {
        if let Some(service) = OpenAi::of(&Settings(env))? {
            return Ok(Self::Other(service));
        }
        let missing = || {
            let sentence = "No AI service is set up; bind Workers AI as AI, or set AI_URL, and restart the task.";
            TaskError::lasting("ai_not_set_up", sentence)
        };
        WorkersAi::of(env).map(Self::Workers).ok_or_else(missing)
    }

    /// Says how a recording is transcribed.
    pub fn listening(&self, audio: &Audio) -> Listening {
        match self {
            Self::Workers(service) => service.listening(audio),
            Self::Other(service) => service.listening(),
        }
    }

    /// Transcribes a piece. `alone` is who speaks where there is no second channel; `language` a code of two letters.
    pub async fn transcribe(
        &self,
        listening: &Listening,
        piece: &Piece,
        content_type: &str,
        alone: Speaker,
        language: Option<&str>,
    ) -> Result<Transcript, TaskError> {
        let heard =
            PieceSpan { start_ms: piece.start_ms, duration_ms: piece.duration_ms, speaker: piece.speaker(alone) };
        let read = match self {
            Self::Workers(service) => {
                service.transcribe(&listening.model, piece, content_type, language, &heard).await?
            }
            Self::Other(service) => service.transcribe(piece, content_type, language, &heard).await?,
        };
        read.map_err(|error| TaskError::lasting(error.code(), &error.to_string()))
    }

    /// Returns the model that summarises.
    pub fn text_model(&self) -> &str {
        match self {
            Self::Workers(service) => service.text_model(),
            Self::Other(service) => service.text_model(),
        }
    }

    /// Asks for a summary and returns the answer as it came.
    pub async fn ask(&self, ask: &SummaryRequest) -> Result<Vec<u8>, TaskError> {
        match self {
            Self::Workers(service) => service.ask(ask).await,
            Self::Other(service) => service.ask(ask).await,
        }
    }
}
