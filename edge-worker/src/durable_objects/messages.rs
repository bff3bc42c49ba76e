//! What the objects are asked, and what they answer.

use std::borrow::Cow;

use call_router::after_call::TaskKind;
use call_router::caller::{CallEnding, EarlierCalls};
use call_router::carrier::Rendered;
use call_router::event::RecordingId;
use dni_core::id::{LeaseId, VisitorId};
use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::pool::{Attribution, Lease, LeaseContext};
use dni_core::time::Millis;
use dni_core::wire::Signal;
use edge_core::call::caller_context::CallerStanding;
use edge_core::call::edit::CallChange;
use edge_core::call::erasure::ErasureRecord;
use edge_core::call::feed::FeedMessage;
use edge_core::call::part::CallPart;
use edge_core::call::record::TaskRecord;
use edge_core::call::visit::{PoolVisit, VisitorSession};
use edge_core::call::webhook::CallWebhook;
use edge_core::report::PoolUse;
use edge_core::site::PoolConfiguration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::store::object::call_events::StoredWebhook;
use crate::store::object::caller_activity::ComplaintRow;

/// A request to one kind of object.
pub trait ObjectRequest: Serialize {
    /// What the object answers.
    type Response: DeserializeOwned;
    /// The binding of the objects' class.
    const BINDING: &'static str;
}

impl ObjectRequest for PoolRequest {
    type Response = PoolResponse;
    const BINDING: &'static str = "POOL";
}

impl ObjectRequest for CallRequest<'_> {
    type Response = CallResponse;
    const BINDING: &'static str = "CALL";
}

impl ObjectRequest for CallerHistoryRequest {
    type Response = EarlierCalls;
    const BINDING: &'static str = "CALLERS";
}

impl ObjectRequest for CallerActivityRequest {
    type Response = CallerActivityResponse;
    const BINDING: &'static str = "WATCH";
}

impl ObjectRequest for CallFeedRequest {
    type Response = CallFeedResponse;
    const BINDING: &'static str = "FEED";
}

/// What a pool is asked.
#[derive(Debug, Serialize, Deserialize)]
pub enum PoolRequest {
    /// Take this configuration, if it is newer than yours.
    Configure(PoolConfiguration),
    /// Give the visitor a number.
    Lease {
        /// The configuration's version that the asker knows.
        version: u32,
        /// Who asks.
        visitor: VisitorId,
        /// What they told of their visit.
        session: VisitorSession,
        /// Whether that is news, so that it must be kept even if the lease itself stays as it is.
        is_news: bool,
        /// What else the pool should know of them.
        #[serde(default)]
        context: LeaseContext,
        /// The configuration, if the pool has said that it needs it.
        #[serde(default)]
        configuration: Option<Box<PoolConfiguration>>,
    },
    /// A sign of life.
    Beat {
        /// For which leases.
        leases: Vec<LeaseId>,
        /// Whose.
        visitor: VisitorId,
        /// What happened.
        signal: Signal,
    },
    /// Forget numbers that the site lists no longer, so that another site may have them.
    GiveUp {
        /// The site's latest version, which lists none of them.
        version: u32,
        /// The numbers.
        numbers: Vec<E164>,
        /// Whether that is to be done although calls to them may still belong to somebody.
        at_once: bool,
    },
    /// Forget all leases and lease nothing any more: the site is deleted.
    Close {
        /// The site's last version.
        version: u32,
    },
    /// Forget people who ask for it.
    ForgetPerson {
        /// Visitors.
        visitors: Vec<VisitorId>,
        /// A caller.
        caller: Option<Pii<E164>>,
    },
    /// Say how you are used.
    Use,
    /// Whom does a call belong to?
    Resolve {
        /// The number dialled.
        number: E164,
        /// When.
        at: Millis,
        /// Who called, if they showed their number.
        #[serde(default)]
        caller: Option<Pii<E164>>,
    },
}

/// What a pool answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum PoolResponse {
    /// The configuration is taken.
    Configured,
    /// The asker knows a newer configuration: ask again and send it along.
    ConfigurationNeeded,
    /// The visitor's lease.
    Leased {
        /// The lease.
        lease: Lease,
        /// How long the number may be shown without another sign of life, in seconds.
        expires_in: u32,
    },
    /// The number all visitors share who get none of their own.
    Overflow(E164),
    /// There is no number.
    Exhausted,
    /// Of each lease, how long its number may be shown without another sign of life, in seconds; `None` if the visitor does not
    /// hold it any more.
    Beaten(Vec<Option<u32>>),
    /// The numbers, or all of them, are forgotten.
    GivenUp,
    /// People are forgotten.
    PersonForgotten {
        /// How many visits were.
        visits: u32,
        /// By how many rows callers were known.
        callers: u32,
    },
    /// A call to this number may still belong to somebody: nothing was forgotten.
    StillCalled {
        /// The number.
        number: E164,
        /// Until when.
        until: Millis,
    },
    /// How the pool is used; `None` if it has not been told yet of what numbers it is.
    Used(Option<PoolUse>),
    /// Whom the call belongs to.
    Resolved {
        /// The answer.
        attribution: Attribution,
        /// What the visitors told of their visits: of the one, or of each candidate in turn.
        visits: Vec<PoolVisit>,
    },
}

/// What a call's object is asked.
#[derive(Debug, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "it is written or read, and never kept")]
pub enum CallRequest<'a> {
    /// To take in a webhook. Whoever sends it still needs it afterwards.
    Webhook(Cow<'a, CallWebhook>),
    /// To do something about what is done after the call.
    Task(TaskCommand),
    /// To take in what somebody changes by hand.
    Change(CallChange),
    /// To forget the call.
    Erase,
    /// To forget a part of it, because its time is over.
    Forget(CallPart),
    /// To tell its webhooks as they came.
    Webhooks,
    /// To forget a visitor among those that it may belong to.
    ForgetCandidate(VisitorId),
}

/// What a call's object answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum CallResponse {
    /// The carrier's document; `None` if the webhook asked for nothing.
    Document(Option<Rendered>),
    /// What came of a command.
    Task(TaskOutcome),
    /// The call's record after a change, as JSON; `None` if the object knows of no call.
    Changed(Option<String>),
    /// Its webhooks as they came.
    Webhooks(Vec<StoredWebhook>),
    /// What is left of the call.
    Erased(ErasureOutcome),
    /// What came of forgetting something of it: it is forgotten, or the object knows of no such thing.
    Forgotten(bool),
}

/// What came of forgetting a call.
#[derive(Debug, Serialize, Deserialize)]
pub enum ErasureOutcome {
    /// It is forgotten.
    Erased(ErasureRecord),
    /// It goes on: nothing is forgotten.
    GoesOn,
    /// The object knows of no call.
    UnknownCall,
}

/// What is wanted of the tasks after a call.
#[derive(Debug, Serialize, Deserialize)]
pub enum TaskCommand {
    /// To begin tasks anew.
    Restart {
        /// Of this kind.
        kind: TaskKind,
        /// About this recording; `None` for all of the kind that are not done.
        subject: Option<String>,
    },
    /// To delete a recording, here and at the carrier.
    DeleteRecording {
        /// Which.
        recording: RecordingId,
    },
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub enum TaskOutcome {
    /// The tasks that the call has now.
    Tasks(Vec<TaskRecord>),
    /// The object knows of no call.
    UnknownCall,
    /// The call has no such recording.
    UnknownRecording,
    /// The call has no such task.
    UnknownTask,
    /// The task is done.
    TaskDone,
}

/// What a site's caller history is asked.
#[derive(Debug, Serialize, Deserialize)]
pub enum CallerHistoryRequest {
    /// Count a call, or note its end.
    Call {
        /// The call: carrier and the carrier's id for it. The same call counts once.
        call: String,
        /// When it began.
        at: Millis,
        /// Who called, if they showed their number.
        caller: Option<Pii<E164>>,
        /// How it ended; `None` if it begins.
        ended: Option<CallEnding>,
    },
    /// Forget a caller who asks for it.
    Forget {
        /// Who.
        caller: Pii<E164>,
    },
    /// Forget all: the site is deleted.
    ForgetAll,
}

/// What the account's caller activity is asked.
#[derive(Debug, Serialize, Deserialize)]
pub enum CallerActivityRequest {
    /// Take a call in, and say what is known of its caller.
    See {
        /// The call: carrier and the carrier's id for it. The same call counts once.
        call: String,
        /// When it began.
        at: Millis,
        /// Who called.
        caller: Pii<E164>,
        /// The tracking number dialled.
        number: E164,
    },
    /// Forget a caller who asks for it. What others complained of is no word of theirs, and stays.
    Forget {
        /// Who.
        caller: Pii<E164>,
    },
    /// Take a part of a file of complaints in.
    Complaints {
        /// The file: its day.
        file: String,
        /// The form of the file: two with the same content have the same.
        stamp: String,
        /// What it says.
        rows: Vec<ComplaintRow>,
    },
    /// The whole file was sent: forget some of what an earlier form of it said.
    Complete {
        /// The file.
        file: String,
        /// Its form.
        stamp: String,
    },
}

/// What the account's caller activity answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum CallerActivityResponse {
    /// What is known of the caller.
    Seen(CallerStanding),
    /// It is taken in.
    Taken,
    /// Some was forgotten, and there may be more to forget.
    More,
}

/// What the account's feed of calls is asked.
#[derive(Debug, Serialize, Deserialize)]
pub enum CallFeedRequest {
    /// Tell those who may hear it.
    Tell(FeedMessage),
    /// Let somebody go whose key was revoked, or who may see something else now.
    Close {
        /// The id of the key or member.
        actor: String,
    },
}

/// What the account's feed of calls answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum CallFeedResponse {
    /// It is done.
    Done,
}
