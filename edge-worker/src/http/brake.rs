//! Brakes: how often somebody may ask.
//!
//! The platform counts, for each of its locations and for a minute. Where a deployment has not bound a counter, nothing is braked.

use core::time::Duration;

use edge_core::account::network::network_of;
use worker::console_warn;

use super::problem::Problem;
use super::request::Request;

/// How long the counters count.
pub const PERIOD: Duration = Duration::from_mins(1);
/// What a key may ask, as programs read it (draft-ietf-httpapi-ratelimit-headers): 600 requests a minute, ten times what a
/// dashboard asks. wrangler.toml has the same number.
pub const POLICY: &str = "\"key\";q=600;w=60";

/// Counts a request of a key.
pub async fn count_request(request: &Request, key: &str) -> Result<(), Problem> {
    require(request, "API_RATE", key, Problem::TooManyRequests).await
}

/// Counts a wrong key or invitation from where it comes, and logs that it came: never the key itself.
pub async fn count_wrong_key(request: &Request) -> Result<(), Problem> {
    let Some(network) = network_of(&request.header("CF-Connecting-IP")?) else { return Ok(()) };
    console_warn!("wrong_key: {} {} from {network}", request.method(), request.path());
    require(request, "WRONG_KEYS", &network, Problem::TooManyWrongKeys).await
}

async fn require(request: &Request, counter: &str, key: &str, beyond: Problem) -> Result<(), Problem> {
    let Ok(limiter) = request.env().rate_limiter(counter) else { return Ok(()) };
    match limiter.limit(key.to_owned()).await {
        Ok(outcome) if !outcome.success => Err(beyond),
        // A counter that does not answer stops nobody.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_what_the_platform_counts() {
        let counter = include_str!("../../wrangler.toml").split("name = \"API_RATE\"").nth(1).unwrap();
        let limit = counter.split("limit = ").nth(1).unwrap().split(',').next().unwrap();
        assert_eq!(POLICY, format!("\"key\";q={limit};w={}", PERIOD.as_secs()));
    }
}
