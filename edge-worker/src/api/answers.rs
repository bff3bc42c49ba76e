//! What the REST API answers where it is more than one record, for the API's description.

use edge_core::account::api_key::ApiKeyRecord;
use edge_core::account::member::MemberRecord;
use edge_core::account::principal::Actor;
use edge_core::account::scope::Scope;
use edge_core::audit::{AuditRecord, Difference};
use edge_core::call::erasure::ErasureRecord;
use edge_core::call::record::{CallRecord, SegmentRecord, TaskRecord};
use edge_core::fault::Fault;
use edge_core::placement::DatabaseRecord;
use edge_core::report::PoolUseRecord;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::store::object::call_events::StoredWebhook;

/// The databases.
#[derive(Serialize, ToSchema)]
pub struct DatabaseList {
    /// The first one first.
    pub databases: Vec<DatabaseRecord>,
}

/// A page of deleted calls.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored records")]
pub struct ErasurePage {
    /// The latest first.
    erasures: Vec<ErasureRecord>,
    /// Where the next page begins; null if this was the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What is known of a caller.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored records")]
pub struct PersonExport {
    /// Their number.
    customer_phone_number: String,
    /// Their calls, the first one first.
    calls: Vec<ExportedCallOfPerson>,
    /// Where the next page begins; null if this was the last.
    #[schema(required)]
    next_cursor: Option<String>,
    /// What a directory said of the number, as long as it is kept.
    #[schema(required)]
    lookup: Option<Value>,
    /// Webhooks that could not be taken in and name them; of those only a key for all sites learns.
    kept_webhooks: Vec<KeptWebhookRecord>,
}

/// A call with all that belongs to it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored records")]
pub struct ExportedCallOfPerson {
    /// The call, with what was said in it.
    call: CallWithWords,
    /// The carrier's webhooks as they came.
    webhooks: Vec<StoredWebhook>,
}

/// A page of calls.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored records")]
pub struct CallPage {
    calls: Vec<CallOrFields>,
    /// Where the next page begins; null if this was the last.
    #[schema(required)]
    next_cursor: Option<String>,
    /// How many there are on all pages, where that was asked.
    #[schema(nullable = false)]
    total: Option<u64>,
}

/// A call, or the fields of it that were asked for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored records")]
#[serde(untagged)]
pub enum CallOrFields {
    /// The call.
    Whole(Box<CallRecord>),
    /// The fields.
    Chosen(ChosenFields),
}

/// A call with what was said in it, or the fields of it that were asked for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored records")]
#[serde(untagged)]
pub enum CallWithWordsOrFields {
    /// The call.
    Whole(Box<CallWithWords>),
    /// The fields.
    Chosen(ChosenFields),
}

/// Fields of a call: its id, and those that `fields` names.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored records")]
pub struct ChosenFields {
    /// Its id.
    id: String,
}

/// A call with what was said in it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored records")]
pub struct CallWithWords {
    #[serde(flatten)]
    call: CallRecord,
    /// What was said, as one text.
    #[schema(required)]
    transcript: Option<String>,
    /// The same by speaker.
    #[schema(required)]
    conversational_transcript: Option<Vec<SegmentRecord>>,
}

/// A site: what its owner wrote (docs/set-up-a-site.md), with its name and version.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored documents")]
pub struct SiteRecord {
    /// Its name.
    id: String,
    /// Its version, which is the `ETag`, too.
    version: u32,
    /// When it was published.
    updated_at: String,
    /// What people call it.
    name: String,
    /// What works, and may not be meant so.
    #[schema(nullable = false)]
    warnings: Option<Vec<Fault>>,
    /// What is left until this version is published; not there once it is.
    #[schema(nullable = false)]
    publishing: Option<PublishingRecord>,
}

/// What is left until a version is published.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored documents")]
pub struct PublishingRecord {
    /// How many numbers are still to be written; 0 if the site itself is all that is left.
    left: u32,
    /// The version whose numbers visitors get until then; null if there is none.
    #[schema(required)]
    published_version: Option<u32>,
}

/// What a site would be after a change that was only tried, or is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the answer is one or the other")]
#[serde(untagged)]
pub enum PublishedOrTried {
    /// The site.
    Published(SiteRecord),
    /// Of a dry run.
    Tried(TriedSite),
}

/// What would be different.
#[derive(Serialize, ToSchema)]
pub struct TriedSite {
    /// The site.
    pub id: String,
    /// The version that it has; null if there is none.
    #[schema(required)]
    pub version: Option<u32>,
    /// What would be different.
    pub difference: Difference,
    /// What works, and may not be meant so.
    pub warnings: Vec<Fault>,
}

/// A page of sites.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored documents")]
pub struct SitePage {
    /// The sites, by name.
    sites: Vec<SiteRecord>,
    /// Where the next page begins; null if this was the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// A page of a site's versions.
#[derive(Serialize, ToSchema)]
pub struct VersionPage {
    /// The versions, the newest first.
    pub versions: Vec<VersionRecord>,
    /// Where the next page begins; null if this was the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A version of a site.
#[derive(Serialize, ToSchema)]
pub struct VersionRecord {
    /// Its number.
    pub version: u32,
    /// When it was published.
    pub created_at: String,
}

/// What is different between two versions of a site.
#[derive(Serialize, ToSchema)]
pub struct ComparedVersions {
    /// The site.
    pub id: String,
    /// The version from which.
    pub from: u32,
    /// The version to which.
    pub to: u32,
    /// What is different.
    pub difference: Difference,
}

/// Something that is there no more.
#[derive(Serialize, ToSchema)]
pub struct Deleted {
    /// Its name.
    pub id: String,
    /// Always true.
    pub deleted: bool,
}

/// A site that is there no more, but for some of its numbers.
#[derive(Serialize, ToSchema)]
pub struct BeingDeleted {
    /// Its name.
    pub id: String,
    /// Always true.
    pub deleted: bool,
    /// How many numbers are still to be freed.
    pub left: u32,
}

/// A number that its site gave up.
#[derive(Serialize, ToSchema)]
pub struct ReleasedNumber {
    /// The number.
    pub number: String,
    /// The site that it belonged to.
    pub site: String,
}

/// How the pools of a site are used.
#[derive(Serialize, ToSchema)]
pub struct PoolReport {
    /// The site.
    pub site_id: String,
    /// Its pools.
    pub pools: Vec<PoolUseRecord>,
}

/// Who asks, and what they may do.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Who.
    pub actor: Actor,
    /// What they may do.
    pub scope: Scope,
    /// With which sites; null for the whole account.
    #[schema(required)]
    pub sites: Option<Vec<String>>,
}

/// The members.
#[derive(Serialize, ToSchema)]
pub struct MemberList {
    /// The members, by name.
    pub members: Vec<MemberRecord>,
}

/// A member who is none any more.
#[derive(Serialize, ToSchema)]
pub struct RemovedMember {
    /// Their id.
    pub id: String,
    /// Always true.
    pub removed: bool,
}

/// A member who is signed in nowhere any more.
#[derive(Serialize, ToSchema)]
pub struct SignedOutMember {
    /// Their id.
    pub id: String,
    /// Always true.
    pub signed_out: bool,
}

/// An invitation, which is told this once.
#[derive(Serialize, ToSchema)]
pub struct Invitation {
    /// For whom.
    pub member_id: String,
    /// What to send them.
    pub link: String,
    /// Until when it can be taken.
    pub open_until: String,
}

/// The keys.
#[derive(Serialize, ToSchema)]
pub struct KeyList {
    /// The keys, the newest first.
    pub keys: Vec<ApiKeyRecord>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
pub struct MadeKey {
    /// The key itself, which is told this once.
    pub key: String,
    /// What is known of it.
    #[serde(flatten)]
    pub record: ApiKeyRecord,
}

/// A page of the audit.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored entries")]
pub struct AuditPage {
    entries: Vec<AuditRecord<'static>>,
    /// Where the next page begins; null if this was the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// The tasks of a call.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what a call's object answers")]
pub struct TaskList {
    tasks: Vec<TaskRecord>,
}

/// A webhook that could not be taken in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored webhooks")]
pub struct KeptWebhookRecord {
    id: u32,
    received_at: String,
    carrier: String,
    hook: String,
    /// Why it is kept.
    reason: String,
    /// The field by which it was not understood.
    #[schema(required)]
    field: Option<String>,
    /// `waiting` or `set_aside`.
    state: String,
    tries: u32,
    #[schema(required)]
    next_try_at: Option<String>,
    #[schema(required)]
    set_aside_at: Option<String>,
    /// Why the last try failed.
    #[schema(required)]
    error: Option<String>,
    /// What its address had behind the question mark; not in lists.
    #[schema(nullable = false)]
    query: Option<String>,
    /// What it says; not in lists.
    #[schema(nullable = false)]
    body: Option<String>,
}

/// A webhook that is kept no more.
#[derive(Serialize, ToSchema)]
pub struct DeletedWebhook {
    /// Its number.
    pub id: u32,
    /// Always true.
    pub deleted: bool,
}

/// A page of webhooks that could not be taken in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together of stored webhooks")]
pub struct KeptWebhookPage {
    kept_webhooks: Vec<KeptWebhookRecord>,
    /// Where the next page begins; null if this was the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What came of a file of complaints.
#[derive(Serialize, ToSchema)]
pub struct TakenComplaints {
    /// The day of the file.
    pub day: String,
    /// How many complaints were taken in.
    pub complaints: u32,
    /// About how many numbers.
    pub numbers: usize,
    /// How many rows were none.
    pub skipped_rows: u32,
}
