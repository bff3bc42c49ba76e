//! What the network vouches for.

use serde::{Deserialize, Serialize};

/// What the network says about the right to use the caller's number (STIR/SHAKEN).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attestation {
    /// How much the caller's carrier vouches for.
    pub level: Option<AttestationLevel>,
    /// Says whether the signature held.
    pub passed: bool,
    /// Says whether the call was diverted on its way.
    pub diverted: bool,
}

/// How much the caller's carrier vouches for. The order is that of trust, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AttestationLevel {
    /// The call came through a gateway; nothing is known.
    C,
    /// The customer is known, the right to the number is not.
    B,
    /// The customer is known and entitled to the number.
    A,
}
