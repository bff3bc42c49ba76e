//! What the business hears before it is connected.
//!
//! The owner's words may hold names in brackets, which are filled in for each call: `[source]`, `[medium]`, `[channel]`,
//! `[campaign]`, `[keyword]`, `[caller]` (the number, digit by digit), `[city]`, `[state]`, `[site]`. What is not known is
//! said as "unknown", in the language it is said in.

use super::Facts;
use crate::{
    document::{MAX_SAY, Speaker},
    text::Text,
};

/// The key that takes a call.
pub(crate) const ACCEPT_KEY: &str = "1";
/// The names that can be filled in.
pub const PLACEHOLDERS: [&str; 9] =
    ["source", "medium", "channel", "campaign", "keyword", "caller", "city", "state", "site"];

/// Fills in what is known of the call.
///
/// ```
/// use call_router::{document::Speaker, flow::{Facts, whisper}};
///
/// let facts = Facts { source: Some("google".into()), ..Facts::default() };
/// let said = whisper::filled("Call from [source], [city].", &facts, &Speaker::default());
/// assert_eq!(said.as_str(), "Call from google, unknown.");
/// ```
pub fn filled(words: &str, facts: &Facts, speaker: &Speaker) -> Text<MAX_SAY> {
    let unknown = speaker.words().0.unknown;
    let mut said = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, name, after)) = next_placeholder(rest) {
        said.push_str(before);
        said.push_str(&value_of(name, facts).unwrap_or_else(|| unknown.to_owned()));
        rest = after;
    }
    said.push_str(rest);
    Text::cut(&said)
}

/// Returns the first name in brackets that can be filled in, with what stands before and behind it.
fn next_placeholder(text: &str) -> Option<(&str, &'static str, &str)> {
    let found = PLACEHOLDERS.iter().filter_map(|name| {
        let bracketed = format!("[{name}]");
        let at = text.find(&bracketed)?;
        Some((at, *name, at + bracketed.len()))
    });
    let (at, name, end) = found.min_by_key(|(at, ..)| *at)?;
    Some((text.get(..at)?, name, text.get(end..)?))
}

/// Returns the names in brackets that nothing fills in.
pub fn unknown_placeholders(words: &str) -> Vec<&str> {
    let mut unknown = Vec::new();
    let mut rest = words;
    while let Some((_, after)) = rest.split_once('[') {
        let Some((name, after)) = after.split_once(']') else { break };
        if !PLACEHOLDERS.contains(&name) {
            unknown.push(name);
        }
        rest = after;
    }
    unknown
}

fn value_of(name: &str, facts: &Facts) -> Option<String> {
    let text = match name {
        "source" => facts.source.as_ref(),
        "medium" => facts.medium.as_ref(),
        "channel" => facts.channel.as_ref(),
        "campaign" => facts.campaign.as_ref(),
        "keyword" => facts.keyword.as_ref(),
        "site" => facts.site.as_ref(),
        "city" => return facts.place.city.as_ref().map(ToString::to_string),
        "state" => return facts.place.state.as_ref().map(ToString::to_string),
        _ => return facts.caller.map(|number| spelled(number.digits())),
    };
    text.map(ToString::to_string)
}

/// Puts a space between digits, so that they are not read as one huge number.
fn spelled(digits: &str) -> String {
    let digits: Vec<_> = digits.chars().map(String::from).collect();
    digits.join(" ")
}

#[cfg(test)]
mod tests {
    use dni_core::phone::E164;

    use super::*;

    #[test]
    fn words_are_filled_in() {
        let facts = Facts {
            source: Some("google [medium]".into()),
            campaign: Some("winter".into()),
            caller: E164::parse("+13125550123").ok(),
            ..Facts::default()
        };
        let cases = [
            ("", ""),
            ("A call.", "A call."),
            ("[source]", "google [medium]"),
            ("[campaign][campaign]", "winterwinter"),
            ("[keyword], [nothing] and [", "unknown, [nothing] and ["),
            ("From [caller]", "From 1 3 1 2 5 5 5 0 1 2 3"),
        ];
        for (words, expected) in cases {
            assert_eq!(filled(words, &facts, &Speaker::default()).as_str(), expected, "{words}");
        }
        let long = "[source]".repeat(MAX_SAY);
        assert!(
            filled(&long, &facts, &Speaker::default()).as_str().len() <= MAX_SAY,
            "what is filled in cannot outgrow the limit"
        );
    }

    #[test]
    fn what_nothing_fills_in() {
        assert_eq!(unknown_placeholders("[source] [sorce] [] [x"), ["sorce", ""]);
    }
}
