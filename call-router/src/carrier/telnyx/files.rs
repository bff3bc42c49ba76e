//! Where is a recording? Telnyx says so when it is asked.

use serde_json::Value;
use url::Url;

use super::API_KEY;
use crate::{
    carrier::{
        profile::Recordings,
        rest_request::{Account, Login, Media, RestError, RestRequest, base, is_plain_https},
    },
    event::RecordingId,
    recording::path_name,
};

/// Where the interface is.
const API: &str = "https://api.telnyx.com";
/// Where recordings are kept: host and beginning of the path. Such addresses are signed and good for ten minutes.
const MEDIA: [(&str, &str); 2] = [
    ("s3.amazonaws.com", "/telephony-recorder-prod/"),
    ("s3.eu-central-1.amazonaws.com", "/telephony-recorder-prod-fr5/"),
];

/// Without a key the address that the webhook says is taken, as long as it is good.
pub(super) const RECORDINGS: Recordings = Recordings {
    fetch: |of| match (&of.account.secret, &of.url) {
        (Some(_), _) => recording(of.account, of.id).map(Media::ToldBy),
        (None, Some(url)) => media(of.account, url).map(Media::At),
        (None, None) => Err(RestError::NotSetUp(API_KEY)),
    },
    delete: |of| recording(of.account, of.id),
    read_url: Some(read_url),
};

fn recording(account: &Account, id: &RecordingId) -> Result<RestRequest, RestError> {
    let key = account.secret.clone().ok_or(RestError::NotSetUp(API_KEY))?;
    let url = format!("{}/v2/recordings/{}", base(account, API), path_name(id));
    Ok(RestRequest { url, login: Login::Bearer(key) })
}

fn read_url(account: &Account, body: &[u8]) -> Result<RestRequest, RestError> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| RestError::WrongAddress)?;
    let told = ["/data/download_urls/wav", "/data/download_urls/mp3"];
    let mut urls = told.iter().filter_map(|pointer| Url::parse(answer.pointer(pointer)?.as_str()?).ok());
    media(account, &urls.next().ok_or(RestError::WrongAddress)?)
}

/// Where the owner names another address of the interface, recordings are there, too.
fn media(account: &Account, url: &Url) -> Result<RestRequest, RestError> {
    let known = |(host, path): &(&str, &str)| url.host_str() == Some(*host) && url.path().starts_with(path);
    let api = account.api_url.as_deref().and_then(|api| Url::parse(api).ok());
    let is_at_api = api.is_some_and(|api| api.origin().is_tuple() && api.origin() == url.origin());
    if is_at_api || (is_plain_https(url) && MEDIA.iter().any(known)) {
        Ok(RestRequest { url: url.as_str().to_owned(), login: Login::None })
    } else {
        Err(RestError::WrongAddress)
    }
}
