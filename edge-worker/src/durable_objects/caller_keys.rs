//! Callers' numbers as keyed hashes.

use std::cell::OnceCell;

use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::pool::CallerKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use worker::{Result, SqlStorage};

use crate::store::object::caller_secret;

/// Makes callers' keys with an object's own secret. Without the secret, which never leaves the object, nobody can try out
/// numbers on them.
pub struct CallerKeys {
    sql: SqlStorage,
    /// Read once it is needed.
    secret: OnceCell<String>,
}

impl CallerKeys {
    /// Takes the object's store.
    pub fn new(sql: SqlStorage) -> Self {
        Self { sql, secret: OnceCell::new() }
    }

    /// Makes a caller's key.
    pub fn key_of(&self, caller: &Pii<E164>) -> Result<CallerKey> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret()?.as_bytes()).map_err(|error| error.to_string())?;
        mac.update(caller.expose().digits().as_bytes());
        let first = mac.finalize().into_bytes().iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte));
        Ok(CallerKey::from_bits(first))
    }

    fn secret(&self) -> Result<&str> {
        if let Some(secret) = self.secret.get() {
            return Ok(secret);
        }
        let secret = caller_secret::read_or_make(&self.sql, new_secret)?;
        Ok(self.secret.get_or_init(|| secret))
    }
}

fn new_secret() -> Result<String> {
    let mut random = [[0_u8; 16]; 2];
    for half in &mut random {
        getrandom::fill(half).map_err(|error| error.to_string())?;
    }
    let [one, other] = random.map(u128::from_be_bytes);
    Ok(format!("{one:032x}{other:032x}"))
}
