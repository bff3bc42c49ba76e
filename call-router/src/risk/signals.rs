//! The signals of a robocall, and what each is worth.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Declares the signals from one table: stable code, points, sentence for people, and where the weight comes from.
macro_rules! signals {
    ($($signal:ident = $code:literal, $points:literal, $sentence:literal, $source:literal;)*) => {
        /// A signal that speaks for or against a call being a robocall.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Signal { $(#[doc = $sentence] $signal,)* }

        impl Signal {
            /// Every signal.
            pub const ALL: &[Self] = &[$(Self::$signal,)*];

            /// Returns the stable code for machines.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$signal => $code,)* }
            }

            /// Returns what the signal is worth, -100 to 100. Complaints are worth more the more there are.
            pub const fn points(self) -> i16 {
                match self { $(Self::$signal => $points,)* }
            }

            /// Returns where the weight comes from.
            pub const fn source(self) -> &'static str {
                match self { $(Self::$signal => $source,)* }
            }
        }

        impl fmt::Display for Signal {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(match self { $(Self::$signal => $sentence,)* })
            }
        }
    };
}

// The weights are our own; a source says what each rests on. Two strong signals, or a strong one and two weak ones, reach 60,
// at which asking for a key costs an honest caller little.
signals! {
    Allowed = "allowed", -100, "You list the caller among those who are always let through.", "the owner's own word";
    Blocked = "blocked", 100, "You list the caller among those who never are.", "the owner's own word";
    Reported = "reported", 60, "A service that the carrier asked takes the call for a robocall.",
        "Nomorobo and Marchex verdicts as Twilio add-ons: made by listening in on many lines, so the strongest single signal";
    Forged = "forged", 40, "The caller's carrier signed for the number, and the signature does not hold.",
        "STIR/SHAKEN verstat values, Twilio's page on trusted calling";
    InvalidNumber = "invalid_number", 40, "The caller's number cannot exist.",
        "the rules of the North American plan: nobody was ever given such a number";
    OwnNumber = "own_number", 40, "The caller shows the very number that was dialled.",
        "Prasad et al., USENIX Security 2020: spoofing sometimes uses the callee's own number";
    ManyNumbers = "many_numbers", 30, "The caller dialled three or more of your numbers within ten minutes.",
        "Prasad et al., USENIX Security 2020: campaigns run through lists of numbers; people dial the one they see";
    Silent = "silent", 25, "The caller pressed nothing where a key was asked for.",
        "the press-a-key gate: a recording does not answer, but neither does somebody who does not understand";
    SilentBefore = "silent_before", 25, "The caller pressed nothing when they were last asked for a key.",
        "the same gate: what was silent once is likely to be so again";
    Complaints = "complaints", 0, "Others have complained of the number in the last thirty days.",
        "the FTC's do-not-call complaints: about the number shown, which may be borrowed";
    ManyCalls = "many_calls", 15, "The caller called five times or more within an hour.",
        "our own threshold: eager customers call twice or thrice";
    OnlyGlimpses = "only_glimpses", 15, "All earlier calls of the caller were over within six seconds.",
        "our own threshold: diallers hang up where no person answers";
    Withheld = "withheld", 10, "The caller keeps the number to themselves.",
        "common among honest callers too, so a weak signal";
    Neighbour = "neighbour", 10, "The caller's number differs from the one dialled only in its last four digits.",
        "Prasad et al., USENIX Security 2020: neighbour spoofing is a small share of robocalls";
    Gateway = "gateway", 10, "The caller's carrier vouches for nothing but the gateway the call came through.",
        "attestation C; foreign callers have no other";
    Vouched = "vouched", -10, "The caller's carrier vouches for the number.",
        "Prasad et al., arXiv 2410.17361: robocallers get attestation A as well, so it is weak evidence";
    PassedBefore = "passed_before", -30, "The caller pressed the key when they were last asked for one.",
        "the press-a-key gate, from its other side: worth less than a conversation, as numbers can be borrowed";
    SpokeBefore = "spoke_before", -40, "The caller spoke with you for a minute or more before.",
        "our own threshold: a recording is not listened to for so long";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_has_its_code_sentence_and_source() {
        let mut codes: Vec<_> = Signal::ALL.iter().map(|signal| signal.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Signal::ALL.len());
        for signal in Signal::ALL {
            assert_eq!(serde_json::to_value(signal).unwrap(), signal.code());
            assert!(signal.to_string().ends_with('.') && !signal.source().is_empty());
            assert!((-100..=100).contains(&signal.points()));
        }
    }
}
