//! What browser and edge say to each other, as JSON.
//!
//! Read and written by the same types on both sides. Fields may be added, never renamed: old pages stay open for days.

use serde::{Deserialize, Deserializer, Serialize};

use crate::id::{PoolId, RuleId, SiteId, VisitorId};
use crate::phone::{E164, NumberTexts};
use crate::source::{Chosen, Precedence};
use crate::time::Millis;
use crate::visit::{Arrival, History, PageUrl};

/// Most texts with targets a page may send in one request.
pub const MAX_TARGETS: usize = 32;
/// Longest of these texts, in bytes: a hundred numbers.
pub const MAX_TARGET_TEXT: usize = 2_000;
/// Most pools a page's markup may name: with more, the page is a directory and needs sites of its own.
pub const MAX_POOLS: usize = 8;
/// Most leases one sign of life may speak for.
pub const MAX_LEASES: usize = 32;

/// `POST /v1/lease`: a visitor asks for their numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeaseRequest {
    /// The site whose page they are on.
    pub site: SiteId,
    /// Who asks.
    pub visitor: VisitorId,
    /// The browser's clock, so that its other times can be moved to ours.
    pub now: Millis,
    /// The page view that asks.
    pub arrival: Arrival,
    /// Their earlier touches, as the browser keeps them.
    #[serde(default)]
    pub history: Option<History>,
    /// The page they are on now, if it is not the landing page.
    #[serde(default)]
    pub page: PageUrl,
    /// The targets they ask for, as the page's author wrote them; none means all of the site's.
    #[serde(default, deserialize_with = "null_as_none")]
    pub targets: Vec<String>,
    /// The pools that the page's markup names, besides those of the targets.
    #[serde(default)]
    pub pools: Vec<PoolId>,
    /// What they said to being tracked.
    #[serde(default)]
    pub consent: Consent,
    /// What the link said by which they came from another of the site's domains.
    #[serde(default)]
    pub link: Option<String>,
    /// Whether they are the site's owner who looks if the numbers change: they get test numbers and are not tracked.
    #[serde(default)]
    pub test: bool,
}

/// Reads a list that older pages send as `null` where they have none.
fn null_as_none<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// What a visitor said to being tracked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// They agreed.
    Granted,
    /// They refused.
    Denied,
    /// They were not asked, or have not answered.
    #[default]
    Unknown,
}

/// The answer to a [`LeaseRequest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeaseReply {
    /// Who asked.
    pub visitor: VisitorId,
    /// Their touches, this arrival included, by the browser's clock.
    pub history: History,
    /// The site's own hosts: an arrival from one of them is no touch.
    pub hosts: Vec<String>,
    /// A number for each target that has one. A target without a number stays as it is.
    pub numbers: Vec<Assigned>,
    /// Why there are no numbers, if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<NoNumber>,
    /// What the site's source rules chose for each target, for whoever looks into it; empty if the site has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<RuleChoice>,
    /// How long the numbers may be shown without another sign of life, in seconds.
    pub expires_in: u32,
    /// How often to send a sign of life while the page is visible, in seconds.
    pub beat_every: u32,
}

/// The number to show in place of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The business's own number on the page.
    pub target: E164,
    /// The number to show.
    pub number: E164,
    /// The number as people of its country write it.
    pub display: String,
    /// The number as it is dialled from anywhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub international: String,
    /// The target as people of its country write it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target_display: String,
    /// The target as it is dialled from anywhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target_international: String,
    /// Whether the number can stand in the places of the target's digits, however the page writes it.
    #[serde(default)]
    pub same_form: bool,
    /// Why this one.
    pub kind: AssignedKind,
    /// The lease to renew, if it is leased: opaque to the browser, which sends it back as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<String>,
    /// The pool, if the markup named one: the number is for the places that name it, and for no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
}

impl Assigned {
    /// Makes what is shown in place of a target, leased from no pool.
    pub fn of(target: NumberTexts, number: NumberTexts, kind: AssignedKind) -> Self {
        Self {
            same_form: number.has_form_of(&target),
            target: target.number,
            target_display: target.national,
            target_international: target.international,
            number: number.number,
            display: number.national,
            international: number.international,
            kind,
            lease: None,
            pool: None,
        }
    }
}

/// Why a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssignedKind {
    /// It is leased to this visitor alone.
    Leased,
    /// Every number of the pool is taken; all such visitors share this one.
    Overflow,
    /// It stands for a source, not for a visitor.
    Source,
    /// It is an overflow number, and shows that swapping works.
    Test,
}

/// Why a visitor gets no number at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoNumber {
    /// The site asks for consent first.
    ConsentRequired,
    /// Every number is taken and the pool has no overflow number.
    PoolExhausted,
    /// The site has none of the targets asked for.
    NoTarget,
    /// The pool cannot be reached.
    Unavailable,
    /// A source rule of the site says that this visitor sees the targets themselves.
    NoSwap,
    /// The visitor is a program, by the name it gives itself.
    Bot,
    /// A test was asked for, and the site has no overflow number to show.
    NoTestNumber,
}

/// What the source rules chose for a target, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChoice {
    /// The business's own number on the page.
    pub target: E164,
    /// The rule; none if no rule matches, and the target's own pool is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// The rule's rank.
    pub precedence: Precedence,
    /// The touch that decided, by its place in the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touch: Option<usize>,
}

impl RuleChoice {
    /// Tells what was chosen for a target.
    pub fn of(target: E164, chosen: &Chosen<'_>) -> Self {
        let rule = chosen.rule.map(|rule| rule.id.clone());
        Self { target, rule, precedence: chosen.precedence, touch: chosen.touch }
    }
}

/// `POST /v1/beat`: a sign of life for one or more leases.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BeatRequest {
    /// The site whose page it is.
    pub site: SiteId,
    /// Who holds the leases.
    pub visitor: VisitorId,
    /// The leases, as the lease reply named them.
    pub leases: Vec<String>,
    /// What happened.
    #[serde(default)]
    pub signal: Signal,
}

/// What a sign of life says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The page is visible.
    #[default]
    Visible,
    /// The page is being hidden or left.
    Hidden,
    /// The visitor tapped or copied the number: a call is about to come.
    Intent,
    /// The visitor gives the numbers back.
    Release,
}

/// The answer to a [`BeatRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeatReply {
    /// How long the numbers may be shown without another sign of life, in seconds. Zero if none is held any more.
    pub expires_in: u32,
    /// The leases that are no longer held: ask for numbers anew.
    #[serde(default)]
    pub gone: Vec<String>,
}
