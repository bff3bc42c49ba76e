//! The one clock.

use dni_core::time::Millis;
use worker::Date;

/// Returns the time now. The platform lets it stand still between two waits.
pub fn now() -> Millis {
    Millis::from_unix_ms(Date::now().as_millis())
}
