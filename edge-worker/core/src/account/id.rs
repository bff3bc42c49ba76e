//! The names of members, keys and sessions.

/// Random bytes of an id: nobody guesses another one.
pub const RANDOM_BYTES: usize = 16;
/// Longest id that is looked up, in bytes.
const MAX_LENGTH: usize = 40;

/// What an id is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// A member.
    Member,
    /// A key.
    ApiKey,
    /// A session.
    Session,
}

impl IdKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Member => "MEM",
            Self::ApiKey => "KEY",
            Self::Session => "SES",
        }
    }

    /// Makes an id: what it names, and 32 hexadecimal digits.
    ///
    /// ```
    /// use edge_core::account::id::IdKind;
    ///
    /// assert_eq!(IdKind::Member.make([7; 16]), "MEM07070707070707070707070707070707");
    /// assert!(IdKind::Member.is_one("MEM07070707070707070707070707070707"));
    /// assert!(!IdKind::ApiKey.is_one("MEM07070707070707070707070707070707"));
    /// ```
    pub fn make(self, random: [u8; RANDOM_BYTES]) -> String {
        format!("{}{:032x}", self.prefix(), u128::from_be_bytes(random))
    }

    /// Says whether a text could be such an id.
    pub fn is_one(self, text: &str) -> bool {
        text.len() <= MAX_LENGTH
            && text.strip_prefix(self.prefix()).is_some_and(|digits| {
                digits.len() == 2 * RANDOM_BYTES
                    && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
            })
    }
}
