//! Where is a recording?

use url::Url;

use super::{AUTH_ID, AUTH_TOKEN};
use crate::{
    carrier::{
        profile::Recordings,
        rest_request::{Account, Login, Media, RestError, RestRequest, base, encoded, is_plain_https},
    },
    event::RecordingId,
    recording::path_name,
};

/// Where the interface is.
const API: &str = "https://api.plivo.com";
/// Where recordings are kept, by region; the first is where they are if a webhook does not say.
const MEDIA: [&str; 2] = ["media.plivo.com", "aps1.media.plivo.com"];

pub(super) const RECORDINGS: Recordings = Recordings {
    fetch: |of| media(of.account, of.id, of.url.as_ref()).map(Media::At),
    delete: |of| {
        let (user, secret) = login(of.account)?;
        let url = format!("{}/v1/Account/{}/Recording/{}/", base(of.account, API), encoded(&user), path_name(of.id));
        Ok(RestRequest { url, login: Login::Basic(user, secret) })
    },
    read_url: None,
};

fn media(account: &Account, id: &RecordingId, told: Option<&Url>) -> Result<RestRequest, RestError> {
    let [usual, _] = MEDIA;
    let host = match told {
        None => usual,
        Some(url) if !is_plain_https(url) => return Err(RestError::WrongAddress),
        Some(url) => {
            let known = MEDIA.into_iter().find(|host| url.host_str() == Some(*host));
            known.ok_or(RestError::WrongAddress)?
        }
    };
    let ending = told.and_then(|url| url.path().rsplit('.').next());
    let extension = if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("wav")) { "wav" } else { "mp3" };
    let (user, secret) = login(account)?;
    let url = format!("https://{host}/v1/Account/{}/Recording/{}.{extension}", encoded(&user), path_name(id));
    Ok(RestRequest { url, login: Login::Basic(user, secret) })
}

fn login(account: &Account) -> Result<(String, String), RestError> {
    let user = account.id.clone().ok_or(RestError::NotSetUp(AUTH_ID))?;
    Ok((user, account.secret.clone().ok_or(RestError::NotSetUp(AUTH_TOKEN))?))
}
