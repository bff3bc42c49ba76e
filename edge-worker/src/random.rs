//! Random bytes, from the platform.

use crate::http::problem::Problem;

/// Returns random bytes that nobody can guess.
pub fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Problem::unavailable)?;
    Ok(bytes)
}
