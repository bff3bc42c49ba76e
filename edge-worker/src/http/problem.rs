//! What can be wrong with a request, as a stable code and a sentence.

use std::borrow::Cow;

use call_router::risk::BadComplaints;
use dni_core::id::SiteId;
use dni_core::phone::E164;
use dni_core::time::Millis;
use edge_core::account::access_token::BadAccessToken;
use edge_core::account::api_key::KeyEnded;
use edge_core::account::principal::NotAllowed;
use edge_core::account::secret::TooShort;
use edge_core::api::{BadColumns, BadParameter};
use edge_core::fault::Fault;
use edge_core::timestamp::iso;

/// Largest body taken, in bytes. The largest honest one but for a site is a flow of some hundred steps, about 20 KB.
pub const MAX_BODY: usize = 64 * 1024;
/// Largest site taken, in bytes: one with as many numbers as it may have, a line each.
pub const MAX_LARGE_BODY: usize = 2 * 1024 * 1024;

/// Why a request is refused.
#[derive(Debug)]
pub enum Problem {
    /// No such address.
    NoSuchRoute,
    /// The address exists for other methods: these, as the header `Allow` lists them.
    WrongMethod(String),
    /// No key, or a wrong one.
    WrongKey,
    /// The key was made here, and opens nothing any more.
    KeyEnded(KeyEnded),
    /// Nobody is signed in to the console: the form to sign in is the answer.
    NotSignedIn,
    /// Nobody is signed in to the console, and Cloudflare Access says who they are: they are sent there, and come back.
    SignsInByAccess,
    /// What Cloudflare Access says lets nobody in.
    AccessRefused(BadAccessToken),
    /// Cloudflare Access let somebody in who is no member.
    NoMember,
    /// Somebody who is known may not do this.
    NotAllowed(NotAllowed),
    /// A form was sent by another page than one of the console.
    ForeignForm,
    /// From there came too many wrong keys.
    TooManyWrongKeys,
    /// With this key too much was asked.
    TooManyRequests,
    /// The carrier's signature is missing or wrong.
    WrongSignature(&'static str),
    /// The body is larger than so many bytes.
    TooLarge(usize),
    /// The body is no JSON of the right shape.
    BadJson(String),
    /// A parameter of the address makes no sense.
    BadParameter(&'static str, &'static str),
    /// The address has a parameter, or a name in one, that is not known there: the sentence says which.
    UnknownParameter(String),
    /// No such site.
    UnknownSite,
    /// No such call.
    UnknownCall,
    /// The call goes on, and is not deleted.
    CallGoesOn,
    /// No such call was deleted.
    UnknownErasure,
    /// The call has no such recording.
    UnknownRecording,
    /// The recording is not there to be heard yet, or could not be copied.
    NoRecordingYet,
    /// The recording was deleted.
    RecordingDeleted,
    /// The call has no such task.
    UnknownTask,
    /// The task is done.
    TaskDone,
    /// The request's `Origin` is not one of the site's.
    OriginNotAllowed,
    /// The body is of another shape than that of what it should be: a site, a member.
    Unreadable(&'static str, Fault),
    /// The site's configuration has faults.
    BadSite(Vec<Fault>),
    /// The file is none of complaints.
    BadComplaints(BadComplaints),
    /// A number belongs to another site.
    NumberTaken(E164),
    /// A number was taken out of another site, but until then calls to it may still belong to somebody there.
    NumberStillCalled(E164, Millis),
    /// A number that is to be released is still listed by its site.
    NumberListed(E164, SiteId),
    /// The site that a number belongs to is being published, or deleted.
    StillPublishing(SiteId),
    /// No site has the number.
    UnknownNumber,
    /// No such webhook is kept.
    UnknownWebhook,
    /// No such member.
    UnknownMember,
    /// No such key.
    UnknownKey,
    /// No such session.
    UnknownSession,
    /// Fields of the body have faults.
    BadFields(Vec<Fault>),
    /// Another member has the e-mail address.
    EmailTaken,
    /// There are as many of these as there may be.
    Full(&'static str),
    /// It was changed by somebody else at the same time.
    ChangedMeanwhile,
    /// It has another version than the change is meant for: this one, or none.
    OtherVersion(Option<u32>),
    /// The site has no such version.
    UnknownVersion,
    /// It came by http, where the worker is to be asked by https.
    PlainHttp,
    /// The address is listened to over a WebSocket.
    NeedsWebSocket,
    /// A request with the same Idempotency-Key is being done.
    InProgress,
    /// The Idempotency-Key was sent with another request.
    KeyReused,
    /// The request was done before, and what it made is told once.
    ToldOnce,
    /// The worker lacks a variable or secret.
    NotSetUp(&'static str),
    /// A secret of the worker is so short that it could be guessed.
    WeakSecret(TooShort),
    /// A store or object does not answer. The reason is for the log, not for the client.
    Unavailable(String),
}

impl Problem {
    /// Refuses a body whose fields have faults.
    pub fn of_fields(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::BadFields(faults)) }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadJson(_) | Self::Unreadable(..) | Self::BadParameter(..) | Self::UnknownParameter(_) => 400,
            Self::WrongKey | Self::KeyEnded(_) | Self::NotSignedIn | Self::SignsInByAccess => 401,
            Self::WrongSignature(_)
            | Self::OriginNotAllowed
            | Self::AccessRefused(_)
            | Self::NoMember
            | Self::NotAllowed(_)
            | Self::ForeignForm
            | Self::PlainHttp => 403,
            Self::NoSuchRoute
            | Self::UnknownSite
            | Self::UnknownCall
            | Self::UnknownErasure
            | Self::UnknownRecording
            | Self::NoRecordingYet
            | Self::UnknownTask
            | Self::UnknownNumber
            | Self::UnknownWebhook
            | Self::UnknownVersion
            | Self::UnknownMember
            | Self::UnknownKey
            | Self::UnknownSession => 404,
            Self::WrongMethod(_) => 405,
            Self::NumberTaken(_)
            | Self::NumberStillCalled(..)
            | Self::NumberListed(..)
            | Self::StillPublishing(_)
            | Self::CallGoesOn
            | Self::TaskDone
            | Self::EmailTaken
            | Self::Full(_)
            | Self::ChangedMeanwhile
            | Self::InProgress
            | Self::ToldOnce => 409,
            Self::RecordingDeleted => 410,
            Self::OtherVersion(_) => 412,
            Self::TooLarge(_) => 413,
            Self::BadSite(_) | Self::BadComplaints(_) | Self::BadFields(_) | Self::KeyReused => 422,
            Self::NeedsWebSocket => 426,
            Self::TooManyWrongKeys | Self::TooManyRequests => 429,
            Self::NotSetUp(_) | Self::WeakSecret(_) | Self::Unavailable(_) => 503,
        }
    }

    /// The stable code for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchRoute => "no_such_route",
            Self::WrongMethod(_) => "wrong_method",
            Self::WrongKey | Self::NotSignedIn | Self::SignsInByAccess => "wrong_key",
            Self::KeyEnded(KeyEnded::Expired(_)) => "key_expired",
            Self::KeyEnded(KeyEnded::Revoked(_)) => "key_revoked",
            Self::AccessRefused(_) => "access_refused",
            Self::NoMember => "no_member",
            Self::NotAllowed(NotAllowed::Scope { .. }) => "scope_too_small",
            Self::NotAllowed(NotAllowed::SomeSites) => "some_sites_only",
            Self::NotAllowed(NotAllowed::More) => "more_than_own",
            Self::ForeignForm => "foreign_form",
            Self::TooManyWrongKeys => "too_many_wrong_keys",
            Self::TooManyRequests => "too_many_requests",
            Self::WrongSignature(code) => code,
            Self::TooLarge(_) => "too_large",
            Self::BadJson(_) | Self::Unreadable(..) => "bad_json",
            Self::BadParameter(..) | Self::UnknownParameter(_) => "bad_parameter",
            Self::UnknownSite => "unknown_site",
            Self::UnknownCall => "unknown_call",
            Self::CallGoesOn => "call_goes_on",
            Self::UnknownErasure => "unknown_erasure",
            Self::UnknownRecording => "unknown_recording",
            Self::NoRecordingYet => "no_recording_yet",
            Self::RecordingDeleted => "recording_deleted",
            Self::UnknownTask => "unknown_task",
            Self::TaskDone => "task_done",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::BadSite(_) => "bad_site",
            Self::BadComplaints(error) => error.code(),
            Self::NumberTaken(_) | Self::NumberStillCalled(..) => "number_taken",
            Self::NumberListed(..) => "number_listed",
            Self::StillPublishing(_) => "still_publishing",
            Self::UnknownNumber => "unknown_number",
            Self::UnknownWebhook => "unknown_webhook",
            Self::UnknownMember => "unknown_member",
            Self::UnknownKey => "unknown_key",
            Self::UnknownSession => "unknown_session",
            Self::BadFields(_) => "bad_fields",
            Self::EmailTaken => "email_taken",
            Self::Full(_) => "full",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::OtherVersion(_) => "other_version",
            Self::UnknownVersion => "unknown_version",
            Self::PlainHttp => "plain_http",
            Self::NeedsWebSocket => "needs_websocket",
            Self::InProgress => "in_progress",
            Self::KeyReused => "idempotency_key_reused",
            Self::ToldOnce => "told_once",
            Self::NotSetUp(_) | Self::WeakSecret(_) => "not_set_up",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// The places that are wrong, where the problem has any.
    pub const fn faults(&self) -> &[Fault] {
        match self {
            Self::BadSite(faults) | Self::BadFields(faults) => faults.as_slice(),
            Self::Unreadable(_, fault) => core::slice::from_ref(fault),
            _ => &[],
        }
    }

    /// What is wrong and what to do about it.
    pub fn message(&self) -> Cow<'static, str> {
        match self {
            Self::NoSuchRoute => "There is nothing at this address; see docs/api.md for the list.".into(),
            Self::WrongMethod(allowed) => format!("This address takes {} only.", either(allowed)).into(),
            Self::WrongKey | Self::NotSignedIn | Self::SignsInByAccess => {
                "The key is missing or wrong; send it as the header 'Authorization: Bearer KEY'. It is the worker's secret \
                 API_KEY, or a key made with POST /v1/keys."
                    .into()
            }
            Self::KeyEnded(ended) => ended.to_string().into(),
            Self::NotAllowed(why) => why.to_string().into(),
            Self::AccessRefused(_) => {
                "What Cloudflare Access says of you cannot be trusted here; sign in there again, and if that does not help, check \
                 ACCESS_TEAM_DOMAIN and ACCESS_AUDIENCE."
                    .into()
            }
            Self::NoMember => {
                "Cloudflare Access let you in, but no member has your e-mail address; ask an owner to add you.".into()
            }
            Self::ForeignForm => {
                "The form was not sent by a page of this console; open the console itself and try again.".into()
            }
            Self::TooManyWrongKeys => "Too many wrong keys came from your network; wait a minute.".into(),
            Self::TooManyRequests => "Too much was asked with this key; wait a minute, and ask less often.".into(),
            Self::WrongSignature(_) => {
                "The carrier's signature is missing or does not fit; check that PUBLIC_URL is the address configured at the \
                 carrier and that the auth token is the account's."
                    .into()
            }
            Self::TooLarge(limit) => format!("The body is larger than {limit} bytes; send less.").into(),
            Self::BadJson(detail) => format!("The body is not the JSON expected here: {detail}.").into(),
            Self::BadParameter(name, expected) => format!("The parameter '{name}' must be {expected}.").into(),
            Self::UnknownParameter(sentence) => sentence.clone().into(),
            Self::UnknownSite => "There is no such site; create it with PUT /v1/sites/{id}.".into(),
            Self::UnknownCall => "There is no such call.".into(),
            Self::CallGoesOn => "The call goes on; delete it when its end is told.".into(),
            Self::UnknownErasure => "No such call was deleted.".into(),
            Self::UnknownRecording => "The call has no such recording; its 'recordings' lists those it has.".into(),
            Self::NoRecordingYet => {
                "The recording is not copied from the carrier yet; the call's 'tasks' say when that is tried, and what failed."
                    .into()
            }
            Self::RecordingDeleted => "The recording was deleted: its time was over, or somebody asked for it.".into(),
            Self::UnknownTask => "The call has no such task; its 'tasks' lists those it has.".into(),
            Self::TaskDone => "The task is done; there is nothing to restart.".into(),
            Self::OriginNotAllowed => {
                "This page's origin is not one of the site's; add it to the site's 'origins' (scheme, host and port).".into()
            }
            Self::Unreadable(what, fault) => format!("The body is no {what}: {}", fault.message).into(),
            Self::BadSite(faults) => {
                format!("The site's configuration has {} faults; mend them and send it again.", faults.len()).into()
            }
            Self::BadComplaints(error) => error.to_string().into(),
            Self::NumberTaken(number) => {
                format!("The number {number} belongs to another site; remove it there or leave it out here.").into()
            }
            Self::NumberStillCalled(number, until) => number_still_called(*number, *until).into(),
            Self::NumberListed(number, site) => {
                format!("The site '{site}' lists the number {number}; publish it without the number first.").into()
            }
            Self::StillPublishing(site) => still_publishing(site).into(),
            Self::UnknownNumber => "No site has the number.".into(),
            Self::UnknownWebhook => "There is no such webhook; it was taken in, or deleted.".into(),
            Self::UnknownMember => "There is no such member.".into(),
            Self::UnknownKey => "There is no such key.".into(),
            Self::UnknownSession => "There is no such session; it may have ended.".into(),
            Self::BadFields(faults) => {
                format!("The body has {} faults; mend them and send it again.", faults.len()).into()
            }
            Self::EmailTaken => "Another member has this e-mail address.".into(),
            Self::Full(what) => format!("There are as many {what} as an account may have; remove one first.").into(),
            Self::ChangedMeanwhile => "It was changed by somebody else at the same time; read it again.".into(),
            Self::OtherVersion(Some(version)) => format!(
                "Somebody else changed it: it has version {version}, and not the one that your change is made for; read it again."
            )
            .into(),
            Self::OtherVersion(None) => "There is none, so no version of it can be replaced; leave If-Match out.".into(),
            Self::UnknownVersion => "The site has no such version; GET /v1/sites/{id}/versions lists those it has.".into(),
            Self::PlainHttp => {
                "This came by http, so that others could read it on the way. Ask by https://, and revoke a key or password that was sent with it.".into()
            }
            Self::NeedsWebSocket => {
                "This address is listened to over a WebSocket; send 'Upgrade: websocket', as WebSocket libraries do.".into()
            }
            Self::InProgress => {
                "A request with the same Idempotency-Key is being done; ask again in a few seconds.".into()
            }
            Self::KeyReused => {
                "The Idempotency-Key was sent with another request within the last day; use a new one for each request.".into()
            }
            Self::ToldOnce => {
                "This was done before with the same Idempotency-Key, and what it made is told once; take that back, and make \
                 another one."
                    .into()
            }
            Self::NotSetUp(name) => format!("The worker lacks {name}; set it with 'wrangler secret put {name}'.").into(),
            Self::WeakSecret(secret) => secret.to_string().into(),
            Self::Unavailable(_) => "This does not work at the moment; try again in a few seconds.".into(),
        }
    }

    /// What to write to the log: the sentence, or what the client must not see.
    pub fn for_log(&self) -> Cow<'_, str> {
        match self {
            Self::Unavailable(reason) => reason.as_str().into(),
            _ => self.message(),
        }
    }

    /// Wraps what a store or object reported.
    pub fn unavailable(error: impl std::fmt::Display) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<NotAllowed> for Problem {
    fn from(why: NotAllowed) -> Self {
        Self::NotAllowed(why)
    }
}

impl From<BadParameter> for Problem {
    fn from(bad: BadParameter) -> Self {
        Self::BadParameter(bad.name, bad.expected)
    }
}

impl From<BadColumns> for Problem {
    fn from(bad: BadColumns) -> Self {
        Self::UnknownParameter(bad.to_string())
    }
}

impl From<TooShort> for Problem {
    fn from(secret: TooShort) -> Self {
        Self::WeakSecret(secret)
    }
}

impl From<worker::Error> for Problem {
    fn from(error: worker::Error) -> Self {
        Self::unavailable(error)
    }
}

/// Writes the methods of an `Allow` header as a sentence lists them: `GET, HEAD or PUT`.
fn either(allowed: &str) -> String {
    let methods: Vec<_> = allowed.split(',').map(str::trim).collect();
    match methods.split_last() {
        Some((last, others @ [_, ..])) => format!("{} or {last}", others.join(", ")),
        _ => allowed.to_owned(),
    }
}

fn number_still_called(number: E164, until: Millis) -> String {
    format!(
        "The number {number} was taken out of another site, but until {} calls to it may still belong to a visitor there; wait, or \
         give them up with POST /v1/numbers/{number}/release.",
        iso(until)
    )
}

fn still_publishing(site: &SiteId) -> String {
    format!(
        "The site '{site}', which the number belongs to, is being published; try again in a few seconds, or see with GET \
         /v1/sites/{site} how many of its numbers are left."
    )
}

/// Names a stored site, for the log.
pub fn broken_site(site: &SiteId) -> Problem {
    Problem::Unavailable(format!("the stored configuration of {site} cannot be read"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use call_router::carrier::VerifyError;
    use edge_core::account::scope::Scope;
    use edge_core::account::secret::Secret;

    use super::*;

    const API: &str = include_str!("../../../docs/api.md");
    const SIGNATURES: [VerifyError; 6] = [
        VerifyError::NoSignature,
        VerifyError::MalformedSignature,
        VerifyError::WrongSignature,
        VerifyError::NoBodyHash,
        VerifyError::WrongBodyHash,
        VerifyError::Stale,
    ];
    const COMPLAINTS: [BadComplaints; 2] = [BadComplaints::NoColumns, BadComplaints::TooManyRows];

    /// One of each kind.
    fn one_of_each() -> Vec<Problem> {
        let text = String::new;
        let all = vec![
            Problem::NoSuchRoute,
            Problem::WrongMethod(text()),
            Problem::WrongKey,
            Problem::KeyEnded(KeyEnded::Expired(Millis::from_unix_ms(0))),
            Problem::KeyEnded(KeyEnded::Revoked(Millis::from_unix_ms(0))),
            Problem::NotSignedIn,
            Problem::SignsInByAccess,
            Problem::AccessRefused(BadAccessToken::Malformed),
            Problem::NoMember,
            Problem::NotAllowed(NotAllowed::Scope { has: Scope::Read, needs: Scope::Write }),
            Problem::NotAllowed(NotAllowed::SomeSites),
            Problem::NotAllowed(NotAllowed::More),
            Problem::ForeignForm,
            Problem::TooManyWrongKeys,
            Problem::TooManyRequests,
            Problem::UnknownMember,
            Problem::UnknownKey,
            Problem::UnknownSession,
            Problem::BadFields(Vec::new()),
            Problem::EmailTaken,
            Problem::Full("members"),
            Problem::ChangedMeanwhile,
            Problem::OtherVersion(None),
            Problem::UnknownVersion,
            Problem::PlainHttp,
            Problem::NeedsWebSocket,
            Problem::InProgress,
            Problem::KeyReused,
            Problem::ToldOnce,
            Problem::TooLarge(1),
            Problem::BadJson(text()),
            Problem::BadParameter("limit", "a number"),
            Problem::UnknownSite,
            Problem::UnknownCall,
            Problem::CallGoesOn,
            Problem::UnknownErasure,
            Problem::UnknownRecording,
            Problem::NoRecordingYet,
            Problem::RecordingDeleted,
            Problem::UnknownTask,
            Problem::TaskDone,
            Problem::OriginNotAllowed,
            Problem::Unreadable("site", Fault::new("x", text(), text())),
            Problem::BadSite(Vec::new()),
            Problem::NumberTaken(E164::parse("+13125550142").unwrap()),
            Problem::NumberStillCalled(E164::parse("+13125550142").unwrap(), Millis::from_unix_ms(0)),
            Problem::NumberListed(E164::parse("+13125550142").unwrap(), SiteId::parse("shop").unwrap()),
            Problem::StillPublishing(SiteId::parse("shop").unwrap()),
            Problem::UnknownNumber,
            Problem::UnknownWebhook,
            Problem::NotSetUp("API_KEY"),
            Problem::WeakSecret(Secret::new("API_KEY", "short").unwrap_err()),
            Problem::Unavailable(text()),
        ];
        let signatures = SIGNATURES.iter().map(|error| Problem::WrongSignature(error.code()));
        let complaints = COMPLAINTS.iter().map(|error| Problem::BadComplaints(*error));
        all.into_iter().chain(signatures).chain(complaints).collect()
    }

    #[test]
    fn no_kind_is_left_out() {
        let source = include_str!("problem.rs").split("pub const fn code(").nth(1).unwrap();
        let arms = source.split("pub const fn faults(").next().unwrap().lines();
        let codes = arms.filter_map(|arm| arm.split_once("=> \"")?.1.split('"').next());
        let told: BTreeSet<_> = one_of_each().iter().map(Problem::code).collect();
        for code in codes {
            assert!(told.contains(code), "add {code} to the list above, and to docs/api.md");
        }
    }

    #[test]
    fn every_code_is_documented_under_its_status() {
        let told: BTreeSet<_> =
            one_of_each().iter().map(|problem| (problem.status(), problem.code().to_owned())).collect();
        let table = API.split("\n## Errors\n").nth(1).unwrap().split("\n## ").next().unwrap();
        let mut documented = BTreeSet::new();
        for row in table.lines() {
            let mut cells = row.trim_matches('|').split(" | ").map(str::trim);
            let Some(status) = cells.next().and_then(|status| status.parse::<u16>().ok()) else { continue };
            // What stands in brackets or behind a comma explains the code before it.
            let codes = cells.next().unwrap().split('`').skip(1).step_by(2);
            documented.extend(codes.filter(|code| is_code(code)).map(|code| (status, code.to_owned())));
        }
        assert_eq!(documented, told);
    }

    /// Names of other fields stand in the table, too.
    fn is_code(text: &str) -> bool {
        let is_word = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_word && !["faults", "code", "place", "message"].contains(&text)
    }
}
