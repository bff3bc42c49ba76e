//! What the business hears before it is connected.
//!
//! The owner's words may hold names in brackets, which are filled in for each call: `[source]`, `[medium]`, `[channel]`,
//! `[campaign]`, `[keyword]`, `[caller]` (the number, digit by digit), `[city]`, `[state]`, `[site]`. What is not known is
//! said as "unknown".

use super::Facts;
use crate::{document::MAX_SAY, text::Text};

/// What stands in for what is not known.
const UNKNOWN: &str = "unknown";
/// What is said to a business that must press a key, where the owner says nothing.
pub(super) const ACCEPT_WORDS: &str = "A call from [source].";
/// What is said behind the words where a key must be pressed.
pub(super) const PRESS_ONE: &str = "Press 1 to take it.";
/// The key that takes a call.
pub(crate) const ACCEPT_KEY: &str = "1";
/// The names that can be filled in.
pub const PLACEHOLDERS: [&str; 9] =
    ["source", "medium", "channel", "campaign", "keyword", "caller", "city", "state", "site"];

/// Fills in what is known of the call.
///
/// ```
/// use call_router::flow::{Facts, whisper};
///
/// let facts = Facts { source: Some("google".into()), ..Facts::default() };
/// assert_eq!(whisper::filled("Call from [source], [city].", &facts).as_str(), "Call from google, unknown.");
/// ```
pub fn filled(words: &str, facts: &Facts) -> Text<MAX_SAY> {
    let mut said = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, name, after)) = next_placeholder(rest) {
        said.push_str(before);
        said.push_str(&value_of(name, facts));
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

fn value_of(name: &str, facts: &Facts) -> String {
    let text = match name {
        "source" => facts.source.as_ref(),
        "medium" => facts.medium.as_ref(),
        "channel" => facts.channel.as_ref(),
        "campaign" => facts.campaign.as_ref(),
        "keyword" => facts.keyword.as_ref(),
        "site" => facts.site.as_ref(),
        "city" => return known(facts.place.city.as_ref().map(Text::as_str)),
        "state" => return known(facts.place.state.as_ref().map(Text::as_str)),
        _ => return facts.caller.map_or_else(|| UNKNOWN.to_owned(), |number| spelled(number.digits())),
    };
    known(text.map(Text::as_str))
}

fn known(text: Option<&str>) -> String {
    text.unwrap_or(UNKNOWN).to_owned()
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
            assert_eq!(filled(words, &facts).as_str(), expected, "{words}");
        }
        let long = "[source]".repeat(MAX_SAY);
        assert!(filled(&long, &facts).as_str().len() <= MAX_SAY, "what is filled in cannot outgrow the limit");
    }

    #[test]
    fn what_nothing_fills_in() {
        assert_eq!(unknown_placeholders("[source] [sorce] [] [x"), ["sorce", ""]);
    }
}
