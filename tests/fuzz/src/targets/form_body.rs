//! Any bytes as the form that Twilio sends: read as they are, and read by a decoder of its own and written anew.

use call_router::carrier::{Hook, twilio};
use dni_core::time::Millis;

const HOOKS: [&str; 4] = ["voice", "dial", "gather", "status"];

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(body: &[u8]) {
    let now = Millis::from_unix_ms(1_790_000_000_000);
    let written_anew: Vec<String> =
        fields(body).iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let written_anew = written_anew.join("&");
    for hook in HOOKS {
        let hook = Hook::from_id(hook).unwrap();
        let read = twilio::read(hook, "", body, now);
        assert_eq!(read, twilio::read(hook, "", written_anew.as_bytes(), now), "{written_anew}");
    }
}

/// Decodes a form by the URL Standard (`application/x-www-form-urlencoded`), slowly and plainly.
fn fields(body: &[u8]) -> Vec<(String, String)> {
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            (decoded(&pair[..end]), decoded(pair.get(end + 1..).unwrap_or_default()))
        })
        .collect()
}

fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|two| Some(hex(two[0])? * 16 + hex(two[1])?)).filter(|_| *first == b'%');
        bytes.push(digits.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if digits.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Writes every byte as a percent sign and two digits.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}
