//! Recordings cut into pieces: nothing is lost, nothing is twice, and hostile files end in an error.

use call_router::speech::Speaker;
use call_router::speech::audio::{Audio, AudioError, Channels, Piece, PieceLimit};
use proptest::prelude::*;

/// A WAV's parts.
#[derive(Clone, Debug)]
struct Sound {
    tag: u16,
    bits: u16,
    channels: u16,
    rate: u32,
    data: Vec<u8>,
}

impl Sound {
    fn file(&self) -> Vec<u8> {
        let frame = self.channels * self.bits / 8;
        let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
        // A chunk of another kind, of odd length, stands before the two that matter.
        file.extend_from_slice(b"LIST\x03\0\0\0abc\0");
        file.extend_from_slice(b"fmt \x10\0\0\0");
        file.extend_from_slice(&self.tag.to_le_bytes());
        file.extend_from_slice(&self.channels.to_le_bytes());
        file.extend_from_slice(&self.rate.to_le_bytes());
        file.extend_from_slice(&(self.rate * u32::from(frame)).to_le_bytes());
        file.extend_from_slice(&frame.to_le_bytes());
        file.extend_from_slice(&self.bits.to_le_bytes());
        file.extend_from_slice(b"data");
        file.extend_from_slice(&u32::try_from(self.data.len()).unwrap().to_le_bytes());
        file.extend_from_slice(&self.data);
        file
    }

    fn frame(&self) -> usize {
        usize::from(self.channels * self.bits / 8)
    }

    /// The samples of one channel.
    fn channel(&self, channel: usize) -> Vec<u8> {
        let sample = usize::from(self.bits / 8);
        self.data.chunks_exact(self.frame()).flat_map(|frame| frame[channel * sample..][..sample].to_vec()).collect()
    }
}

fn sound() -> impl Strategy<Value = Sound> {
    let kind = prop_oneof![Just((1, 8)), Just((1, 16)), Just((7, 8))];
    (kind, 1..=2_u16, prop_oneof![Just(8_000_u32), Just(11_025), Just(100)], 1..6_000_usize, any::<u64>()).prop_map(
        |((tag, bits), channels, rate, frames, seed)| {
            let len = frames * usize::from(channels * bits / 8);
            let mut state = seed | 1;
            let data = std::iter::repeat_with(|| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                state.to_be_bytes()[0]
            });
            Sound { tag, bits, channels, rate, data: data.take(len).collect() }
        },
    )
}

fn samples(piece: &Piece) -> &[u8] {
    assert_eq!(&piece.bytes[36..40], b"data");
    let said = u32::from_le_bytes(piece.bytes[40..44].try_into().unwrap());
    assert_eq!(usize::try_from(said).unwrap(), piece.bytes.len() - 44);
    &piece.bytes[44..]
}

proptest! {
    #[test]
    fn pieces_of_a_wav_are_the_whole((sound, bytes, ms) in (sound(), 200..4_000_usize, 20..3_000_u32)) {
        let file = sound.file();
        let audio = Audio::read(&file).unwrap();
        let kept = audio.pieces(PieceLimit { bytes, ms }, Channels::Kept).collect::<Vec<_>>();
        prop_assert_eq!(kept.iter().flat_map(|piece| samples(piece).to_vec()).collect::<Vec<_>>(), sound.data.clone());
        let mut end = 0;
        for piece in &kept {
            prop_assert!(piece.bytes.len() <= bytes);
            prop_assert!(piece.duration_ms <= ms);
            prop_assert_eq!(piece.start_ms, end);
            end += piece.duration_ms;
            let alone = Audio::read(&piece.bytes).unwrap();
            prop_assert!(alone.duration_ms().abs_diff(piece.duration_ms) <= 1);
            prop_assert_eq!(alone.channels(), usize::from(sound.channels));
        }
        prop_assert_eq!(end, audio.duration_ms());
        // Looking for a quiet place costs a tenth of a piece at most.
        let shortest = kept.iter().rev().skip(1).map(|piece| samples(piece).len()).min().unwrap_or(usize::MAX);
        let most = ((bytes - 44) / sound.frame()).min(usize::try_from(u64::from(ms) * u64::from(sound.rate) / 1000).unwrap()).max(1);
        prop_assert!(shortest >= (most - most / 10) * sound.frame());

        let split = audio.pieces(PieceLimit { bytes, ms }, Channels::Split).collect::<Vec<_>>();
        if sound.channels == 2 {
            for channel in 0..2 {
                let of_channel = split.iter().filter(|piece| piece.channel == Some(channel));
                prop_assert_eq!(of_channel.flat_map(|piece| samples(piece).to_vec()).collect::<Vec<_>>(), sound.channel(channel));
            }
            prop_assert!(split.iter().all(|piece| piece.bytes.len() <= bytes));
        } else {
            prop_assert_eq!(split, kept);
        }
    }

    #[test]
    fn pieces_of_an_mp3_are_its_frames((frames, tag, end, limit) in (2..200_usize, 0..300_usize, 0..100_usize, 100..5_000_usize)) {
        let frame = mp3_frame();
        let mut file = Vec::new();
        if tag > 0 {
            file.extend_from_slice(b"ID3\x04\0\0\0\0");
            file.extend_from_slice(&[u8::try_from(tag >> 7).unwrap(), u8::try_from(tag & 0x7f).unwrap()]);
            // A tag may hold what looks like a frame.
            file.extend(frame.iter().copied().cycle().take(tag));
        }
        file.extend(frame.repeat(frames));
        file.extend(std::iter::repeat_n(b'T', end));
        let audio = Audio::read(&file).unwrap();
        prop_assert_eq!(audio.channels(), 1);
        let pieces = audio.pieces(PieceLimit { bytes: limit, ms: 60_000 }, Channels::Split).collect::<Vec<_>>();
        prop_assert_eq!(pieces.iter().flat_map(|piece| piece.bytes.clone()).collect::<Vec<_>>(), frame.repeat(frames));
        let mut at = 0;
        for piece in &pieces {
            prop_assert!(piece.bytes.len() <= limit.max(frame.len()));
            prop_assert_eq!(piece.bytes.len() % frame.len(), 0);
            prop_assert_eq!(piece.start_ms, at);
            at += piece.duration_ms;
        }
        prop_assert_eq!(at, audio.duration_ms());
        let expected = f64::from(u32::try_from(frames).unwrap()) * 1152.0 / 44.1;
        prop_assert!((f64::from(audio.duration_ms()) - expected).abs() < 2.0);
    }

    #[test]
    fn hostile_files_end_in_an_error_or_within_bounds(
        (mut file, changes, cut) in (sound().prop_map(|sound| sound.file()), proptest::collection::vec((0..70_usize, any::<u8>()), 0..12), any::<usize>())
    ) {
        for (at, byte) in changes {
            if let Some(place) = file.get_mut(at) {
                *place = byte;
            }
        }
        file.truncate(cut % (file.len() + 1));
        check_bounds(&file);
    }

    #[test]
    fn noise_ends_in_an_error_or_within_bounds(noise in proptest::collection::vec(prop_oneof![Just(0xff_u8), Just(0xfb), any::<u8>()], 0..3_000)) {
        check_bounds(&noise);
        check_bounds(&[b"RIFF\0\0\0\0WAVE".as_slice(), &noise].concat());
    }
}

fn check_bounds(file: &[u8]) {
    let Ok(audio) = Audio::read(file) else { return };
    let pieces = audio.pieces(PieceLimit { bytes: 1_000, ms: 1_000 }, Channels::Split).collect::<Vec<_>>();
    // Headers are added to what was there: no file grows into many.
    let sum: usize = pieces.iter().map(|piece| piece.bytes.len()).sum();
    assert!(sum <= file.len() + pieces.len() * 44);
    assert!(pieces.len() <= file.len());
}

/// 32 kbit/s at 44.1 kHz, mono: 104 bytes.
fn mp3_frame() -> Vec<u8> {
    let mut frame = vec![0; 104];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x10, 0xc0]);
    frame
}

#[test]
fn a_piece_ends_where_nobody_speaks() {
    // 1.9 s of noise, 60 ms of silence, noise again: the limit of 2 s is just behind the silence.
    let loud = |ms: usize| {
        (0..ms * 8).flat_map(|at| if at % 2 == 0 { 9_000_i16 } else { -9_000 }.to_le_bytes()).collect::<Vec<_>>()
    };
    let data = [loud(1_900), vec![0; 60 * 16], loud(3_000)].concat();
    let file = Sound { tag: 1, bits: 16, channels: 1, rate: 8_000, data }.file();
    let audio = Audio::read(&file).unwrap();
    let cut = audio.pieces(PieceLimit { bytes: 1 << 20, ms: 2_000 }, Channels::Kept).next().unwrap().duration_ms;
    assert!((1_900..1_960).contains(&cut), "cut at {cut} ms");
}

#[test]
fn what_cannot_be_read_says_why() {
    let good = Sound { tag: 1, bits: 16, channels: 1, rate: 8_000, data: vec![0; 32] };
    let of = |change: fn(&mut Sound)| {
        let mut sound = good.clone();
        change(&mut sound);
        Audio::read(&sound.file()).map(|_| ())
    };
    assert_eq!(of(|_| {}), Ok(()));
    assert_eq!(of(|sound| sound.tag = 2), Err(AudioError::UnknownSamples));
    assert_eq!(of(|sound| sound.bits = 24), Err(AudioError::UnknownSamples));
    assert_eq!(of(|sound| sound.channels = 0), Err(AudioError::UnknownSamples));
    assert_eq!(of(|sound| sound.channels = 6), Err(AudioError::UnknownSamples));
    assert_eq!(of(|sound| sound.rate = 0), Err(AudioError::BrokenHeader));
    assert_eq!(of(|sound| sound.rate = 300_000), Err(AudioError::BrokenHeader));
    assert_eq!(of(|sound| sound.data.clear()), Err(AudioError::Empty));
    let cases: [(&[u8], AudioError); 5] = [
        (b"", AudioError::UnknownFormat),
        (b"<html>not found</html>", AudioError::UnknownFormat),
        (b"RIFF", AudioError::BrokenHeader),
        (b"RIFF\0\0\0\0AVI LIST", AudioError::BrokenHeader),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f", AudioError::UnknownFormat),
    ];
    for (bytes, error) in cases {
        assert_eq!(Audio::read(bytes).map(|_| ()), Err(error), "{bytes:?}");
    }
}

#[test]
fn a_stream_that_never_said_its_length_is_read_to_its_end() {
    let mut file = Sound { tag: 7, bits: 8, channels: 1, rate: 8_000, data: vec![0xff; 8_000] }.file();
    let size = file.len() - 8_000 - 4;
    for said in [0_u32, u32::MAX, 0x7fff_ffff] {
        file[size..size + 4].copy_from_slice(&said.to_le_bytes());
        assert_eq!(Audio::read(&file).unwrap().duration_ms(), 1_000);
    }
}

#[test]
fn channels_are_people() {
    let piece = |channel| Piece { bytes: Vec::new(), start_ms: 0, duration_ms: 0, channel };
    let speakers = [None, Some(0), Some(1), Some(2)].map(|channel| piece(channel).speaker(Speaker::Caller));
    assert_eq!(speakers, [Speaker::Caller, Speaker::Caller, Speaker::Business, Speaker::Unknown]);
}
