//! What TwiML's dialects write otherwise.

/// Whose TwiML it is: what carriers that took it over write otherwise, or allow less of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::carrier) struct Dialect {
    /// Whether a forward says that the call counts as answered only when the business answers; the caller hears the
    /// business's own ringing then.
    pub(in crate::carrier) answers_on_bridge: bool,
    /// How long a forward may ring, in seconds.
    pub(in crate::carrier) ring_seconds: (u16, u16),
    /// How long a conversation may last, in seconds.
    pub(in crate::carrier) max_seconds: (u32, u32),
    /// How long a key may be waited for, in seconds.
    pub(in crate::carrier) wait_seconds: (u16, u16),
    /// How long a pause may be, in seconds.
    pub(in crate::carrier) pause_seconds: (u16, u16),
    /// The attributes of a forward that is recorded on two channels.
    pub(in crate::carrier) recorded: &'static [(&'static str, &'static str)],
    /// The attributes of a message, beside those that all have.
    pub(in crate::carrier) message: &'static [(&'static str, &'static str)],
}

impl Dialect {
    /// Twilio's own, which takes all that a document can hold.
    pub(in crate::carrier) const TWILIO: Self = Self {
        answers_on_bridge: true,
        ring_seconds: (0, u16::MAX),
        max_seconds: (0, u32::MAX),
        wait_seconds: (0, u16::MAX),
        pause_seconds: (0, u16::MAX),
        recorded: &[("record", "record-from-answer-dual")],
        message: &[],
    };
}
