//! Numbers that no transcript should keep: those of payment cards and accounts, and what proves that they are one's own.
//!
//! Whoever reads a card's number out is written down in groups, in figures or in words, with the other's "uh-huh" between. So the digits
//! of a speaker are put together first, over the ends of segments, and then it is asked how many they are. Phone numbers have ten or eleven
//! digits and stay; a number of twelve digits or more with a plus before it is one, too.

use core::ops::{Range, RangeInclusive};

use dni_core::pii::Pii;

use super::{Segment, Speaker, Transcript};
use crate::text::Text;

/// What stands in place of a number.
const REMOVED: &str = "[removed]";
/// Digits of a card's number (ISO/IEC 7812: up to 19, of what is issued 12 and more), its date and code perhaps with it.
const FROM_CARD: usize = 12;
/// Digits of a US social security number, and of a bank's routing number.
const OF_OFFICE: usize = 9;
/// Digits that are a secret after a word that says so: a code of three, a date, an account.
const AFTER_WORD: RangeInclusive<usize> = 3..=17;
/// How many words may stand between that word and the digits: "the security code on the back is".
const WORDS_BETWEEN: usize = 6;
/// Words of another speaker that interrupt no number: "uh-huh", "go on please".
const INTERJECTION: usize = 4;

/// Figures as they are said, in English, Spanish, French and German.
const SAID_DIGITS: [&str; 40] = [
    "acht", "cero", "cinco", "cinq", "cuatro", "deux", "dos", "drei", "eight", "eins", "five", "four", "fünf", "huit",
    "neuf", "neun", "nine", "nueve", "null", "ocho", "oh", "one", "quatre", "sechs", "seis", "sept", "seven", "sieben",
    "siete", "six", "three", "tres", "trois", "two", "uno", "vier", "zero", "zwei", "zwo", "zéro",
];
/// Words after which even a few digits are a secret.
const SECRET_WORDS: [&str; 24] = [
    "account",
    "cuenta",
    "cvc",
    "cvc2",
    "cvv",
    "cvv2",
    "expiration",
    "expires",
    "expiry",
    "iban",
    "karte",
    "kartennummer",
    "konto",
    "kontonummer",
    "pin",
    "prüfziffer",
    "prüfnummer",
    "routing",
    "seguridad",
    "security",
    "ssn",
    "tarjeta",
    "vencimiento",
    "verification",
];

impl Transcript {
    /// Takes out the numbers of payment cards, accounts and offices, and the codes and dates that go with them.
    ///
    /// What is no such number may be taken out along with it; what is read out in an unusual way may stay. Nothing of a number that is found
    /// is kept, neither its length nor its end.
    ///
    /// ```
    /// use call_router::speech::{Segment, Speaker, Transcript};
    /// use call_router::text::Text;
    /// use dni_core::pii::Pii;
    ///
    /// let text = Pii::new(Text::cut("It is 4111 1111 1111 1111, and call me at 773 555 0140."));
    /// let segment = Segment { speaker: Speaker::Caller, start_ms: 0, end_ms: 9_000, text, confidence: None };
    /// let told = Transcript { segments: vec![segment], ..Transcript::default() }.without_secrets();
    /// assert_eq!(told.text().expose(), "caller: It is [removed], and call me at 773 555 0140.");
    /// ```
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        let mut found: Vec<(usize, Range<usize>)> = Vec::new();
        for speaker in [Speaker::Caller, Speaker::Business, Speaker::Unknown] {
            found.extend(secrets_of(&self.segments, speaker));
        }
        // From the end of each text to its beginning, so that places stay true.
        found.sort_by_key(|(segment, place)| (*segment, core::cmp::Reverse(place.start)));
        for (segment, place) in found {
            if let Some(segment) = self.segments.get_mut(segment) {
                let mut text = segment.text.expose().as_str().to_owned();
                text.replace_range(place, REMOVED);
                segment.text = Pii::new(Text::from(text));
            }
        }
        self
    }
}

/// Digits of one speaker that follow each other, with their places: one for each segment.
#[derive(Default)]
struct Run {
    digits: usize,
    places: Vec<(usize, Range<usize>)>,
    /// Words since one that says that a secret follows, if there was one of late.
    since_word: Option<usize>,
    is_phone: bool,
}

impl Run {
    fn is_secret(&self) -> bool {
        let is_named = self.since_word.is_some_and(|words| words <= WORDS_BETWEEN);
        !self.is_phone
            && (self.digits >= FROM_CARD || self.digits == OF_OFFICE || (is_named && AFTER_WORD.contains(&self.digits)))
    }

    fn take(&mut self, segment: usize, place: Range<usize>, digits: usize) {
        self.digits += digits;
        match self.places.last_mut() {
            Some((last, known)) if *last == segment => known.end = place.end,
            _ => self.places.push((segment, place)),
        }
    }
}

/// Finds the places of what a speaker should not have said.
fn secrets_of(segments: &[Segment], speaker: Speaker) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    let mut run = Run::default();
    let mut since_word = None;
    let mut end = |run: &mut Run| {
        let ended = core::mem::take(run);
        if ended.is_secret() {
            found.extend(ended.places);
        }
    };
    for (at, segment) in segments.iter().enumerate() {
        let text = segment.text.expose().as_str();
        if segment.speaker != speaker {
            if words(text).count() > INTERJECTION {
                end(&mut run);
            }
            continue;
        }
        let mut last = 0;
        for place in words(text) {
            let word = text.get(place.clone()).unwrap_or_default();
            let between = text.get(last..place.start).unwrap_or_default();
            last = place.end;
            if !between.chars().all(|char| char.is_whitespace() || "-.,/–".contains(char)) {
                end(&mut run);
            }
            if let Some(digits) = digits_in(word) {
                if run.digits == 0 {
                    run = Run { since_word, is_phone: between.ends_with('+'), ..Run::default() };
                }
                run.take(at, place, digits);
                continue;
            }
            end(&mut run);
            let says_secret = SECRET_WORDS.iter().any(|secret| word.to_lowercase() == *secret);
            since_word = if says_secret { Some(0) } else { since_word.map(|words| words + 1) };
        }
    }
    end(&mut run);
    found
}

/// Finds the words of a text: runs of letters and figures.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut begun: Option<usize> = None;
    let ends = text.char_indices().map(|(at, char)| (at, char.is_alphanumeric())).chain([(text.len(), false)]);
    ends.filter_map(move |(at, is_within)| match (begun, is_within) {
        (None, true) => {
            begun = Some(at);
            None
        }
        (Some(from), false) => {
            begun = None;
            Some(from..at)
        }
        _ => None,
    })
}

/// Returns how many digits a word says; `None` if it says none. "Double" and "triple" stand before the figure that they repeat.
fn digits_in(word: &str) -> Option<usize> {
    if word.chars().all(char::is_numeric) {
        return Some(word.chars().count());
    }
    let lower = word.to_lowercase();
    match lower.as_str() {
        "double" => Some(1),
        "triple" => Some(2),
        said => SAID_DIGITS.contains(&said).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn transcript(said: &[(Speaker, &str)]) -> Transcript {
        let segment = |(at, (speaker, text)): (usize, &(Speaker, &str))| {
            let start_ms = u32::try_from(at).unwrap() * 1_000;
            Segment {
                speaker: *speaker,
                start_ms,
                end_ms: start_ms + 900,
                text: Pii::new(Text::cut(text)),
                confidence: None,
            }
        };
        Transcript { segments: said.iter().enumerate().map(segment).collect(), ..Transcript::default() }
    }

    fn check(said: &str, expected: &str) {
        let told = transcript(&[(Speaker::Unknown, said)]).without_secrets();
        assert_eq!(told.text().expose(), expected, "{said}");
    }

    #[test]
    fn cards_go_and_phone_numbers_stay() {
        check("4111111111111111", "[removed]");
        check("4111-1111-1111-1111.", "[removed].");
        check("Visa 4111 1111, 1111 1111 thanks", "Visa [removed] thanks");
        check("3782 822463 10005 expires 12/27", "[removed] expires [removed]");
        check("four one one one, one one one one, double one, double one, triple one one", "[removed]");
        check("cuatro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno", "[removed]");
        check("my social is 078-05-1120", "my social is [removed]");
        check("the security code on the back is 123", "the security code on the back is [removed]");
        check("CVV: 1234, expires 12/27", "CVV: [removed], expires [removed]");
        check("account number 123456", "account number [removed]");
        for stays in [
            "call me at (773) 555-0140",
            "773 555 0140 or 1 773 555 0141 please",
            "+44 20 7946 0018 or +491234567890",
            "We open at 9, on 24 June 2026",
            "order 12345678",
            "one two three",
            "It costs 1,250.00",
            "apartment 12, 60611 Chicago",
            "",
        ] {
            check(stays, stays);
        }
    }

    #[test]
    fn a_number_goes_over_segments_and_interjections() {
        use Speaker::{Business, Caller};
        let told = transcript(&[
            (Business, "What is the card number?"),
            (Caller, "It is 4111"),
            (Business, "uh-huh"),
            (Caller, "1111 1111"),
            (Business, "go on"),
            (Caller, "1111."),
            (Business, "Thank you, that is 4111 1111 1111 1111."),
            (Caller, "Yes, and my number is 773 555 0140."),
        ])
        .without_secrets();
        let text = told.text();
        assert_eq!(
            text.expose().lines().collect::<Vec<_>>(),
            [
                "business: What is the card number?",
                "caller: It is [removed]",
                "business: uh-huh",
                "caller: [removed]",
                "business: go on",
                "caller: [removed].",
                "business: Thank you, that is [removed].",
                "caller: Yes, and my number is 773 555 0140.",
            ]
        );
    }

    proptest! {
        #[test]
        fn no_card_is_left_however_it_is_grouped(digits in "[0-9]{12,19}", cuts in prop::collection::vec(1_usize..5, 0..20), before in "[a-z ]{0,12}") {
            let mut groups = Vec::new();
            let mut rest = digits.as_str();
            for cut in cuts {
                let (group, more) = rest.split_at(cut.min(rest.len()));
                groups.extend(Some(group).filter(|group| !group.is_empty()));
                rest = more;
            }
            groups.extend(Some(rest).filter(|rest| !rest.is_empty()));
            let said = format!("{before} x {}", groups.join(" "));
            let told = transcript(&[(Speaker::Caller, &said)]).without_secrets();
            prop_assert!(!told.text().expose().chars().any(char::is_numeric), "{said}");
        }

        #[test]
        fn any_text_is_taken_and_once_is_enough(said in prop::collection::vec((0_u8..3, ".{0,40}"), 0..6)) {
            let speakers = [Speaker::Caller, Speaker::Business, Speaker::Unknown];
            let said: Vec<_> = said.iter().map(|(speaker, text)| (speakers[usize::from(*speaker)], text.as_str())).collect();
            let once = transcript(&said).without_secrets();
            prop_assert_eq!(once.segments.len(), said.len());
            prop_assert_eq!(once.clone().without_secrets(), once);
        }
    }
}
