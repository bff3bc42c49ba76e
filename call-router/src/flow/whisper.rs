//! What the business hears before it is connected.
//!
//! The owner's words may hold names in brackets, which are filled in for each call: `[source]`, `[medium]`, `[channel]`,
//! `[campaign]`, `[keyword]`, `[caller]` (the number, digit by digit), `[city]`, `[state]`, `[site]`. What is not known is
//! said as "unknown", in the language it is said in; of what others wrote only what a voice should say.

use super::Facts;
use crate::{
    document::{MAX_SAY, Speaker},
    text::Text,
};

/// Most that is said of one value, in bytes: some seconds.
const MAX_VALUE: usize = 80;
/// Longest word that is said, in bytes: what is longer is an id or a trick.
const MAX_WORD: usize = 40;
/// Longest character reference, in bytes; HTML's longest is `&CounterClockwiseContourIntegral;`.
const MAX_REFERENCE: usize = 40;
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
        "city" => return known(facts.place.city.as_ref().map(Text::as_str)),
        "state" => return known(facts.place.state.as_ref().map(Text::as_str)),
        _ => return facts.caller.map(|number| spelled(number.digits())),
    };
    known(text.map(Text::as_str))
}

/// Says a value that others chose: whoever made the link that a visitor followed, or the carrier.
fn known(text: Option<&str>) -> Option<String> {
    text.map(spoken).filter(|said| !said.is_empty())
}

/// Leaves of a text what a voice may say: no markup, which some carriers' voices obey, no address, no sign that is not to be
/// seen, and not too much.
fn spoken(text: &str) -> String {
    let seen = without_markup(text);
    let plain: String =
        seen.chars().filter(|char| !is_unseen(*char)).map(|char| if is_sign(char) { ' ' } else { char }).collect();
    let mut said = String::new();
    for word in plain.split_whitespace().filter(|word| !is_address(word)) {
        let word = word.get(..word.floor_char_boundary(MAX_WORD)).unwrap_or(word);
        if said.len() + 1 + word.len() > MAX_VALUE {
            break;
        }
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(word);
    }
    said
}

/// Takes out what stands between `<` and `>`, and character references such as `&lt;`. Where no `>` follows, the rest is markup.
fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let end = if from.starts_with('<') {
            Some(from.find('>').map_or(from.len(), |end| end + 1))
        } else {
            reference(from)
        };
        plain.push(if end.is_some() { ' ' } else { '&' });
        rest = from.get(end.unwrap_or(1)..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// Returns where a character reference at the beginning ends: `&amp;`, `&#60;`, `&#x3c;`.
fn reference(text: &str) -> Option<usize> {
    let end = text.bytes().take(MAX_REFERENCE).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name(name.strip_prefix('#').unwrap_or(name)).then_some(end + 1)
}

/// Says whether the sign is not to be seen and only changes how others are shown. Those that join letters belong to words.
fn is_unseen(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Says whether markup, templates or machines are written with the sign, and not words.
fn is_sign(char: char) -> bool {
    char.is_control() || matches!(char, '<' | '>' | '{' | '}' | '\\' | '`' | '|' | '^' | '~' | '\u{2028}' | '\u{2029}')
}

/// Says whether a word is the address of a page: nobody can do anything with one that is read to them.
fn is_address(word: &str) -> bool {
    let word = word.trim_start_matches(|char: char| !char.is_alphanumeric()).to_ascii_lowercase();
    word.contains("://") || word.starts_with("www.") || word.starts_with("mailto:") || word.starts_with("tel:")
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
    fn what_others_wrote_is_cleaned_before_it_is_said() {
        let long = "sale ".repeat(50);
        let cases = [
            ("spring sale", "spring sale"),
            ("Müller & Söhne", "Müller & Söhne"),
            ("AT&T", "AT&T"),
            ("冬のセール", "冬のセール"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("  spring\t\r\nsale\u{0}\u{7} ", "spring sale"),
            ("<speak><break time=\"10s\"/>sale</speak>", "sale"),
            ("sale<prosody volume='x-loud'>", "sale"),
            ("sale <break time=", "sale"),
            ("1 > 0", "1 0"),
            ("&lt;break time=\"9s\"/&gt;", "break time=\"9s\"/"),
            ("&#60;sale&#x3E;", "sale"),
            ("a &; b &nbsp c", "a &; b &nbsp c"),
            ("https://evil.example/win?a=b now", "now"),
            ("(www.evil.example) HTTP://x", "unknown"),
            ("mailto:a@evil.example", "unknown"),
            ("{{caller}} ${x} `id`", "caller $ x id"),
            ("\u{202e}elas\u{200b}\u{feff}", "elas"),
            ("", "unknown"),
            ("<>", "unknown"),
            ("[caller]", "[caller]"),
        ];
        for (written, expected) in cases {
            assert_eq!(known(Some(written)).unwrap_or_else(|| "unknown".to_owned()), expected, "{written:?}");
        }
        assert_eq!(known(Some(&long)).map(|said| said.len()), Some(79), "whole words");
        assert_eq!(known(Some(&"x".repeat(255))).map(|said| said.len()), Some(MAX_WORD));
        assert!(known(Some(&"é".repeat(127))).unwrap().chars().all(|char| char == 'é'));
        let facts = Facts { keyword: Some("<speak>\u{1b}heat</speak>".into()), ..Facts::default() };
        assert_eq!(filled("For [keyword].", &facts, &Speaker::default()).as_str(), "For heat.");
    }

    #[test]
    fn what_nothing_fills_in() {
        assert_eq!(unknown_placeholders("[source] [sorce] [] [x"), ["sorce", ""]);
    }
}
