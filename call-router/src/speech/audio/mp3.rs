//! MPEG audio, layer III: frames that follow each other, each with a head that tells its length.

use super::{AudioError, Piece, PieceLimit};

/// How far into the file the first frame may stand, behind an ID3 tag: some writers leave room.
const MAX_LEAD: usize = 64 * 1024;
/// Kilobits a second by the head's four bits, MPEG 1.
const RATES_1: [u32; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
/// The same for MPEG 2 and 2.5.
const RATES_2: [u32; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
/// Samples a second by the head's two bits, MPEG 1; half of that in MPEG 2, a quarter in 2.5.
const SAMPLE_RATES: [u32; 4] = [44_100, 48_000, 32_000, 0];

/// The places of an MP3's frames.
#[derive(Clone, Debug)]
pub(super) struct Mp3<'a> {
    bytes: &'a [u8],
    frames: Vec<Frame>,
    channels: usize,
}

/// One frame: about 26 ms of sound at 44.1 kHz.
#[derive(Clone, Copy, Debug)]
struct Frame {
    start: usize,
    len: usize,
    /// Microseconds of sound.
    us: u64,
    channels: usize,
}

impl<'a> Mp3<'a> {
    /// Finds the frames. What stands between them (a tag at the end, bytes gone wrong) is left out; each byte is looked at
    /// once.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, AudioError> {
        let mut frames: Vec<Frame> = Vec::new();
        let mut at = length_of_tag(bytes);
        let lead = at.saturating_add(MAX_LEAD);
        while at < bytes.len() && (at < lead || !frames.is_empty()) {
            match Frame::at(bytes, at) {
                // Two bytes of sound can look like a head: the first must be followed by another, or by the end.
                Some(frame) if !frames.is_empty() || is_followed(bytes, frame) => {
                    at = frame.start + frame.len;
                    frames.push(frame);
                }
                _ => at += 1,
            }
        }
        let channels = frames.first().map(|frame| frame.channels).ok_or(AudioError::UnknownFormat)?;
        Ok(Self { bytes, frames, channels })
    }

    pub(super) const fn channels(&self) -> usize {
        self.channels
    }

    pub(super) fn duration_ms(&self) -> u32 {
        ms(self.frames.iter().map(|frame| frame.us).sum())
    }

    /// A decoder may miss the first frame of a piece, which can borrow bits from the frame before: 26 ms.
    pub(super) fn pieces(&self, limit: PieceLimit) -> impl Iterator<Item = Piece> + '_ {
        let most_us = u64::from(limit.ms) * 1000;
        let mut frames = self.frames.iter().peekable();
        let mut start_us = 0;
        core::iter::from_fn(move || {
            frames.peek()?;
            let (mut bytes, mut end_us) = (Vec::new(), start_us);
            while let Some(frame) = frames.next_if(|frame| {
                let fits = bytes.len() + frame.len <= limit.bytes && end_us + frame.us - start_us <= most_us;
                fits || bytes.is_empty()
            }) {
                bytes.extend_from_slice(self.bytes.get(frame.start..frame.start + frame.len).unwrap_or_default());
                end_us += frame.us;
            }
            let piece = Piece { bytes, start_ms: ms(start_us), duration_ms: ms(end_us) - ms(start_us), channel: None };
            start_us = end_us;
            Some(piece)
        })
    }
}

impl Frame {
    fn at(bytes: &[u8], start: usize) -> Option<Self> {
        let head = u32::from_be_bytes(*bytes.get(start..)?.first_chunk::<4>()?);
        let field = |from: u32, bits: u32| usize::try_from(head >> from & ((1 << bits) - 1)).unwrap_or_default();
        let (version, layer) = (field(19, 2), field(17, 2));
        // Version 1 is reserved; layer III is written 1.
        if field(21, 11) != 0x7ff || version == 1 || layer != 1 {
            return None;
        }
        let mpeg_1 = version == 3;
        let rates = if mpeg_1 { &RATES_1 } else { &RATES_2 };
        let rate = rates.get(field(12, 4)).copied().filter(|rate| *rate > 0)?;
        let halved = match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
        let samples = SAMPLE_RATES.get(field(10, 2)).map(|rate| rate >> halved).filter(|rate| *rate > 0)?;
        let (per_frame, factor) = if mpeg_1 { (1152_u64, 144_000) } else { (576, 72_000) };
        let len = usize::try_from(factor * rate / samples).ok()? + field(9, 1);
        // The last frame of a recording may have been cut off.
        let len = len.min(bytes.len() - start);
        let channels = if field(6, 2) == 3 { 1 } else { 2 };
        Some(Self { start, len, us: per_frame * 1_000_000 / u64::from(samples), channels })
    }
}

fn is_followed(bytes: &[u8], frame: Frame) -> bool {
    let end = frame.start + frame.len;
    end >= bytes.len() || Frame::at(bytes, end).is_some()
}

/// Returns the length of an ID3 tag before the first frame: ten bytes, and four that tell with seven bits each how many follow.
fn length_of_tag(bytes: &[u8]) -> usize {
    match bytes.first_chunk::<10>() {
        Some([b'I', b'D', b'3', _, _, _, sizes @ ..]) => {
            sizes.iter().fold(0_usize, |size, byte| size << 7 | usize::from(byte & 0x7f)).saturating_add(10)
        }
        _ => 0,
    }
}

fn ms(us: u64) -> u32 {
    u32::try_from(us / 1000).unwrap_or(u32::MAX)
}
