//! What may pass for a recording.

use core::fmt;

/// Largest recording that is copied, in bytes: four hours, the longest call of any carrier, in two channels of 8,000 samples
/// of 16 bits a second are 461 MB.
pub const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// A kind of audio file, told by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioFormat {
    /// WAV.
    Wav,
    /// MP3.
    Mpeg,
    /// Ogg.
    Ogg,
}

impl AudioFormat {
    /// As many first bytes as tell the kind of a file.
    pub const HEADER_BYTES: usize = 24;

    /// Tells the kind of a file by what its server says of it and by its first bytes.
    ///
    /// The bytes decide. The `Content-Type` must not contradict: a page that says in HTML what went wrong is no recording.
    ///
    /// # Errors
    /// [`BadAudio`] if it is none that a player takes.
    pub fn of(content_type: &str, first: &[u8]) -> Result<Self, BadAudio> {
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // Storage that was told no type calls everything a stream of octets.
        if !kind.starts_with("audio/") && !kind.ends_with("/octet-stream") {
            return Err(BadAudio);
        }
        match first {
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Ok(Self::Wav),
            [b'I', b'D', b'3', ..] => Ok(Self::Mpeg),
            // A frame: eleven bits set, then neither a reserved version nor a reserved layer.
            [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x18 != 0x08 && second & 0x06 != 0 => {
                Ok(Self::Mpeg)
            }
            [b'O', b'g', b'g', b'S', ..] => Ok(Self::Ogg),
            _ => Err(BadAudio),
        }
    }

    /// Returns how many channels the file has, where its first bytes tell: 1 or 2.
    pub fn channels(self, first: &[u8]) -> Option<u8> {
        match (self, first.get(22..24)) {
            (Self::Wav, Some([channels @ (1 | 2), 0])) => Some(*channels),
            _ => None,
        }
    }

    /// Returns what a player is told.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Mpeg => "audio/mpeg",
            Self::Ogg => "audio/ogg",
        }
    }
}

/// A file that is no recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadAudio;

impl fmt::Display for BadAudio {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("What came is neither WAV, MP3 nor Ogg.")
    }
}

impl core::error::Error for BadAudio {}

#[cfg(test)]
mod tests {
    use super::*;

    const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0";

    #[test]
    fn kinds() {
        let cases: [(&str, &[u8], Result<AudioFormat, BadAudio>); 15] = [
            ("audio/x-wav", WAV, Ok(AudioFormat::Wav)),
            ("Audio/WAV; rate=8000", WAV, Ok(AudioFormat::Wav)),
            ("binary/octet-stream", WAV, Ok(AudioFormat::Wav)),
            ("audio/mpeg", WAV, Ok(AudioFormat::Wav)),
            ("audio/mpeg", b"ID3\x04", Ok(AudioFormat::Mpeg)),
            ("audio/mpeg", &[0xff, 0xfb, 0x10, 0xc0], Ok(AudioFormat::Mpeg)),
            ("audio/ogg", b"OggS", Ok(AudioFormat::Ogg)),
            ("text/html", WAV, Err(BadAudio)),
            ("", WAV, Err(BadAudio)),
            ("audio/mpeg", b"<html>", Err(BadAudio)),
            ("audio/x-wav", b"RIFF\x24\0\0\0AVI ", Err(BadAudio)),
            ("audio/mpeg", &[0xff, 0xff, 0xff, 0xff], Ok(AudioFormat::Mpeg)),
            ("audio/mpeg", &[0xff, 0xf8], Err(BadAudio)),
            ("audio/mpeg", &[0xff], Err(BadAudio)),
            ("audio/mpeg", b"", Err(BadAudio)),
        ];
        for (content_type, first, expected) in cases {
            assert_eq!(AudioFormat::of(content_type, first), expected, "{content_type} {first:?}");
        }
    }

    #[test]
    fn channels() {
        let cases =
            [(AudioFormat::Wav, WAV, Some(2)), (AudioFormat::Wav, &WAV[..20], None), (AudioFormat::Mpeg, WAV, None)];
        for (audio, first, expected) in cases {
            assert_eq!(audio.channels(first), expected, "{audio:?} {first:?}");
        }
    }
}
