//! Where is a recording, and how far did a call get?

use url::Url;

use super::{ACCOUNT_SID, AUTH_TOKEN};
use crate::{
    carrier::{
        profile::Recordings,
        rest_request::{Account, Media, RestError, RestRequest, base},
        twiml::files,
    },
    event::CarrierCallId,
};

/// Where the interface is.
const API: &str = "https://api.twilio.com";
/// The length of account ids, `AC` and 32 hexadecimal digits.
const ACCOUNT_LENGTH: usize = 34;

/// Two channels are asked for only where there are two: Twilio refuses them otherwise (its warning 16113).
pub(super) const RECORDINGS: Recordings = Recordings {
    fetch: |of| {
        let channels = if of.channels == Some(2) { "?RequestedChannels=2" } else { "" };
        request(of.account, of.url.as_ref(), &format!("{}{channels}", files::sound(of.id))).map(Media::At)
    },
    delete: |of| request(of.account, of.url.as_ref(), &files::recording(of.id)),
    read_url: None,
};

/// Says how it is asked how far a call got.
pub(super) fn call_status(account: &Account, call: &CarrierCallId) -> Result<RestRequest, RestError> {
    request(account, None, &files::call(call))
}

fn request(account: &Account, told: Option<&Url>, resource: &str) -> Result<RestRequest, RestError> {
    let id = account.id.clone().or_else(|| account_named_by(told)).ok_or(RestError::NotSetUp(ACCOUNT_SID))?;
    let secret = account.secret.clone().ok_or(RestError::NotSetUp(AUTH_TOKEN))?;
    Ok(files::request(base(account, API), id, secret, resource))
}

/// Twilio's addresses name the account.
fn account_named_by(told: Option<&Url>) -> Option<String> {
    let mut parts = told?.path_segments()?.skip_while(|part| *part != "Accounts");
    let id = parts.nth(1)?;
    let digits = id.strip_prefix("AC")?;
    let fits = id.len() == ACCOUNT_LENGTH && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| id.to_owned())
}
