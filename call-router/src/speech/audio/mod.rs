//! A recording, cut into pieces that a speech service takes.

mod mp3;
mod wav;

use core::fmt;

use super::Speaker;

/// A recording's sound, read as far as cutting it needs.
#[derive(Clone, Debug)]
pub struct Audio<'a>(Encoding<'a>);

#[derive(Clone, Debug)]
enum Encoding<'a> {
    Wav(wav::Wav<'a>),
    Mp3(mp3::Mp3<'a>),
}

/// How large a piece may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceLimit {
    /// Most bytes of one piece, its header included.
    pub bytes: usize,
    /// Longest piece, in milliseconds.
    pub ms: u32,
}

/// What becomes of a recording's two channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// They stay together.
    Kept,
    /// Each becomes pieces of its own, where the format allows it: a WAV's samples do, an MP3's frames do not.
    Split,
}

/// A part of a recording, a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The file.
    pub bytes: Vec<u8>,
    /// Where in the recording it begins, in milliseconds.
    pub start_ms: u32,
    /// How long it is, in milliseconds.
    pub duration_ms: u32,
    /// The recording's channel that it holds; `None` if it holds all there are.
    pub channel: Option<usize>,
}

impl<'a> Audio<'a> {
    /// Reads a RIFF WAV of PCM (8 or 16 bits) or mu-law with one or two channels, or an MP3.
    ///
    /// # Errors
    /// [`AudioError`] for anything else.
    pub fn read(bytes: &'a [u8]) -> Result<Self, AudioError> {
        if bytes.starts_with(b"RIFF") {
            wav::Wav::read(bytes).map(Encoding::Wav).map(Self)
        } else {
            mp3::Mp3::read(bytes).map(Encoding::Mp3).map(Self)
        }
    }

    /// Returns how many channels there are: 1 or 2.
    pub fn channels(&self) -> usize {
        match &self.0 {
            Encoding::Wav(wav) => wav.channels(),
            Encoding::Mp3(mp3) => mp3.channels(),
        }
    }

    /// Returns the length in milliseconds.
    pub fn duration_ms(&self) -> u32 {
        match &self.0 {
            Encoding::Wav(wav) => wav.duration_ms(),
            Encoding::Mp3(mp3) => mp3.duration_ms(),
        }
    }

    /// Returns the media type, `audio/wav` or `audio/mpeg`.
    pub const fn content_type(&self) -> &'static str {
        match &self.0 {
            Encoding::Wav(_) => "audio/wav",
            Encoding::Mp3(_) => "audio/mpeg",
        }
    }

    /// Cuts the recording into pieces within the limit, in the order of time; where it can, at quiet places near the
    /// limit, so that no word is torn. Nothing is lost and nothing is in two pieces. Each is made when it is asked for, so that
    /// the recording is in memory once.
    pub fn pieces(&self, limit: PieceLimit, channels: Channels) -> Box<dyn Iterator<Item = Piece> + '_> {
        match &self.0 {
            Encoding::Wav(wav) => Box::new(wav.pieces(limit, channels)),
            Encoding::Mp3(mp3) => Box::new(mp3.pieces(limit)),
        }
    }
}

impl Piece {
    /// Says whose voice the piece holds. `alone` is who speaks where there is no second channel.
    pub fn speaker(&self, alone: Speaker) -> Speaker {
        self.channel.map_or(alone, Speaker::of_channel)
    }
}

/// Why a file cannot be cut, and so not be transcribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AudioError {
    /// Neither a RIFF WAV nor an MP3.
    UnknownFormat,
    /// A WAV whose samples are not PCM of 8 or 16 bits or mu-law, or with more than two channels.
    UnknownSamples,
    /// A WAV whose header contradicts itself or ends too early.
    BrokenHeader,
    /// There is a header and no sound behind it.
    Empty,
}

impl AudioError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownFormat => "unknown_audio_format",
            Self::UnknownSamples => "unknown_audio_samples",
            Self::BrokenHeader => "broken_audio_header",
            Self::Empty => "empty_audio",
        }
    }
}

impl fmt::Display for AudioError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::UnknownFormat => "The recording is neither WAV nor MP3; ask the carrier for one of these.",
            Self::UnknownSamples => "The recording's samples are neither PCM of 8 or 16 bits nor mu-law in one or two channels; ask the carrier for MP3.",
            Self::BrokenHeader => "The recording's WAV header is broken; listen to it and fetch it again.",
            Self::Empty => "The recording holds no sound.",
        })
    }
}

impl core::error::Error for AudioError {}
