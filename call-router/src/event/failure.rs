//! Why a leg could not be put through.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// Longest code of a carrier's, in bytes: Plivo's longest hangup causes have about 40.
const MAX_CODE: usize = 64;
/// Longest sentence of a carrier's, in bytes.
const MAX_MESSAGE: usize = 200;
/// From which answer of SIP on something went wrong.
const SIP_FAILURES: u16 = 400;
/// SIP's answer for what was taken back by whoever began it, which is no failure.
const SIP_TAKEN_BACK: u16 = 487;

/// What the codes that owners can do something about mean: Twilio's (twilio.com/docs/api/errors) and SIP's (RFC 3261, section
/// 21).
const EXPLAINED: [(&str, &str); 19] = [
    ("13214", "The caller id is no number that the carrier lets the account show; set caller_id to 'tracking'."),
    ("13223", "The number is not written as the carrier takes it; write it with its country code."),
    ("13224", "The carrier does not call this number, or nobody has it."),
    ("13225", "The carrier calls no numbers of this kind."),
    ("13226", "The country of the number is none that the carrier knows."),
    (
        "13227",
        "The account is not allowed to call this country; allow it in the carrier's console (Twilio: Voice, Geo permissions).",
    ),
    ("13248", "The caller id is no number that the carrier lets the account show; set caller_id to 'tracking'."),
    ("21210", "The caller id is no number that the carrier lets the account show; set caller_id to 'tracking'."),
    (
        "21215",
        "The account is not allowed to call this country; allow it in the carrier's console (Twilio: Voice, Geo permissions).",
    ),
    ("21216", "The account is not allowed to call this number."),
    (
        "sip_403",
        "The line's carrier refused the call: look whether the account may call there, and which caller id it shows.",
    ),
    ("sip_404", "Nobody has this number."),
    ("sip_408", "The line's carrier did not answer in time."),
    ("sip_480", "The telephone cannot be reached at the moment."),
    ("sip_484", "The number is not complete."),
    ("sip_486", "The line was busy."),
    ("sip_500", "The line's carrier had a fault of its own."),
    ("sip_503", "The line's carrier could not take the call."),
    ("sip_603", "The call was declined."),
];

/// Why a leg could not be put through, as its carrier says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DialFailure {
    /// The carrier's own code or cause; an answer of SIP as `sip_503`.
    pub code: Text<MAX_CODE>,
    /// What the carrier says besides.
    pub message: Option<Text<MAX_MESSAGE>>,
}

impl DialFailure {
    /// Puts together what a carrier says: its own code or cause, the answer of SIP, and words. `None` if it says nothing, or
    /// that nothing went wrong.
    pub fn told(code: Option<&str>, sip: Option<u16>, message: Option<&str>) -> Option<Self> {
        let sip = sip.filter(|sip| *sip >= SIP_FAILURES && *sip != SIP_TAKEN_BACK).map(|sip| format!("sip_{sip}"));
        let code = code.filter(|code| *code != "0");
        let words = match (code, &sip) {
            (Some(_), Some(sip)) => Some(message.map_or_else(|| sip.clone(), |message| format!("{message} ({sip})"))),
            _ => message.map(str::to_owned),
        };
        let code = code.map(str::to_owned).or(sip)?;
        Some(Self { code: Text::cut(&code), message: words.map(Text::from) })
    }

    /// Says what the code means and what to do, where that is known.
    pub fn explanation(&self) -> Option<&'static str> {
        let code = self.code.as_str();
        EXPLAINED.iter().find(|(known, _)| *known == code).map(|(_, sentence)| *sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_carriers_say() {
        let cases = [
            (Some("13227"), None, None, Some(("13227", None))),
            (Some("13227"), Some(403), Some("No permission"), Some(("13227", Some("No permission (sip_403)")))),
            (Some("13224"), Some(404), None, Some(("13224", Some("sip_404")))),
            (None, Some(503), Some("Service Unavailable"), Some(("sip_503", Some("Service Unavailable")))),
            (Some("0"), Some(486), None, Some(("sip_486", None))),
            (None, Some(200), Some("OK"), None),
            (None, Some(487), None, None),
            (None, None, Some("words alone"), None),
            (Some("0"), None, None, None),
        ];
        for (code, sip, message, expected) in cases {
            let told = DialFailure::told(code, sip, message);
            let told = told.as_ref().map(|told| (told.code.as_str(), told.message.as_ref().map(Text::as_str)));
            assert_eq!(told, expected, "{code:?} {sip:?} {message:?}");
        }
    }

    #[test]
    fn every_code_is_explained_once_and_in_a_sentence() {
        assert!(EXPLAINED.is_sorted_by_key(|(code, _)| *code));
        assert!(EXPLAINED.iter().all(|(_, sentence)| sentence.ends_with('.')));
        let unknown = DialFailure::told(Some("99999"), None, None).unwrap();
        assert_eq!(unknown.explanation(), None);
    }
}
