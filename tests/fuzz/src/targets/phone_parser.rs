//! Any text as a phone number: first line, and the rest as an example of how to write it.

use dni_core::phone::{E164, PhoneError, format_like, national};

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (written, example) = text.split_once('\n').unwrap_or((&text, ""));
    for read in [E164::parse, E164::parse_in_nanp] {
        match read(written) {
            Ok(number) => check(number, example),
            Err(problem) => check_problem(problem),
        }
    }
    if let Ok(number) = E164::parse(written) {
        assert_eq!(E164::parse_in_nanp(written), Ok(number), "the international form is read everywhere");
    }
}

fn check(number: E164, example: &str) {
    let digits = number.digits();
    assert!((7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0'));
    assert_eq!(E164::parse(&number.to_string()), Ok(number));
    let json = serde_json::to_string(&number).unwrap();
    assert_eq!(serde_json::from_str::<E164>(&json).unwrap(), number);
    // Canada's 310-xxxx have seven digits.
    assert_eq!(number.nanp_digits().is_some(), digits.starts_with('1') && digits.len() == 11);
    // Elsewhere the national form is read in its own country only.
    if number.nanp_digits().is_some() {
        assert_eq!(E164::parse_in_nanp(&national(number)), Ok(number), "{}", national(number));
    }

    let shown = format_like(number, example);
    let shown_digits: String = without_signs(&shown).chars().filter(char::is_ascii_digit).collect();
    // The national form of another country has neither country code nor, always, the same grouping; its end is the number's.
    let own = number.nanp_digits().unwrap_or(&digits[digits.len() - 4..]);
    assert!(shown_digits.contains(own), "{number} like {example:?} is {shown:?}");
    assert!(shown.len() <= example.len() + 64, "{shown:?} is much longer than {example:?}");
}

/// Leaves out percent signs with their two digits: `%29` is a bracket, not a twenty-nine.
fn without_signs(text: &str) -> String {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        let is_sign = part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        kept + if is_sign { &part[2..] } else { part }
    })
}

fn check_problem(problem: PhoneError) {
    assert!(problem.code().starts_with("phone_") && problem.to_string().ends_with('.'));
}
