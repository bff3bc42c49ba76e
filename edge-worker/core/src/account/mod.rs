//! Who may ask: the owner's secrets, the keys that are derived from them for one purpose each, and the tokens they sign.

pub mod api_key;
pub mod secret;
pub mod session;
pub mod signing;
