//! The characters of a written number, in every script.

/// The zero of each set of decimal digits (Unicode 14, general category Nd); the nine others follow it.
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0,
    0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60,
    0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// Returns the digit that `char` is in its script, as an ASCII byte: `5` and `５` alike.
pub(super) fn digit(char: char) -> Option<u8> {
    if char.is_ascii() {
        return char.is_ascii_digit().then_some(char as u8);
    }
    let code = u32::from(char);
    let zero = ZEROS.get(ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?)?;
    let value = u8::try_from(code - zero).ok()?;
    (value < 10).then(|| b'0' + value)
}

/// The zeros of the scripts that numbers are written in on pages beside ASCII: Arabic, Persian, Devanagari, Bengali, Thai,
/// Burmese, Khmer, and the wide digits of East Asia.
const ZEROS_ON_PAGES: [u32; 8] = [0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1040, 0x17E0, 0xFF10];

/// Returns the digit that `char` is on a page, as an ASCII byte. The scripts are fewer than those of [`digit`], whose table the
/// browser is spared.
pub(super) fn digit_on_page(char: char) -> Option<u8> {
    let code = u32::from(char);
    let zero = if code < 0x80 { 0x30 } else { *ZEROS_ON_PAGES.iter().rfind(|zero| **zero <= code)? };
    let value = code.wrapping_sub(zero);
    u8::try_from(value).ok().filter(|value| *value < 10).map(|value| b'0' + value)
}

/// Returns how a digit is written in the scripts of pages, ASCII first.
pub(super) fn written_digits(digit: u8) -> impl Iterator<Item = char> {
    let zeros = [0x30].into_iter().chain(ZEROS_ON_PAGES);
    zeros.filter_map(move |zero| char::from_u32(zero + u32::from(digit.wrapping_sub(b'0'))))
}

/// Returns the zero of the other script in which the people behind a country code often write digits, ASCII's if there is none.
pub(super) fn zero_in(country_code: &str) -> u32 {
    match country_code.bytes().fold(0, |code, digit| code * 10 + u32::from(digit.wrapping_sub(b'0'))) {
        20 | 961..=974 => 0x660,
        93 | 98 => 0x6F0,
        91 | 977 => 0x966,
        880 => 0x9E6,
        81..=86 | 886 => 0xFF10,
        _ => 0x30,
    }
}

/// Says whether `char` is a plus.
pub(super) fn is_plus(char: char) -> bool {
    matches!(char, '+' | '\u{ff0b}')
}

/// Says whether `char` opens a bracket.
pub(super) fn opens(char: char) -> bool {
    matches!(char, '(' | '[' | '\u{ff08}' | '\u{ff3b}')
}

/// Says whether `char` closes a bracket.
pub(super) fn closes(char: char) -> bool {
    matches!(char, ')' | ']' | '\u{ff09}' | '\u{ff3d}')
}

/// Says whether a number may begin with `char` before its first digit.
pub(super) fn leads(char: char) -> bool {
    is_plus(char) || opens(char)
}

/// Says whether `char` may stand between the digits of one written number.
///
/// Blanks, line ends and tabs, which are one blank on the screen; brackets; dots, dashes, bars, slashes and tildes of every
/// kind, the minus sign and the wide ones of East Asian pages among them; and all of Unicode's general punctuation, in which is
/// what keeps a number together or turns its direction and is not seen.
#[inline(never)]
pub(super) fn is_separator(char: char) -> bool {
    opens(char)
        || closes(char)
        || matches!(
            char,
            '\t'..='\r' | ' ' | '-'..='/' | '|' | '~' | '\u{a0}' | '\u{ad}' | '\u{b7}' | '\u{2000}'..='\u{206f}' | '\u{2212}'
                | '\u{2219}' | '\u{223c}' | '\u{22c5}' | '\u{3000}' | '\u{301c}' | '\u{30fb}' | '\u{30fc}' | '\u{fe58}'
                | '\u{fe63}' | '\u{feff}' | '\u{ff0d}'..='\u{ff0f}' | '\u{ff5c}' | '\u{ff5e}' | '\u{ff65}'
        )
}

/// Says whether `char` may stand between two digits of a number that nobody knows beforehand: those of the separators that
/// libphonenumber takes, and an x before an extension or behind a carrier's code.
pub(super) fn joins(char: char) -> bool {
    opens(char)
        || closes(char)
        || matches!(
            char,
            '-' | 'x' | 'X' | ' ' | '.' | '/' | '~' | '\u{a0}' | '\u{ad}' | '\u{200b}' | '\u{2010}'..='\u{2015}'
                | '\u{2053}' | '\u{2060}' | '\u{2212}' | '\u{223c}' | '\u{3000}' | '\u{30fc}' | '\u{ff0d}'..='\u{ff0f}'
                | '\u{ff5e}'
        )
}

/// Says whether `char` is a space of those that [`joins`], or a tab.
pub(super) fn is_space(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\u{a0}' | '\u{3000}')
}

/// Says whether `char` makes the digits beside it part of a word, a price or a share: a Latin letter or a combining accent,
/// a currency sign, a percent sign.
pub(super) fn binds(char: char) -> bool {
    match char {
        '\0'..='\x7f' => char.is_ascii_alphabetic() || matches!(char, '$' | '%'),
        '\u{d7}' | '\u{f7}' => false,
        '\u{a2}'..='\u{a5}'
        | '\u{aa}'
        | '\u{b5}'
        | '\u{ba}'
        | '\u{c0}'..='\u{24f}'
        | '\u{300}'..='\u{36f}'
        | '\u{1e00}'..='\u{1eff}' => true,
        _ => is_currency(char),
    }
}

/// Unicode's currency signs beyond Latin-1 (general category Sc).
fn is_currency(char: char) -> bool {
    matches!(
        char,
        '\u{58f}' | '\u{60b}' | '\u{7fe}' | '\u{7ff}' | '\u{9f2}' | '\u{9f3}' | '\u{9fb}' | '\u{af1}' | '\u{bf9}'
            | '\u{e3f}' | '\u{17db}' | '\u{20a0}'..='\u{20c0}' | '\u{a838}' | '\u{fdfc}' | '\u{fe69}' | '\u{ff04}'
            | '\u{ffe0}' | '\u{ffe1}' | '\u{ffe5}' | '\u{ffe6}' | '\u{11fdd}'..='\u{11fe0}' | '\u{1e2ff}' | '\u{1ecb0}'
    )
}

/// Most digits of an extension behind a short sign, such as x: more are a number of their own.
pub(super) const MAX_SHORT: usize = 9;
/// Most digits of an extension behind the pause of a dialler.
pub(super) const MAX_PAUSED: usize = 15;
/// Most digits of an extension that only has a # behind it.
pub(super) const MAX_HASHED: usize = 6;

/// The words before an extension. Longer ones come before those that they end or begin with.
const WORDS: [&str; 17] = [
    "extensi\u{f3}n",
    "extensio\u{301}n",
    "extension",
    "extensi\u{f3}",
    "extensio\u{301}",
    "extensio",
    "extn",
    "ext",
    "xtensi\u{f3}n",
    "xtension",
    "xtn",
    "xt",
    "\u{ff45}\u{ff58}\u{ff54}\u{ff4e}",
    "\u{ff45}\u{ff58}\u{ff54}",
    "\u{ff58}\u{ff54}",
    "\u{434}\u{43e}\u{431}",
    "anexo",
];
/// The short signs before an extension.
const SIGNS: [&str; 8] = ["int", "\u{ff49}\u{ff4e}\u{ff54}", "x", "\u{ff58}", "#", "\u{ff03}", "~", "\u{ff5e}"];

/// Returns what follows the sign of an extension that `text` begins with, and how many digits it may have.
pub(super) fn after_label(text: &str) -> Option<(&str, usize)> {
    labels().find_map(|(label, most)| Some((text.get(folded_length(label, text.chars())?..)?, most)))
}

/// Returns what stands before the sign of an extension that `text` ends with, and how many digits it may have.
pub(super) fn before_label(text: &str) -> Option<(&str, usize)> {
    labels().find_map(|(label, most)| {
        let tail: usize = text.chars().rev().take(label.chars().count()).map(char::len_utf8).sum();
        let (before, tail) = text.split_at_checked(text.len() - tail)?;
        folded_length(label, tail.chars()).map(|_| (before, most))
    })
}

fn labels() -> impl Iterator<Item = (&'static str, usize)> {
    let words = WORDS.iter().map(|word| (*word, super::extension::MAX_DIGITS));
    words.chain(SIGNS.iter().map(|sign| (*sign, MAX_SHORT)))
}

/// Returns the length of `label` in `chars`, in letters of either case, if they begin with it.
fn folded_length(label: &str, mut chars: impl Iterator<Item = char>) -> Option<usize> {
    let mut length = 0;
    for wanted in label.chars() {
        let char = chars.next()?;
        if char != wanted && !char.to_lowercase().eq([wanted]) {
            return None;
        }
        length += char.len_utf8();
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_all_scripts() {
        let cases = [
            ('0', Some(b'0')),
            ('9', Some(b'9')),
            ('５', Some(b'5')),
            ('٣', Some(b'3')),
            ('९', Some(b'9')),
            ('\u{1d7ff}', Some(b'9')),
            ('/', None),
            (':', None),
            ('²', None),
            ('\u{66a}', None),
            ('\u{10ffff}', None),
        ];
        for (char, expected) in cases {
            assert_eq!(digit(char), expected, "{char:?}");
        }
    }

    #[test]
    fn digits_of_pages_are_digits() {
        for zero in ZEROS_ON_PAGES {
            assert!(ZEROS.contains(&zero));
        }
        for char in (0..0x1_1000).filter_map(char::from_u32) {
            let on_page = digit_on_page(char);
            assert!(on_page.is_none() || on_page == digit(char), "{char:?}");
        }
        for byte in b'0'..=b'9' {
            assert!(written_digits(byte).all(|char| digit_on_page(char) == Some(byte)));
            assert_eq!(written_digits(byte).count(), ZEROS_ON_PAGES.len() + 1);
        }
    }

    #[test]
    fn what_joins_two_digits_separates_them_in_a_known_number_too() {
        for char in (0..0x1_1000).filter_map(char::from_u32).filter(|char| joins(*char) && !char.is_ascii_alphabetic())
        {
            assert!(is_separator(char), "{char:?}");
        }
        for char in "0aZé,;:+*#_=@%$'\u{660}".chars() {
            assert!(!is_separator(char), "{char:?}");
        }
    }

    #[test]
    fn neighbours() {
        for char in "aZéßŁ\u{1e9e}\u{301}$%€£￥".chars() {
            assert!(binds(char), "{char:?}");
        }
        for char in " \u{a0}1-_#@×÷жあ\u{2022}".chars() {
            assert!(!binds(char), "{char:?}");
        }
    }
}
