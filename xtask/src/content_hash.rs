//! Hashes of what is built, as file names and pages write them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384};

/// Hex digits of the content hash in a file name: 48 bits, far more than the versions of one file ever need.
const HASH_DIGITS: usize = 12;

/// The part of a file name that changes with the content.
pub fn content_hash(bytes: &[u8]) -> String {
    let mut hash = sha256_hex(bytes);
    hash.truncate(HASH_DIGITS);
    hash
}

/// The SHA-256 of the bytes in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The hash of the bytes as an `integrity` attribute writes it.
pub fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_to_the_first_digits_of_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(content_hash(b"abc"), "ba7816bf8f01");
    }

    #[test]
    fn hashes_as_integrity_attributes_do() {
        // The specification of Subresource Integrity, section 3.1.
        let script = b"alert('Hello, world.');";
        assert_eq!(integrity(script), "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO");
    }
}
