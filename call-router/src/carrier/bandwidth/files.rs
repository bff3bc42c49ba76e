//! Where is a recording? Under its call.

use super::{ACCOUNT_ID, API_PASSWORD, API_USERNAME};
use crate::{
    carrier::{
        profile::{RecordingAddress, Recordings},
        rest_request::{Login, Media, RestError, RestRequest, base, encoded},
    },
    recording::path_name,
};

/// Where the interface is.
const API: &str = "https://voice.bandwidth.com";

pub(super) const RECORDINGS: Recordings =
    Recordings { fetch: |of| request(of, "/media").map(Media::At), delete: |of| request(of, ""), read_url: None };

fn request(of: &RecordingAddress, rest: &str) -> Result<RestRequest, RestError> {
    let owner = of.account.id.as_deref().ok_or(RestError::NotSetUp(ACCOUNT_ID))?;
    let user = of.account.user.clone().ok_or(RestError::NotSetUp(API_USERNAME))?;
    let secret = of.account.secret.clone().ok_or(RestError::NotSetUp(API_PASSWORD))?;
    let (base, owner, call) = (base(of.account, API), encoded(owner), encoded(of.call.as_str()));
    let url = format!("{base}/api/v2/accounts/{owner}/calls/{call}/recordings/{}{rest}", path_name(of.id));
    Ok(RestRequest { url, login: Login::Basic(user, secret) })
}
