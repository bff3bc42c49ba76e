//! Words by which calls are found, and the texts they are looked for in.
//!
//! SQLite's full-text index takes a text apart into words of letters and digits, whatever stands between them, without accents and
//! capitals. So `312-555-0142` is three words, which must follow each other.

use super::BadParameter;
use crate::call::record::{CallRecord, TranscriptRecord};

/// Most words looked for.
const MAX_WORDS: usize = 12;
/// Longest text to look for, in characters.
const MAX_LENGTH: usize = 200;
/// Longest text of a call that is looked in, in bytes: a long transcript's.
const MAX_SEARCHED: usize = 100_000;

/// Words that must all be in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchWords(String);

impl SearchWords {
    /// Reads what somebody looks for. The last word may be the beginning of one.
    ///
    /// # Errors
    /// There is no letter and no digit in it, or too much of them.
    ///
    /// ```
    /// use edge_core::api::SearchWords;
    ///
    /// assert_eq!(SearchWords::parse("Water heater").unwrap().as_match(), r#""Water" "heater"*"#);
    /// assert_eq!(SearchWords::parse("(312) 555-0142").unwrap().as_match(), r#"("312" + "555" + "0142"*) OR "3125550142"*"#);
    /// assert!(SearchWords::parse("* OR *").unwrap().as_match() == r#""OR"*"#);
    /// ```
    pub fn parse(text: &str) -> Result<Self, BadParameter> {
        let bad = BadParameter { name: "search", expected: "1 to 12 words or numbers, of 200 characters at the most" };
        let words: Vec<_> = text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if words.is_empty() || words.len() > MAX_WORDS || text.chars().count() > MAX_LENGTH {
            return Err(bad);
        }
        let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
        let digits = words.concat();
        // How a number is grouped differs from country to country, and from one person to the next.
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        Ok(Self(if is_number {
            format!("({}*) OR \"{digits}\"*", quoted.join(" + "))
        } else {
            format!("{}*", quoted.join(" "))
        }))
    }

    /// Returns the words as the index takes them.
    pub fn as_match(&self) -> &str {
        &self.0
    }
}

/// The texts of a call that it is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchedText {
    /// The caller's number in all its forms.
    pub number: String,
    /// The caller's name.
    pub name: String,
    /// What somebody noted.
    pub note: String,
    /// What was said, and what it was about.
    pub words: String,
    /// The page they arrived on.
    pub page: String,
}

impl SearchedText {
    /// Takes the texts of a call.
    pub fn of(record: &CallRecord, words: Option<&TranscriptRecord>) -> Self {
        let text =
            |text: Option<&dni_core::pii::Pii<String>>| text.map(|text| text.expose().clone()).unwrap_or_default();
        let international = text(record.customer_phone_number.as_ref());
        let national = text(record.formatted_customer_phone_number.as_ref());
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let national_digits = digits(&national);
        let without_zero = national_digits.trim_start_matches('0').to_owned();
        let said = words.and_then(|words| words.transcript.as_ref());
        let said = [text(said), text(record.call_summary.as_ref())].join(" ");
        Self {
            number: [international, national, national_digits, without_zero, text(record.customer_address.as_ref())]
                .join(" "),
            name: text(record.customer_name.as_ref()),
            note: text(record.note.as_ref()),
            words: cut(said),
            page: cut(record.landing_page_url.clone().unwrap_or_default()),
        }
    }
}

/// Cuts a text at the end of a character.
fn cut(mut text: String) -> String {
    let end = text.floor_char_boundary(MAX_SEARCHED);
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(SearchWords::parse(text).unwrap().as_match(), expected, "{text}");
    }

    #[test]
    fn whatever_somebody_writes_is_words_and_no_question_of_the_index() {
        check("furnace", "\"furnace\"*");
        check("  Ann   Müller ", "\"Ann\" \"Müller\"*");
        check("NOT furnace\"", "\"NOT\" \"furnace\"*");
        check("name:ann", "\"name\" \"ann\"*");
        check("{a b} : (c)", "\"a\" \"b\" \"c\"*");
        check("https://harbor.example/ac?x=1", "\"https\" \"harbor\" \"example\" \"ac\" \"x\" \"1\"*");
        check("0142", "(\"0142\"*) OR \"0142\"*");
        check("773 555", "(\"773\" + \"555\"*) OR \"773555\"*");
        check("555-0142", "(\"555\" + \"0142\"*) OR \"5550142\"*");
        check("+13125550142", "(\"13125550142\"*) OR \"13125550142\"*");
        check("電話", "\"電話\"*");
    }

    #[test]
    fn what_has_no_words_or_too_many_is_refused() {
        let many = "a ".repeat(13);
        for text in ["", " ", "-", "\"*\"", &many, &"x".repeat(201)] {
            assert!(SearchWords::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_caller_is_found_by_any_form_of_their_number() {
        let record: CallRecord = serde_json::from_str(include_str!("../../../tests/fixtures/call.json")).unwrap();
        let found = SearchedText::of(&record, None);
        for form in ["+13125550123", "(312) 555-0123", "3125550123"] {
            assert!(found.number.contains(form), "{form} in {}", found.number);
        }
    }
}
