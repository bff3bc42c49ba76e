//! What the carrier is asked after a call: its recording, and how the call ended.
//!
//! The address is built of the carrier's own host and of ids. What a webhook says of an address is never where credentials
//! are sent.

use serde_json::Value;
use url::Url;

use super::{Carrier, fields, profile::RecordingAddress, rest_request::require_one_part};
use crate::{
    call::Recording,
    event::{CallStatus, CarrierCallId, RecordingId},
};

pub use super::{
    rest_request::{Account, Login, Media, RestError, RestRequest},
    vonage::{Application, signed_token},
};

/// Says how a recording is fetched.
///
/// # Errors
/// [`RestError`] if it cannot be.
pub fn media(
    carrier: Carrier,
    account: &Account,
    call: &CarrierCallId,
    id: &RecordingId,
    recording: &Recording,
) -> Result<Media, RestError> {
    let address = address(account, call, id, Some(recording))?;
    let recordings = carrier.profile().recordings.as_ref().ok_or(RestError::NotSupported)?;
    (recordings.fetch)(&address)
}

/// Reads where a recording is out of the answer to [`Media::ToldBy`].
///
/// # Errors
/// [`RestError::WrongAddress`] if that is nowhere, or nowhere that the carrier keeps recordings.
pub fn read_media_url(carrier: Carrier, account: &Account, body: &[u8]) -> Result<RestRequest, RestError> {
    let recordings = carrier.profile().recordings.as_ref().ok_or(RestError::NotSupported)?;
    let read = recordings.read_url.ok_or(RestError::NotSupported)?;
    read(account, body)
}

/// Says how a recording is deleted at the carrier: by the method DELETE.
///
/// # Errors
/// [`RestError`] if it cannot be.
pub fn deletion(
    carrier: Carrier,
    account: &Account,
    call: &CarrierCallId,
    id: &RecordingId,
    recording: Option<&Recording>,
) -> Result<RestRequest, RestError> {
    let address = address(account, call, id, recording)?;
    let recordings = carrier.profile().recordings.as_ref().ok_or(RestError::NotSupported)?;
    (recordings.delete)(&address)
}

/// Says how the carrier is asked how far a call got.
///
/// # Errors
/// [`RestError`] if it cannot be.
pub fn call_status(carrier: Carrier, account: &Account, call: &CarrierCallId) -> Result<RestRequest, RestError> {
    require_one_part(call.as_str())?;
    let ask = carrier.profile().call_status.ok_or(RestError::NotSupported)?;
    ask(account, call)
}

/// Reads the answer to [`call_status`]: how far the call got, and how many seconds it lasted.
pub fn read_call_status(body: &[u8]) -> Option<(CallStatus, Option<u32>)> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let status = fields::call_status(answer.get("status")?.as_str(), "/status").ok()?;
    let duration = answer.get("duration").and_then(|seconds| match seconds {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64().and_then(|seconds| u32::try_from(seconds).ok()),
        _ => None,
    });
    Some((status, duration))
}

fn address<'a>(
    account: &'a Account,
    call: &'a CarrierCallId,
    id: &'a RecordingId,
    recording: Option<&Recording>,
) -> Result<RecordingAddress<'a>, RestError> {
    require_one_part(id.as_str())?;
    let url = recording.and_then(|recording| recording.url.as_ref()).and_then(|url| Url::parse(url.as_str()).ok());
    Ok(RecordingAddress { account, call, id, url, channels: recording.and_then(|recording| recording.channels) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

    fn account() -> Account {
        Account {
            api_url: None,
            id: Some("owner".to_owned()),
            user: Some("user".to_owned()),
            secret: Some("secret".to_owned()),
        }
    }

    fn recording(url: &str, channels: Option<u8>) -> Recording {
        Recording { url: (!url.is_empty()).then(|| url.into()), channels, ..Recording::default() }
    }

    fn media_of(carrier: Carrier, account: &Account, recording: &Recording) -> Result<Media, RestError> {
        media(carrier, account, &CarrierCallId::parse("call").unwrap(), &RecordingId::parse("r/1").unwrap(), recording)
    }

    #[test]
    fn where_recordings_are_fetched() {
        let basic = |user: &str| Login::Basic(user.to_owned(), "secret".to_owned());
        let at = |url: &str, login| Ok(Media::At(RestRequest { url: url.to_owned(), login }));
        let wrong = Err(RestError::WrongAddress);
        let twilio = "https://api.twilio.com/2010-04-01/Accounts/owner/Recordings/r%2F1.wav";
        let plivo = "https://media.plivo.com/v1/Account/owner/Recording/r%2F1.mp3";
        let cases = [
            (Carrier::Twilio, "", None, at(twilio, basic("owner"))),
            (Carrier::Twilio, "", Some(1), at(twilio, basic("owner"))),
            (Carrier::Twilio, "", Some(2), at(&format!("{twilio}?RequestedChannels=2"), basic("owner"))),
            // Whatever the webhook says, the credentials go to the carrier.
            (
                Carrier::Twilio,
                "https://evil.example/2010-04-01/Accounts/x/Recordings/y",
                None,
                at(twilio, basic("owner")),
            ),
            (Carrier::SignalWire, "https://evil.example/", None, Err(RestError::NotSetUp("SIGNALWIRE_SPACE_URL"))),
            (Carrier::Plivo, "", None, at(plivo, basic("owner"))),
            (Carrier::Plivo, "https://media.plivo.com/v1/Account/x/Recording/y.mp3", None, at(plivo, basic("owner"))),
            (
                Carrier::Plivo,
                "https://aps1.media.plivo.com/y.wav",
                None,
                at("https://aps1.media.plivo.com/v1/Account/owner/Recording/r%2F1.wav", basic("owner")),
            ),
            (Carrier::Plivo, "https://media.plivo.com.evil.example/y.mp3", None, wrong.clone()),
            (Carrier::Plivo, "http://media.plivo.com/y.mp3", None, wrong.clone()),
            (Carrier::Plivo, "https://media.plivo.com:8443/y.mp3", None, wrong.clone()),
            (Carrier::Plivo, "https://media.plivo.com@evil.example/y.mp3", None, wrong),
            (
                Carrier::Bandwidth,
                "https://evil.example/",
                None,
                at(
                    "https://voice.bandwidth.com/api/v2/accounts/owner/calls/call/recordings/r%2F1/media",
                    basic("user"),
                ),
            ),
            (
                Carrier::Telnyx,
                "https://evil.example/",
                None,
                Ok(Media::ToldBy(RestRequest {
                    url: "https://api.telnyx.com/v2/recordings/r%2F1".to_owned(),
                    login: Login::Bearer("secret".to_owned()),
                })),
            ),
            (Carrier::Jambonz, "", None, Err(RestError::NotSupported)),
        ];
        for (carrier, url, channels, expected) in cases {
            assert_eq!(media_of(carrier, &account(), &recording(url, channels)), expected, "{carrier:?} {url}");
        }
    }

    #[test]
    fn other_addresses_of_the_interface() {
        let elsewhere = Account { api_url: Some("https://space.signalwire.com/".to_owned()), ..account() };
        let expected = "https://space.signalwire.com/api/laml/2010-04-01/Accounts/owner/Recordings/r%2F1.wav";
        let Ok(Media::At(request)) = media_of(Carrier::SignalWire, &elsewhere, &recording("", Some(2))) else {
            panic!("no address")
        };
        assert_eq!(request.url, expected);
    }

    #[test]
    fn twilios_account_is_told_by_the_address_if_it_is_not_set() {
        let unset = Account { id: None, ..account() };
        let cases = [
            (format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1"), true),
            (format!("https://evil.example/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1"), true),
            ("https://api.twilio.com/2010-04-01/Accounts/..%2Fx/Recordings/RE1".to_owned(), false),
            (format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}0/Recordings/RE1"), false),
            (String::new(), false),
        ];
        for (url, found) in cases {
            let expected = if found {
                Ok(Media::At(RestRequest {
                    url: format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/r%2F1.wav"),
                    login: Login::Basic(ACCOUNT.to_owned(), "secret".to_owned()),
                }))
            } else {
                Err(RestError::NotSetUp("TWILIO_ACCOUNT_SID"))
            };
            assert_eq!(media_of(Carrier::Twilio, &unset, &recording(&url, None)), expected, "{url}");
        }
    }

    #[test]
    fn where_telnyx_says_a_recording_is() {
        let signed = "https://s3.amazonaws.com/telephony-recorder-prod/a/b.wav?X-Amz-Signature=1";
        let of = |wav: &str| serde_json::json!({ "data": { "download_urls": { "wav": wav } } }).to_string();
        let cases = [
            (of(signed), true),
            (of("https://s3.amazonaws.com/somebody-elses/a/b.wav"), false),
            (of("https://s3.amazonaws.com.evil.example/telephony-recorder-prod/a/b.wav"), false),
            (of("http://s3.amazonaws.com/telephony-recorder-prod/a/b.wav"), false),
            (of("http://169.254.169.254/telephony-recorder-prod/"), false),
            ("{}".to_owned(), false),
            ("nonsense".to_owned(), false),
        ];
        for (body, good) in cases {
            let told = read_media_url(Carrier::Telnyx, &account(), body.as_bytes());
            assert_eq!(told.is_ok(), good, "{body}");
            assert!(told.is_err() || told == Ok(RestRequest { url: signed.to_owned(), login: Login::None }));
        }
        let unset = Account { secret: None, ..account() };
        assert!(matches!(media_of(Carrier::Telnyx, &unset, &recording(signed, None)), Ok(Media::At(_))));
        let elsewhere = recording("https://evil.example/telephony-recorder-prod/a.wav", None);
        assert_eq!(media_of(Carrier::Telnyx, &unset, &elsewhere), Err(RestError::WrongAddress));

        let moved = Account { api_url: Some("http://127.0.0.1:8702/".to_owned()), ..account() };
        for (wav, good) in [
            ("http://127.0.0.1:8702/kept/b.wav?X-Amz-Signature=1", true),
            (signed, true),
            ("http://127.0.0.1:8703/kept/b.wav", false),
            ("https://127.0.0.1:8702/kept/b.wav", false),
            ("http://127.0.0.1:8702@evil.example/kept/b.wav", false),
        ] {
            assert_eq!(read_media_url(Carrier::Telnyx, &moved, of(wav).as_bytes()).is_ok(), good, "{wav}");
        }
    }

    #[test]
    fn what_is_not_set_up_is_named() {
        let nothing = Account::default();
        let cases = [
            (Carrier::Twilio, "TWILIO_ACCOUNT_SID"),
            (Carrier::SignalWire, "SIGNALWIRE_SPACE_URL"),
            (Carrier::Telnyx, "TELNYX_API_KEY"),
            (Carrier::Plivo, "PLIVO_AUTH_ID"),
            (Carrier::Bandwidth, "BANDWIDTH_ACCOUNT_ID"),
            (Carrier::Vonage, "VONAGE_APPLICATION_ID"),
        ];
        for (carrier, name) in cases {
            assert_eq!(media_of(carrier, &nothing, &recording("", None)), Err(RestError::NotSetUp(name)));
        }
    }

    #[test]
    fn deletions() {
        let cases = [
            (Carrier::Twilio, Some("https://api.twilio.com/2010-04-01/Accounts/owner/Recordings/r%2F1.json")),
            (Carrier::Telnyx, Some("https://api.telnyx.com/v2/recordings/r%2F1")),
            (Carrier::Plivo, Some("https://api.plivo.com/v1/Account/owner/Recording/r%2F1/")),
            (Carrier::Bandwidth, Some("https://voice.bandwidth.com/api/v2/accounts/owner/calls/call/recordings/r%2F1")),
            (Carrier::Jambonz, None),
        ];
        let (call, id) = (CarrierCallId::parse("call").unwrap(), RecordingId::parse("r/1").unwrap());
        for (carrier, expected) in cases {
            let asked = deletion(carrier, &account(), &call, &id, None).map(|request| request.url);
            assert_eq!(asked.ok().as_deref(), expected, "{carrier:?}");
            assert_eq!(carrier.gives_recordings(), expected.is_some());
        }
    }

    #[test]
    fn dots_lead_nowhere() {
        let (call, dots) = (CarrierCallId::parse("call").unwrap(), RecordingId::parse("..").unwrap());
        for carrier in [Carrier::Twilio, Carrier::Plivo, Carrier::Telnyx, Carrier::Bandwidth] {
            let asked = deletion(carrier, &account(), &call, &dots, None);
            assert_eq!(asked, Err(RestError::WrongAddress), "{carrier:?}");
            let asked = media(carrier, &account(), &call, &dots, &recording("", None));
            assert_eq!(asked, Err(RestError::WrongAddress), "{carrier:?}");
        }
    }

    #[test]
    fn how_far_a_call_got() {
        let cases = [
            (r#"{"status": "completed", "duration": "42"}"#, Some((CallStatus::Completed, Some(42)))),
            (r#"{"status": "in-progress", "duration": null}"#, Some((CallStatus::InProgress, None))),
            (r#"{"status": "no-answer", "duration": 0}"#, Some((CallStatus::NoAnswer, Some(0)))),
            (r#"{"status": "teleported"}"#, None),
            ("{}", None),
            ("<html>", None),
        ];
        for (body, expected) in cases {
            assert_eq!(read_call_status(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn secrets_stay_out_of_logs() {
        let told = format!("{:?} {:?}", account(), media_of(Carrier::Twilio, &account(), &recording("", None)));
        assert!(!told.contains("secret") && !told.contains("user"), "{told}");
    }
}
