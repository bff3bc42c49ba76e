//! Is this request really from Bandwidth?

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::carrier::{Secrets, VerifyError, request::Request};

/// Checks user name and password of the `Authorization` header against every pair given. Bandwidth signs nothing, so
/// whoever learns them can send whatever they like: they must go over TLS only.
pub(in crate::carrier) fn verify(request: &Request, secrets: &Secrets) -> Result<(), VerifyError> {
    let header = request.header("Authorization").ok_or(VerifyError::NoSignature)?;
    let (scheme, login) = header.split_once(' ').ok_or(VerifyError::MalformedSignature)?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(VerifyError::NoSignature);
    }
    let login = STANDARD.decode(login.trim()).map_err(|_| VerifyError::MalformedSignature)?;
    if secrets.usable().filter(|secret| is_login(secret)).any(|secret| is_same(&login, secret.as_bytes())) {
        Ok(())
    } else {
        Err(VerifyError::WrongSignature)
    }
}

/// Says whether there is both a user name and a password: half of them is a configuration that was forgotten.
fn is_login(secret: &str) -> bool {
    secret.split_once(':').is_some_and(|(name, password)| !name.is_empty() && !password.is_empty())
}

/// Compares in constant time. Their hashes are compared, so that not even the length shows.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    Sha256::digest(one).as_slice().ct_eq(Sha256::digest(other).as_slice()).into()
}
