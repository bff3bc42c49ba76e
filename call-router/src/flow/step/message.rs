//! What a caller hears: words, or a sound file.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use url::Url;

use crate::{
    document::{MAX_LANGUAGE, MAX_SAY, MAX_VOICE, Prompt, Speaker},
    event::MAX_URL,
    text::Text,
};

/// What a step says or plays. Exactly one of the two is set in a flow that passed the checker.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The words.
    pub say: Option<&'a Text<MAX_SAY>>,
    /// The sound file; it goes before the words where an unchecked flow has both.
    pub play: Option<&'a AudioUrl>,
    /// The language of the words.
    pub language: Option<&'a Text<MAX_LANGUAGE>>,
    /// The voice that says them.
    pub voice: Option<&'a Text<MAX_VOICE>>,
}

impl Message<'_> {
    /// Returns the prompt for a document; `None` if there is nothing to hear. The flow's own speaker says what the step names none
    /// for.
    pub fn prompt(&self, of_flow: &Speaker) -> Option<Prompt> {
        self.play.map(|audio| Prompt::Play { url: audio.as_str().to_owned() }).or_else(|| {
            let text = self.say.filter(|text| !text.as_str().trim().is_empty())?;
            Some(self.speaker().or(of_flow).say(text.as_str()))
        })
    }

    /// Returns who says it, as far as the step names them.
    pub(in crate::flow) fn speaker(&self) -> Speaker {
        Speaker { language: self.language.cloned(), voice: self.voice.cloned() }
    }
}

/// The address of a sound file that the carrier fetches: `https`, at most 1,000 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AudioUrl(String);

impl AudioUrl {
    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AudioUrl {
    type Error = BadAudioUrl;

    fn try_from(text: String) -> Result<Self, BadAudioUrl> {
        let url = Url::parse(&text).map_err(|_| BadAudioUrl)?;
        let plain = url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none();
        if plain && url.as_str().len() <= MAX_URL { Ok(Self(url.into())) } else { Err(BadAudioUrl) }
    }
}

impl From<AudioUrl> for String {
    fn from(url: AudioUrl) -> Self {
        url.0
    }
}

/// A text that is no address of a sound file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadAudioUrl;

impl fmt::Display for BadAudioUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(
            "bad_audio_url: A sound file's address starts with https:// and names no user; put the file where the carrier \
             can fetch it.",
        )
    }
}

impl core::error::Error for BadAudioUrl {}

/// Reads words to be said. An owner is told that they are too many; a carrier's texts are cut without a word.
pub(super) fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Text<MAX_SAY>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    if text.len() > MAX_SAY {
        return Err(de::Error::custom(format_args!(
            "too_much_to_say: A step says at most {MAX_SAY} bytes; shorten the text or split it into two greetings."
        )));
    }
    Ok(Some(Text::cut(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_urls() {
        let cases = [
            ("https://cdn.example.com/hello.mp3", true),
            ("https://cdn.example.com", true),
            ("http://cdn.example.com/hello.mp3", false),
            ("ftp://cdn.example.com/hello.mp3", false),
            ("javascript:alert(1)", false),
            ("https://user:word@cdn.example.com/hello.mp3", false),
            ("hello.mp3", false),
            ("", false),
        ];
        for (text, good) in cases {
            assert_eq!(AudioUrl::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
        assert!(AudioUrl::try_from(format!("https://h/{}", "x".repeat(MAX_URL))).is_err());
    }
}
