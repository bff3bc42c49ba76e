//! Where a page of the call log ends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dni_core::time::Millis;

use super::BadParameter;

/// A call's place in the list: newest first, those of one instant by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the call began.
    pub started_at: Millis,
    /// Its id.
    pub id: String,
}

impl Cursor {
    /// Reads a cursor that [`Cursor::encode`] wrote.
    ///
    /// # Errors
    /// The text is none.
    pub fn parse(text: &str) -> Result<Self, BadParameter> {
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
            let (started_at, id) = text.split_once('.')?;
            Some(Self { started_at: Millis::from_unix_ms(started_at.parse().ok()?), id: id.to_owned() })
        };
        read().ok_or(BadParameter { name: "cursor", expected: "the next_cursor of an earlier answer" })
    }

    /// Writes the cursor as a text that only this module reads.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}", self.started_at.unix_ms(), self.id))
    }
}
