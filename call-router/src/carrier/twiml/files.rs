//! Where are recordings and calls? In the interface of Twilio, and of those that took it over.

use crate::{
    carrier::rest_request::{Login, RestRequest, encoded},
    event::{CarrierCallId, RecordingId},
    recording::path_name,
};

/// Names the sound of a recording.
pub(in crate::carrier) fn sound(id: &RecordingId) -> String {
    format!("Recordings/{}.wav", path_name(id))
}

/// Names a recording.
pub(in crate::carrier) fn recording(id: &RecordingId) -> String {
    format!("Recordings/{}.json", path_name(id))
}

/// Names a call.
pub(in crate::carrier) fn call(id: &CarrierCallId) -> String {
    format!("Calls/{}.json", encoded(id.as_str()))
}

/// Asks for something of an account.
pub(in crate::carrier) fn request(base: &str, account: String, secret: String, resource: &str) -> RestRequest {
    let url = format!("{base}/2010-04-01/Accounts/{}/{resource}", encoded(&account));
    RestRequest { url, login: Login::Basic(account, secret) }
}
