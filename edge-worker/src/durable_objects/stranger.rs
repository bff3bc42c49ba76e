//! An id in the place of a visitor's who asked to be forgotten.

use dni_core::id::VisitorId;
use worker::Result;

/// Makes an id that is nobody's. What somebody held stays held by it, so that no call to it is taken for another visitor's.
pub fn stranger() -> Result<VisitorId> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    Ok(VisitorId::from_bits(u128::from_be_bytes(random)))
}
