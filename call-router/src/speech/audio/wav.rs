//! RIFF WAV of uncompressed samples.

use super::{AudioError, Channels, Piece, PieceLimit};

/// Bytes of the header that a piece is given.
const HEADER: usize = 44;
/// Most chunks that may stand before the sound.
const MAX_CHUNKS: usize = 64;
/// The highest sample rate read: twice what any sound card records.
const MAX_RATE: u32 = 192_000;
/// A piece ends at the quietest place of its last tenth.
const SEARCHED_PART: usize = 10;
/// The length of the places that are compared: a pause between two words is longer.
const QUIET_MS: usize = 20;

/// A WAV's header, read, and its samples as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wav<'a> {
    samples: Samples,
    channels: usize,
    rate: u32,
    /// Whole frames: one sample of each channel.
    data: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Samples {
    Pcm8,
    Pcm16,
    MuLaw,
}

impl Samples {
    const fn bytes(self) -> usize {
        match self {
            Self::Pcm8 | Self::MuLaw => 1,
            Self::Pcm16 => 2,
        }
    }

    /// The number that stands for it in the header.
    const fn tag(self) -> u16 {
        match self {
            Self::Pcm8 | Self::Pcm16 => 1,
            Self::MuLaw => 7,
        }
    }

    /// How loud one sample is. Only compared with others of the same recording.
    fn loudness(self, sample: &[u8]) -> u64 {
        match (self, sample) {
            (Self::Pcm8, [byte]) => u64::from(byte.abs_diff(128)),
            (Self::Pcm16, [low, high]) => u64::from(i16::from_le_bytes([*low, *high]).unsigned_abs()),
            // Its bits are inverted: three of exponent, four of mantissa. Louder is greater in that order too.
            (Self::MuLaw, [byte]) => u64::from(!byte & 0x7f),
            _ => 0,
        }
    }
}

impl<'a> Wav<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, AudioError> {
        if bytes.get(8..12) != Some(b"WAVE") {
            return Err(AudioError::BrokenHeader);
        }
        let mut rest = bytes.get(12..).unwrap_or_default();
        let mut format = None;
        for _ in 0..MAX_CHUNKS {
            let (name, size, body) = chunk(rest).ok_or(AudioError::BrokenHeader)?;
            match name {
                b"fmt " => format = Some(read_format(body)?),
                b"data" => {
                    let (samples, channels, rate) = format.ok_or(AudioError::BrokenHeader)?;
                    // A file that was written as a stream says too much, or nothing: what is there counts.
                    let said = if size == 0 { body.len() } else { size.min(body.len()) };
                    let whole = said - said % (samples.bytes() * channels);
                    let data = body.get(..whole).filter(|data| !data.is_empty()).ok_or(AudioError::Empty)?;
                    return Ok(Self { samples, channels, rate, data });
                }
                _ => {}
            }
            // Chunks begin at even places.
            rest = size.checked_add(size % 2).and_then(|size| body.get(size..)).ok_or(AudioError::BrokenHeader)?;
        }
        Err(AudioError::BrokenHeader)
    }

    pub(super) const fn channels(&self) -> usize {
        self.channels
    }

    pub(super) fn duration_ms(&self) -> u32 {
        self.ms(self.frames())
    }

    pub(super) fn pieces(&self, limit: PieceLimit, channels: Channels) -> impl Iterator<Item = Piece> + '_ {
        let split = channels == Channels::Split && self.channels > 1;
        let kept = if split { 1 } else { self.channels };
        let by_bytes = limit.bytes.saturating_sub(HEADER) / (kept * self.samples.bytes());
        let by_time = usize::try_from(u64::from(limit.ms) * u64::from(self.rate) / 1000).unwrap_or(usize::MAX);
        let most = by_bytes.min(by_time).max(1);
        let mut start = 0;
        let cuts = core::iter::from_fn(move || {
            let begin = start;
            start = self.end_of_piece(begin, most);
            (begin < start).then_some((begin, start))
        });
        cuts.flat_map(move |(start, end)| {
            let of_channel = (0..self.channels).map(Some).take(if split { self.channels } else { 0 });
            let whole = (!split).then_some(None);
            of_channel.chain(whole).map(move |channel| self.piece(start, end, channel))
        })
    }

    fn frames(&self) -> usize {
        self.data.len() / self.frame_bytes()
    }

    const fn frame_bytes(&self) -> usize {
        self.samples.bytes() * self.channels
    }

    fn ms(&self, frames: usize) -> u32 {
        let ms = u64::try_from(frames).unwrap_or(u64::MAX).saturating_mul(1000) / u64::from(self.rate);
        u32::try_from(ms).unwrap_or(u32::MAX)
    }

    /// Finds the end of a piece of at most `most` frames: the middle of the quietest place near the limit, the latest of
    /// several.
    fn end_of_piece(&self, start: usize, most: usize) -> usize {
        let limit = start.saturating_add(most);
        if limit >= self.frames() {
            return self.frames();
        }
        let place = (usize::try_from(self.rate).unwrap_or_default() * QUIET_MS / 1000).max(1);
        let searched = most / SEARCHED_PART / place;
        let begin = |index: usize| limit - index * place;
        let quietest = (1..=searched).min_by_key(|index| self.loudness(begin(*index), place));
        quietest.map_or(limit, |index| begin(index) + place / 2)
    }

    fn loudness(&self, start: usize, frames: usize) -> u64 {
        let range = start * self.frame_bytes()..(start + frames) * self.frame_bytes();
        let place = self.data.get(range).unwrap_or_default();
        place.chunks_exact(self.samples.bytes()).map(|sample| self.samples.loudness(sample)).sum()
    }

    fn piece(&self, start: usize, end: usize, channel: Option<usize>) -> Piece {
        let data = self.data.get(start * self.frame_bytes()..end * self.frame_bytes()).unwrap_or_default();
        let kept = if channel.is_some() { 1 } else { self.channels };
        let mut bytes = Vec::with_capacity(HEADER + data.len() / self.channels * kept);
        self.write_header(&mut bytes, kept, data.len() / self.channels * kept);
        match channel {
            None => bytes.extend_from_slice(data),
            Some(channel) => {
                let at = channel * self.samples.bytes();
                for frame in data.chunks_exact(self.frame_bytes()) {
                    bytes.extend_from_slice(frame.get(at..at + self.samples.bytes()).unwrap_or_default());
                }
            }
        }
        Piece { bytes, start_ms: self.ms(start), duration_ms: self.ms(end) - self.ms(start), channel }
    }

    fn write_header(&self, out: &mut Vec<u8>, channels: usize, size: usize) {
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let frame_bytes = u16::try_from(self.samples.bytes() * channels).unwrap_or_default();
        out.extend_from_slice(b"RIFF");
        out.extend_from_slice(&size.saturating_add(36).to_le_bytes());
        out.extend_from_slice(b"WAVEfmt ");
        out.extend_from_slice(&16_u32.to_le_bytes());
        out.extend_from_slice(&self.samples.tag().to_le_bytes());
        out.extend_from_slice(&u16::try_from(channels).unwrap_or_default().to_le_bytes());
        out.extend_from_slice(&self.rate.to_le_bytes());
        out.extend_from_slice(&self.rate.saturating_mul(u32::from(frame_bytes)).to_le_bytes());
        out.extend_from_slice(&frame_bytes.to_le_bytes());
        out.extend_from_slice(&u16::try_from(self.samples.bytes() * 8).unwrap_or_default().to_le_bytes());
        out.extend_from_slice(b"data");
        out.extend_from_slice(&size.to_le_bytes());
    }
}

/// Splits a chunk off: its name, the size it says it has, and everything behind its head.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], usize, &[u8])> {
    let (name, rest) = bytes.split_first_chunk::<4>()?;
    let (size, body) = rest.split_first_chunk::<4>()?;
    Some((name, usize::try_from(u32::from_le_bytes(*size)).ok()?, body))
}

fn read_format(body: &[u8]) -> Result<(Samples, usize, u32), AudioError> {
    let (head, _) = body.split_first_chunk::<16>().ok_or(AudioError::BrokenHeader)?;
    let [tag_low, tag_high, channels_low, channels_high, r0, r1, r2, r3, .., bits_low, bits_high] = *head;
    let samples = match (u16::from_le_bytes([tag_low, tag_high]), u16::from_le_bytes([bits_low, bits_high])) {
        (1, 8) => Samples::Pcm8,
        (1, 16) => Samples::Pcm16,
        (7, 8) => Samples::MuLaw,
        _ => return Err(AudioError::UnknownSamples),
    };
    let channels = match u16::from_le_bytes([channels_low, channels_high]) {
        1 => 1,
        2 => 2,
        _ => return Err(AudioError::UnknownSamples),
    };
    let rate = u32::from_le_bytes([r0, r1, r2, r3]);
    if rate == 0 || rate > MAX_RATE {
        return Err(AudioError::BrokenHeader);
    }
    Ok((samples, channels, rate))
}
