//! What the parsers promise of any text that strangers send, for random input to break.
//!
//! Each target has a folder of inputs in `corpus`, which every test run plays, some of them changed. `cargo xtask fuzz` searches for
//! new ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a panic is how a target says that something does not hold"
)]

#[cfg(test)]
mod corpus;

/// A parser, and what must hold for whatever it is given.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, which its folder in `corpus` has too.
    pub name: &'static str,
    /// Tries one input; panics if it breaks what is promised.
    pub try_input: fn(&[u8]),
}

macro_rules! targets {
    ($($name:ident),+ $(,)?) => {
        mod targets {
            $(pub(super) mod $name;)+
        }

        /// All targets.
        pub const TARGETS: &[Target] = &[$(Target { name: stringify!($name), try_input: targets::$name::try_input }),+];

        #[cfg(test)]
        mod tests {
            use super::{corpus, targets};

            $(
                #[test]
                fn $name() {
                    corpus::play(stringify!($name), targets::$name::try_input);
                }
            )+
        }
    };
}

targets![
    carrier_event,
    flow,
    form_body,
    landing_url,
    phone_finder,
    phone_parser,
    rule_parser,
    speech,
    text_in_document,
    wire
];
