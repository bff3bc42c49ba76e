//! What a webhook is about.

/// What a webhook is about, told by the URL it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hook {
    /// Someone dials a tracking number.
    Voice,
    /// A forward step ended.
    Dial,
    /// A voicemail step ended.
    Record,
    /// A menu or challenge step heard a key, or none.
    Gather,
    /// A dialled leg was answered, and its carrier asks what the business hears first.
    Whisper,
    /// The business pressed a key to take the call, or none; or heard all, where that alone takes it.
    Accept,
    /// A dialled leg reached a status.
    Leg,
    /// The caller's own call reached a status.
    Status,
    /// A recording reached a status.
    Recording,
}

impl Hook {
    const ALL: [Self; 9] = [
        Self::Voice,
        Self::Dial,
        Self::Record,
        Self::Gather,
        Self::Whisper,
        Self::Accept,
        Self::Leg,
        Self::Status,
        Self::Recording,
    ];

    /// Returns the last part of the URL's path.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Dial => "dial",
            Self::Record => "record",
            Self::Gather => "gather",
            Self::Whisper => "whisper",
            Self::Accept => "accept",
            Self::Leg => "leg",
            Self::Status => "status",
            Self::Recording => "recording",
        }
    }

    /// Says whether somebody on the line waits for the document that answers it.
    pub const fn wants_document(self) -> bool {
        matches!(self, Self::Voice | Self::Dial | Self::Record | Self::Gather | Self::Whisper | Self::Accept)
    }

    /// Finds the hook by the last part of the URL's path; `None` if there is no such hook.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_each_hook_once() {
        for hook in Hook::ALL {
            assert_eq!(Hook::from_id(hook.id()), Some(hook));
        }
        assert_eq!(Hook::from_id("sms"), None);
    }
}
