//! What transcribing and summarising cost, by the services' price lists.

/// One model's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// The model, as its service names it.
    pub model: &'static str,
    /// What is paid for.
    pub rate: Rate,
    /// The month the price stood so, and where.
    pub source: &'static str,
}

/// What is paid for, in millionths of a US dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// A minute of sound in one channel; begun seconds are not rounded up to minutes.
    Minute(u32),
    /// A million tokens.
    Tokens {
        /// Of what is asked.
        input: u32,
        /// Of what is answered.
        output: u32,
    },
}

/// Tokens that a language model read and wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Read.
    pub input: u32,
    /// Written.
    pub output: u32,
}

const CLOUDFLARE: &str = "2026-09, developers.cloudflare.com/workers-ai/platform/pricing";
const OPENAI: &str = "2026-04, platform.openai.com/docs/pricing";

/// The prices known. A model that is not listed has no known cost, which is not the same as none.
pub const PRICES: &[Price] = &[
    Price { model: "@cf/openai/whisper-large-v3-turbo", rate: Rate::Minute(510), source: CLOUDFLARE },
    Price { model: "@cf/openai/whisper", rate: Rate::Minute(450), source: CLOUDFLARE },
    Price { model: "@cf/deepgram/nova-3", rate: Rate::Minute(5_200), source: CLOUDFLARE },
    Price {
        model: "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
        rate: Rate::Tokens { input: 293_000, output: 2_253_000 },
        source: CLOUDFLARE,
    },
    Price {
        model: "@cf/meta/llama-3.1-8b-instruct-fp8-fast",
        rate: Rate::Tokens { input: 45_000, output: 384_000 },
        source: CLOUDFLARE,
    },
    Price { model: "whisper-1", rate: Rate::Minute(6_000), source: OPENAI },
    Price { model: "gpt-4o-transcribe", rate: Rate::Minute(6_000), source: OPENAI },
    Price { model: "gpt-4o-mini-transcribe", rate: Rate::Minute(3_000), source: OPENAI },
    Price { model: "gpt-4o-mini", rate: Rate::Tokens { input: 150_000, output: 600_000 }, source: OPENAI },
];

/// Returns what `ms` milliseconds of sound in one channel cost with the model, in millionths of a US dollar, rounded up;
/// `None` if its price is not known.
///
/// ```
/// use call_router::speech::price;
///
/// assert_eq!(price::of_sound("@cf/openai/whisper-large-v3-turbo", 90_000), Some(765));
/// assert_eq!(price::of_sound("a-model-of-ones-own", 90_000), None);
/// ```
pub fn of_sound(model: &str, ms: u32) -> Option<u64> {
    match rate(model)? {
        Rate::Minute(price) => Some((u64::from(ms) * u64::from(price)).div_ceil(60_000)),
        Rate::Tokens { .. } => None,
    }
}

/// Returns what the tokens cost with the model, in millionths of a US dollar, rounded up; `None` if its price is not known.
pub fn of_tokens(model: &str, tokens: Tokens) -> Option<u64> {
    match rate(model)? {
        Rate::Tokens { input, output } => {
            let sum = u64::from(tokens.input) * u64::from(input) + u64::from(tokens.output) * u64::from(output);
            Some(sum.div_ceil(1_000_000))
        }
        Rate::Minute(_) => None,
    }
}

fn rate(model: &str) -> Option<Rate> {
    PRICES.iter().find(|price| price.model == model).map(|price| price.rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs() {
        let tokens = |input, output| Tokens { input, output };
        let llama = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
        assert_eq!(of_tokens(llama, tokens(1_000_000, 0)), Some(293_000));
        assert_eq!(of_tokens(llama, tokens(1, 0)), Some(1), "never less than it costs");
        assert_eq!(of_tokens(llama, tokens(u32::MAX, u32::MAX)), Some(10_934_986_734));
        assert_eq!(of_tokens("whisper-1", tokens(1, 1)), None);
        assert_eq!(of_sound("whisper-1", 60_000), Some(6_000));
        assert_eq!(of_sound("whisper-1", u32::MAX), Some(429_496_730));
        assert_eq!(of_sound("@cf/deepgram/nova-3", 0), Some(0));
        assert_eq!(of_sound(llama, 1), None);
    }

    #[test]
    fn every_price_says_when_and_where_it_was_read() {
        for price in PRICES {
            assert!(price.source.starts_with("202") && price.source.contains(", "), "{}", price.model);
        }
    }
}
