//! Who may ask: keys of the API and the console.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::time::Duration;
use dni_core::time::Millis;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use worker::Request;

use crate::http::problem::Problem;
use crate::settings::Settings;

/// How long a console sign-in lasts: a working day.
const SIGNED_IN_FOR: Duration = Duration::from_hours(12);
/// The console's cookie.
const COOKIE: &str = "dni_console";

/// Demands the API key as a Bearer token.
pub fn demand_key(request: &Request, settings: &Settings) -> Result<(), Problem> {
    let header = request.headers().get("Authorization")?.unwrap_or_default();
    let given = header.strip_prefix("Bearer ").unwrap_or_default();
    if is_key(given, settings)? { Ok(()) } else { Err(Problem::WrongKey) }
}

/// Says whether `given` is the API key. Hashes are compared, so that neither content nor length shows in the time.
pub fn is_key(given: &str, settings: &Settings) -> Result<bool, Problem> {
    let wanted = Sha256::digest(settings.api_key()?);
    Ok(bool::from(Sha256::digest(given).ct_eq(&wanted)))
}

/// Says whether the request comes from a signed-in console, or brings the API key itself.
pub fn is_signed_in(request: &Request, settings: &Settings, now: Millis) -> Result<bool, Problem> {
    if demand_key(request, settings).is_ok() {
        return Ok(true);
    }
    let cookies = request.headers().get("Cookie")?.unwrap_or_default();
    let ticket = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    Ok(ticket.is_some_and(|ticket| is_valid_ticket(ticket, settings, now)))
}

/// Makes the cookie of a signed-in console: its end and a MAC over it, nothing of the key.
pub fn sign_in_cookie(settings: &Settings, now: Millis) -> Result<String, Problem> {
    let until = now.after(SIGNED_IN_FOR).unix_ms();
    let mac = URL_SAFE_NO_PAD.encode(ticket_mac(until, settings)?.finalize().into_bytes());
    // Without TLS, on the owner's own machine, a Secure cookie would not come back.
    let secure = if settings.public_url()?.starts_with("https://") { "; Secure" } else { "" };
    let seconds = SIGNED_IN_FOR.as_secs();
    Ok(format!("{COOKIE}={until}.{mac}; Path=/console; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"))
}

/// Makes the cookie that ends a sign-in.
pub fn sign_out_cookie() -> String {
    format!("{COOKIE}=; Path=/console; HttpOnly; SameSite=Strict; Max-Age=0")
}

fn is_valid_ticket(ticket: &str, settings: &Settings, now: Millis) -> bool {
    let Some((until, mac)) = ticket.split_once('.') else { return false };
    let (Ok(until), Ok(mac)) = (until.parse(), URL_SAFE_NO_PAD.decode(mac)) else { return false };
    let genuine = ticket_mac(until, settings).is_ok_and(|expected| expected.verify_slice(&mac).is_ok());
    genuine && now.unix_ms() <= until
}

fn ticket_mac(until: u64, settings: &Settings) -> Result<Hmac<Sha256>, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(settings.api_key()?.as_bytes()).map_err(Problem::unavailable)?;
    mac.update(format!("console until {until}").as_bytes());
    Ok(mac)
}
