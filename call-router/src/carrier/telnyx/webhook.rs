//! Is a webhook really from Telnyx?

use base64::{Engine, engine::general_purpose::STANDARD};
use dni_core::time::Millis;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::carrier::{
    Secrets, VerifyError,
    request::{Request, require_fresh},
};

/// Checks the `telnyx-signature-ed25519` header against every public key given. It signs the time and the raw body, of
/// forms too, but not the URL.
pub(super) fn verify(request: &Request, keys: &Secrets, now: Millis) -> Result<(), VerifyError> {
    let signature = request.header("telnyx-signature-ed25519").ok_or(VerifyError::NoSignature)?;
    let time = request.header("telnyx-timestamp").ok_or(VerifyError::NoSignature)?;
    let signature = STANDARD.decode(signature).map_err(|_| VerifyError::MalformedSignature)?;
    let signature = Signature::from_slice(&signature).map_err(|_| VerifyError::MalformedSignature)?;
    let seconds = time.parse().map_err(|_| VerifyError::MalformedSignature)?;
    require_fresh(seconds, now.unix_ms() / 1_000)?;
    let signed = [time.as_bytes(), b"|", request.body].concat();
    let genuine = |key: &str| public_key(key).is_some_and(|key| key.verify_strict(&signed, &signature).is_ok());
    if keys.usable().any(genuine) { Ok(()) } else { Err(VerifyError::WrongSignature) }
}

fn public_key(text: &str) -> Option<VerifyingKey> {
    let bytes = STANDARD.decode(text).ok()?;
    VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()
}
