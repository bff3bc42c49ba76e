//! One request to a carrier's interface, and what it is made with.

use core::fmt;

use url::Url;

use super::vonage::Application;

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
    /// From where the answer says, as read by [`super::rest::read_media_url`].
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

/// Says whether an address is one of https, without user, password or port.
pub(super) fn is_plain_https(url: &Url) -> bool {
    url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none()
}

/// Returns where the interface is, without a slash at the end.
pub(super) fn base<'a>(account: &'a Account, usual: &'a str) -> &'a str {
    account.api_url.as_deref().unwrap_or(usual).trim_end_matches('/')
}

/// Requires that an id is one part of a path: dots alone would lead to another address, however they are encoded.
pub(super) fn require_one_part(id: &str) -> Result<(), RestError> {
    if id.bytes().all(|byte| byte == b'.') { Err(RestError::WrongAddress) } else { Ok(()) }
}

/// Writes a text so that it can be one part of a path.
pub(super) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
