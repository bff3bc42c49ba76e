//! What makes a carrier one: a table of what it does and of what holds for it alone.
//!
//! A carrier is a folder with a `PROFILE`, and one line in the table of carriers ([`super::Carrier`]).

use dni_core::{phone::E164, time::Millis};
use serde_json::Value;
use url::Url;

use super::{
    Hook, ReadError, Request, Secrets, VerifyError,
    rest_request::{Account, Login, Media, RestError, RestRequest},
    setting_names::{AccountNames, SecretNames},
};
use crate::{
    document::Document,
    event::{CallEvent, CarrierCallId, RecordingId},
    lookup::{LookupFields, LookupResult},
};

/// Says how a carrier is asked about a call.
type AskForCall = fn(&Account, &CarrierCallId) -> Result<RestRequest, RestError>;
/// Reads the address of a recording out of an answer.
type ReadUrl = fn(&Account, &[u8]) -> Result<RestRequest, RestError>;

/// A carrier, as the rest of the crate knows it.
pub(super) struct Profile {
    /// Its word in URLs and records: its name in lower-case letters.
    pub(super) id: &'static str,
    /// Its name as people write it.
    pub(super) name: &'static str,
    /// Checks that a webhook comes from it.
    pub(super) verify: fn(&Request, &Secrets, Millis) -> Result<(), VerifyError>,
    /// Finds the URL that the carrier could not have an answer from, where it asks its fallback address and names it.
    pub(super) failed_url: fn(&Webhook) -> Option<String>,
    /// Reads a webhook.
    pub(super) read: fn(&Webhook) -> Result<CallEvent, ReadError>,
    /// Writes a document in its language.
    pub(super) render: fn(&Document, &Secrets) -> String,
    /// What the `Content-Type` of its documents is.
    pub(super) content_type: &'static str,
    /// Whether an empty document changes nothing about a call. If not, an answer that is to change nothing says nothing.
    pub(super) takes_empty_documents: bool,
    /// Whether each of its webhooks names the caller's own call and what made a recording. If not, our URLs do.
    pub(super) names_call_and_source: bool,
    /// What stands behind the URLs at which nobody waits, so that it sends again what could not be taken in; empty if it cannot be
    /// told so.
    pub(super) asks_for_repeats: &'static str,
    /// Whether it asks for what whoever answers hears by GET, where others send a POST.
    pub(super) asks_by_get: bool,
    /// What it can do with whoever answers.
    pub(super) forwarding: Forwarding,
    /// What it does otherwise than most.
    pub(super) quirks: &'static [Quirk],
    /// The names of the secrets that its webhooks are checked with.
    pub(super) secrets: SecretNames,
    /// The names of what its interface is asked with.
    pub(super) account: AccountNames,
    /// How its recordings are fetched and deleted; `None` if that cannot be done.
    pub(super) recordings: Option<Recordings>,
    /// How it is asked how far a call got; `None` if it cannot be.
    pub(super) call_status: Option<AskForCall>,
    /// How it is asked about a caller's number; `None` if it sells no look-up.
    pub(super) lookup: Option<Lookup>,
}

/// A webhook that is known to come from the carrier.
#[derive(Clone, Copy)]
pub(super) struct Webhook<'a> {
    /// Which hook it came to.
    pub(super) hook: Hook,
    /// The URL's query.
    pub(super) query: &'a str,
    /// What its `Content-Type` says.
    pub(super) content_type: &'a str,
    /// The raw body.
    pub(super) body: &'a [u8],
    /// When it was received.
    pub(super) at: Millis,
    /// Whether it came to the fallback address: it may then repeat less than was told first.
    pub(super) is_fallback: bool,
}

/// What a carrier can do with whoever answers a forwarded call.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what a carrier can are facts that have nothing to do with each other"
)]
pub(super) struct Forwarding {
    /// Whether the business can be shown the caller's own number.
    pub(super) shows_callers_number: bool,
    /// Whether whoever answers can be asked to press a key, and be let go if none is pressed.
    pub(super) lets_business_decline: bool,
    /// Whether whoever answers is connected by a document of its own.
    pub(super) asks_before_connecting: bool,
    /// Whether keys can be dialled once a number has answered.
    pub(super) dials_extensions: bool,
}

impl Forwarding {
    /// What most carriers can.
    pub(super) const USUAL: Self = Self {
        shows_callers_number: true,
        lets_business_decline: true,
        asks_before_connecting: false,
        dials_extensions: true,
    };
}

/// What a carrier does otherwise than most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quirk {
    /// It rings one number at a time.
    RingsOneAtATime,
    /// It ends the call when the business hangs up: what follows an answered forward is not carried out.
    EndsWithTheBusiness,
    /// It takes no messages and records no conversations.
    RecordsNothing,
    /// It cannot refuse a call without answering it.
    AnswersWhatIsRefused,
    /// It tells the hook of a forward's result of each status of the leg, so that not every webhook there waits for an answer,
    /// and one that is not understood must get none.
    TellsStatusesToDial,
}

/// How recordings are fetched and deleted.
pub(super) struct Recordings {
    /// Says how a recording is fetched.
    pub(super) fetch: fn(&RecordingAddress) -> Result<Media, RestError>,
    /// Says how a recording is deleted.
    pub(super) delete: fn(&RecordingAddress) -> Result<RestRequest, RestError>,
    /// Reads where a recording is out of an answer; `None` if the carrier need not be asked that first ([`Media::ToldBy`]).
    pub(super) read_url: Option<ReadUrl>,
}

/// Which recording is meant, and by what it can be found.
pub(super) struct RecordingAddress<'a> {
    /// The owner's account.
    pub(super) account: &'a Account,
    /// The call it is of.
    pub(super) call: &'a CarrierCallId,
    /// Its id.
    pub(super) id: &'a RecordingId,
    /// Where a webhook says that it is. Credentials are never sent there.
    pub(super) url: Option<Url>,
    /// How many channels it has; `None` if nobody said.
    pub(super) channels: Option<u8>,
}

/// How a carrier is asked about a caller's number.
pub(crate) struct Lookup {
    /// Where its look-up usually is: scheme and host.
    pub(crate) url: &'static str,
    /// The name of the worker's variable that says where it is instead.
    pub(crate) url_variable: &'static str,
    /// What it is asked with; `None` if the account is not set up for it.
    pub(crate) login: fn(&Account) -> Option<Login>,
    /// Writes path and query of the question.
    pub(crate) path: fn(E164, LookupFields) -> String,
    /// Reads the answer; `None` if it is none.
    pub(crate) read: fn(&Value) -> Option<LookupResult>,
}
