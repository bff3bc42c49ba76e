//! From a call's sound to its transcript and summary, as far as that needs no network.
//!
//! [`audio`] cuts a recording into pieces that a speech service takes, [`reply`] reads what it answers, and
//! [`Transcript::join`] puts the answers together. [`summary`] asks a language model about the transcript and believes
//! nothing it says before it is checked. [`price`] says what all that cost.

pub mod audio;
pub mod price;
pub mod reply;
mod secrets;
pub mod summary;
mod transcript;

pub use transcript::{MAX_SEGMENT_TEXT, MAX_SEGMENTS, MAX_TRANSCRIPT, Segment, Speaker, Transcript};
