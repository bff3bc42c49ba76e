//! Is this request really from jambonz?

use dni_core::time::Millis;

use crate::carrier::{
    Secrets, VerifyError,
    request::{Request, from_hex, is_hmac_sha256, require_fresh},
};

/// Most signatures of one header that are looked at.
const MAX_SIGNATURES: usize = 8;

/// Checks the `Jambonz-Signature` header, `t=SECONDS,v1=HEX`, against every webhook secret given. It signs the time and
/// the raw body, but not the URL.
pub(in crate::carrier) fn verify(request: &Request, secrets: &Secrets, now: Millis) -> Result<(), VerifyError> {
    let header = request.header("Jambonz-Signature").ok_or(VerifyError::NoSignature)?;
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let (_, time) = parts().find(|(name, _)| *name == "t").ok_or(VerifyError::MalformedSignature)?;
    let signatures: Vec<_> = parts()
        .filter(|(name, _)| *name == "v1")
        .take(MAX_SIGNATURES)
        .filter_map(|(_, signature)| from_hex(signature))
        .collect();
    if signatures.is_empty() {
        return Err(VerifyError::MalformedSignature);
    }
    require_fresh(time.parse().map_err(|_| VerifyError::MalformedSignature)?, now.unix_ms() / 1_000)?;
    let signed = [time.as_bytes(), b".", request.body];
    let genuine = |secret: &str| signatures.iter().any(|signature| is_hmac_sha256(signature, secret, &signed));
    if secrets.usable().any(genuine) { Ok(()) } else { Err(VerifyError::WrongSignature) }
}
