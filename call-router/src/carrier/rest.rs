//! What the carrier is asked after a call: its recording, and how the call ended.
//!
//! The address is built of the carrier's own host and of ids. What a webhook says of an address is never where credentials
//! are sent.

use core::fmt;

use serde_json::Value;
use url::Url;

pub use super::vonage::{Application, signed_token};
use super::{Carrier, fields, vonage};
use crate::{
    call::Recording,
    event::{CallStatus, CarrierCallId, RecordingId},
    recording::path_name,
};

const TWILIO: &str = "https://api.twilio.com";
const TELNYX: &str = "https://api.telnyx.com";
const PLIVO: &str = "https://api.plivo.com";
const BANDWIDTH: &str = "https://voice.bandwidth.com";
/// Where Plivo keeps recordings, by region; the first is where they are if a webhook does not say.
const PLIVO_MEDIA: [&str; 2] = ["media.plivo.com", "aps1.media.plivo.com"];
/// Where Telnyx keeps recordings: host and beginning of the path. Its addresses are signed and good for ten minutes.
const TELNYX_MEDIA: [(&str, &str); 2] = [
    ("s3.amazonaws.com", "/telephony-recorder-prod/"),
    ("s3.eu-central-1.amazonaws.com", "/telephony-recorder-prod-fr5/"),
];
/// The length of Twilio's account ids, `AC` and 32 hexadecimal digits.
const TWILIO_ACCOUNT_LENGTH: usize = 34;

/// The owner's account at a carrier, as far as it is set up.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Where the carrier's REST API is, if not at its usual address: scheme and host.
    pub api_url: Option<String>,
    /// The account's id.
    pub id: Option<String>,
    /// The user name, where it is not the account's id.
    pub user: Option<String>,
    /// The token, key or password.
    pub secret: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Account").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// One request to a carrier.
#[derive(Clone, PartialEq, Eq)]
pub struct RestRequest {
    /// The address.
    pub url: String,
    /// What the request is made with.
    pub login: Login,
}

/// What a request is made with.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// Nothing: the address itself is signed.
    None,
    /// User name and password.
    Basic(String, String),
    /// A key.
    Bearer(String),
    /// A token that this application signs for the request.
    Signed(Application),
}

impl fmt::Debug for RestRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("RestRequest([redacted])")
    }
}

/// How a recording is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Media {
    /// From here.
    At(RestRequest),
    /// From where the answer says, as read by [`read_media_url`].
    ToldBy(RestRequest),
}

/// Why a carrier cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestError {
    /// The carrier offers no such thing, or not in a way that is understood.
    NotSupported,
    /// The worker lacks this variable or secret.
    NotSetUp(&'static str),
    /// This secret of the worker is not the key that it should be.
    BadKey(&'static str),
    /// The recording is said to be where the carrier keeps none.
    WrongAddress,
}

/// Says how a recording is fetched.
///
/// Two channels are asked of Twilio only where there are two: it refuses them otherwise (its warning 16113). The others hand out
/// what they have.
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
    require_one_part(id.as_str())?;
    let url = recording.url.as_ref().and_then(|url| Url::parse(url.as_str()).ok());
    match carrier {
        Carrier::Twilio | Carrier::SignalWire => {
            let are_two = carrier == Carrier::Twilio && recording.channels == Some(2);
            let channels = if are_two { "?RequestedChannels=2" } else { "" };
            twilio_like(carrier, account, url.as_ref(), &format!("Recordings/{}.wav{channels}", path_name(id)))
                .map(Media::At)
        }
        Carrier::Telnyx => match (&account.secret, url) {
            (Some(_), _) => telnyx_recording(account, id).map(Media::ToldBy),
            (None, Some(url)) => telnyx_media(account, &url).map(Media::At),
            (None, None) => Err(RestError::NotSetUp("TELNYX_API_KEY")),
        },
        Carrier::Plivo => plivo_media(account, id, url.as_ref()).map(Media::At),
        Carrier::Bandwidth => bandwidth(account, call, id, "/media").map(Media::At),
        Carrier::Vonage => vonage::file(account, url.as_ref()).map(Media::At),
        Carrier::Jambonz => Err(RestError::NotSupported),
    }
}

/// Reads where a recording is out of the answer to [`Media::ToldBy`].
///
/// # Errors
/// [`RestError::WrongAddress`] if that is nowhere, or nowhere that the carrier keeps recordings.
pub fn read_media_url(account: &Account, body: &[u8]) -> Result<RestRequest, RestError> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| RestError::WrongAddress)?;
    let told = ["/data/download_urls/wav", "/data/download_urls/mp3"];
    let mut urls = told.iter().filter_map(|pointer| Url::parse(answer.pointer(pointer)?.as_str()?).ok());
    telnyx_media(account, &urls.next().ok_or(RestError::WrongAddress)?)
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
    require_one_part(id.as_str())?;
    let url = recording.and_then(|recording| recording.url.as_ref()).and_then(|url| Url::parse(url.as_str()).ok());
    match carrier {
        Carrier::Twilio | Carrier::SignalWire => {
            twilio_like(carrier, account, url.as_ref(), &format!("Recordings/{}.json", path_name(id)))
        }
        Carrier::Telnyx => telnyx_recording(account, id),
        Carrier::Plivo => {
            let (user, secret) = plivo_login(account)?;
            let url = format!("{}/v1/Account/{}/Recording/{}/", base(account, PLIVO), encoded(&user), path_name(id));
            Ok(RestRequest { url, login: Login::Basic(user, secret) })
        }
        Carrier::Bandwidth => bandwidth(account, call, id, ""),
        Carrier::Vonage => vonage::deleted_file(account, url.as_ref()),
        Carrier::Jambonz => Err(RestError::NotSupported),
    }
}

impl Carrier {
    /// Says whether its recordings can be copied and deleted.
    pub const fn gives_recordings(self) -> bool {
        !matches!(self, Self::Jambonz)
    }
}

/// Says how the carrier is asked how far a call got.
///
/// # Errors
/// [`RestError`] if it cannot be.
pub fn call_status(carrier: Carrier, account: &Account, call: &CarrierCallId) -> Result<RestRequest, RestError> {
    require_one_part(call.as_str())?;
    match carrier {
        Carrier::Twilio | Carrier::SignalWire => {
            twilio_like(carrier, account, None, &format!("Calls/{}.json", encoded(call.as_str())))
        }
        _ => Err(RestError::NotSupported),
    }
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

fn twilio_like(
    carrier: Carrier,
    account: &Account,
    told: Option<&Url>,
    resource: &str,
) -> Result<RestRequest, RestError> {
    let (base, prefix, secret) = match carrier {
        Carrier::SignalWire => {
            let space = account.api_url.as_deref().ok_or(RestError::NotSetUp("SIGNALWIRE_SPACE_URL"))?;
            (trimmed(space), "/api/laml", "SIGNALWIRE_API_TOKEN")
        }
        _ => (base(account, TWILIO), "", "TWILIO_AUTH_TOKEN"),
    };
    let id = match (carrier, &account.id) {
        (_, Some(id)) => id.clone(),
        (Carrier::Twilio, None) => twilio_account(told).ok_or(RestError::NotSetUp("TWILIO_ACCOUNT_SID"))?,
        (_, None) => return Err(RestError::NotSetUp("SIGNALWIRE_PROJECT_ID")),
    };
    let secret = account.secret.clone().ok_or(RestError::NotSetUp(secret))?;
    let url = format!("{base}{prefix}/2010-04-01/Accounts/{}/{resource}", encoded(&id));
    Ok(RestRequest { url, login: Login::Basic(id, secret) })
}

/// Twilio's addresses name the account.
fn twilio_account(told: Option<&Url>) -> Option<String> {
    let mut parts = told?.path_segments()?.skip_while(|part| *part != "Accounts");
    let id = parts.nth(1)?;
    let digits = id.strip_prefix("AC")?;
    let fits = id.len() == TWILIO_ACCOUNT_LENGTH && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| id.to_owned())
}

fn telnyx_recording(account: &Account, id: &RecordingId) -> Result<RestRequest, RestError> {
    let key = account.secret.clone().ok_or(RestError::NotSetUp("TELNYX_API_KEY"))?;
    let url = format!("{}/v2/recordings/{}", base(account, TELNYX), path_name(id));
    Ok(RestRequest { url, login: Login::Bearer(key) })
}

/// Where the owner names another address of the interface, recordings are there, too.
fn telnyx_media(account: &Account, url: &Url) -> Result<RestRequest, RestError> {
    let known = |(host, path): &(&str, &str)| url.host_str() == Some(*host) && url.path().starts_with(path);
    let api = account.api_url.as_deref().and_then(|api| Url::parse(api).ok());
    let is_at_api = api.is_some_and(|api| api.origin().is_tuple() && api.origin() == url.origin());
    if is_at_api || (is_plain_https(url) && TELNYX_MEDIA.iter().any(known)) {
        Ok(RestRequest { url: url.as_str().to_owned(), login: Login::None })
    } else {
        Err(RestError::WrongAddress)
    }
}

fn plivo_media(account: &Account, id: &RecordingId, told: Option<&Url>) -> Result<RestRequest, RestError> {
    let [usual, _] = PLIVO_MEDIA;
    let host = match told {
        None => usual,
        Some(url) if !is_plain_https(url) => return Err(RestError::WrongAddress),
        Some(url) => {
            let known = PLIVO_MEDIA.into_iter().find(|host| url.host_str() == Some(*host));
            known.ok_or(RestError::WrongAddress)?
        }
    };
    let ending = told.and_then(|url| url.path().rsplit('.').next());
    let extension = if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("wav")) { "wav" } else { "mp3" };
    let (user, secret) = plivo_login(account)?;
    let url = format!("https://{host}/v1/Account/{}/Recording/{}.{extension}", encoded(&user), path_name(id));
    Ok(RestRequest { url, login: Login::Basic(user, secret) })
}

fn plivo_login(account: &Account) -> Result<(String, String), RestError> {
    let user = account.id.clone().ok_or(RestError::NotSetUp("PLIVO_AUTH_ID"))?;
    Ok((user, account.secret.clone().ok_or(RestError::NotSetUp("PLIVO_AUTH_TOKEN"))?))
}

fn bandwidth(account: &Account, call: &CarrierCallId, id: &RecordingId, rest: &str) -> Result<RestRequest, RestError> {
    let owner = account.id.as_deref().ok_or(RestError::NotSetUp("BANDWIDTH_ACCOUNT_ID"))?;
    let user = account.user.clone().ok_or(RestError::NotSetUp("BANDWIDTH_API_USERNAME"))?;
    let secret = account.secret.clone().ok_or(RestError::NotSetUp("BANDWIDTH_API_PASSWORD"))?;
    let (base, owner, call) = (base(account, BANDWIDTH), encoded(owner), encoded(call.as_str()));
    let url = format!("{base}/api/v2/accounts/{owner}/calls/{call}/recordings/{}{rest}", path_name(id));
    Ok(RestRequest { url, login: Login::Basic(user, secret) })
}

pub(super) fn is_plain_https(url: &Url) -> bool {
    url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none()
}

pub(super) fn base<'a>(account: &'a Account, usual: &'a str) -> &'a str {
    account.api_url.as_deref().map_or(usual, trimmed)
}

fn trimmed(url: &str) -> &str {
    url.trim_end_matches('/')
}

/// Dots alone would lead to another address, however they are encoded.
pub(super) fn require_one_part(id: &str) -> Result<(), RestError> {
    if id.bytes().all(|byte| byte == b'.') { Err(RestError::WrongAddress) } else { Ok(()) }
}

/// Writes a text so that it can be one part of a path.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl RestError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSupported => "not_supported",
            Self::NotSetUp(_) => "not_set_up",
            Self::BadKey(_) => "bad_key",
            Self::WrongAddress => "wrong_address",
        }
    }
}

impl fmt::Display for RestError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSupported => {
                out.write_str("This carrier's recordings cannot be fetched; they stay at the carrier.")
            }
            Self::NotSetUp(name) => {
                write!(out, "The worker lacks {name}; set it, see docs/recordings.md, and restart the task.")
            }
            Self::BadKey(name) => write!(
                out,
                "The worker's {name} is no private key in PEM (BEGIN PRIVATE KEY, an RSA key); set it as the carrier gave it, see docs/recordings.md."
            ),
            Self::WrongAddress => out.write_str(
                "The recording is said to be at a host where the carrier keeps none; it is not fetched from there.",
            ),
        }
    }
}

impl core::error::Error for RestError {}

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
            let told = read_media_url(&account(), body.as_bytes());
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
            assert_eq!(read_media_url(&moved, of(wav).as_bytes()).is_ok(), good, "{wav}");
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
