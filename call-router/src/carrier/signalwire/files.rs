//! Where is a recording, and how far did a call get? In the owner's own space.

use super::{API_TOKEN, PROJECT_ID, SPACE_URL};
use crate::{
    carrier::{
        profile::Recordings,
        rest_request::{Account, Media, RestError, RestRequest, base},
        twiml::files,
    },
    event::CarrierCallId,
};

/// `SignalWire` hands out as many channels as there are.
pub(super) const RECORDINGS: Recordings = Recordings {
    fetch: |of| request(of.account, &files::sound(of.id)).map(Media::At),
    delete: |of| request(of.account, &files::recording(of.id)),
    read_url: None,
};

/// Says how it is asked how far a call got.
pub(super) fn call_status(account: &Account, call: &CarrierCallId) -> Result<RestRequest, RestError> {
    request(account, &files::call(call))
}

fn request(account: &Account, resource: &str) -> Result<RestRequest, RestError> {
    let space = account.api_url.as_deref().ok_or(RestError::NotSetUp(SPACE_URL))?;
    let id = account.id.clone().ok_or(RestError::NotSetUp(PROJECT_ID))?;
    let secret = account.secret.clone().ok_or(RestError::NotSetUp(API_TOKEN))?;
    Ok(files::request(&format!("{}/api/laml", base(account, space)), id, secret, resource))
}
