//! A site's configuration as its owner writes it.

use std::collections::BTreeMap;

use call_router::config_json::{self, ConfigError};
use call_router::event::MAX_URL;
use call_router::flow::{Country, Flow, FlowId, Flows, callee_to_ring, callee_to_ring_if_any};
use call_router::lookup::LookupFields;
use call_router::recording::RecordingRules;
use call_router::risk::Screening;
use call_router::text::Text;
use dni_core::id::PoolId;
use dni_core::phone::{Callee, E164};
use dni_core::pool::{AreaCode, PoolRules};
#[cfg(feature = "schema")]
use dni_core::source::MAX_RULES;
use dni_core::source::SourceRule;
use dni_core::visit::{Channel, PageUrl};
use serde::{Deserialize, Serialize};

use super::keep_days::KeepDays;
use super::origin::origins_for;
use super::transcription::TranscriptionRule;

/// Most origins, targets, pools or source numbers of one site.
pub(super) const MAX_LISTED: usize = 50;
/// Most numbers of one pool. After a rest its object reads up to 32 leases of each before it answers the first visitor, who waits for three seconds at most:
/// of 5,000 numbers that takes 0.4 s natively, and two or three times as long in the worker.
pub(super) const MAX_POOL: usize = 5_000;
/// Most regions of one pool: the states, provinces and territories of the North American plan.
pub(super) const MAX_REGIONS: usize = 100;
/// Most area codes of one region: as many as a pool looks at.
pub(super) const MAX_AREA_CODES: usize = 64;
/// Longest name, source, medium or campaign, in bytes: what the large analytics products report.
pub(super) const MAX_NAME: usize = 255;
/// Most allowed countries: there are fewer.
pub(super) const MAX_COUNTRIES: usize = 250;

/// A site: whose pages lease numbers, which numbers, and what happens when one is called.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SiteDocument {
    /// Where this format's JSON Schema is: editors go by it. It means nothing to the site.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Text<MAX_URL>>,
    /// What people call it.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_NAME)))]
    pub name: String,
    /// The origins of its pages, such as `https://harbor.example`, or `https://*.harbor.example` for all below it.
    #[cfg_attr(feature = "schema", schemars(schema_with = "origins_schema"))]
    pub origins: Vec<String>,
    /// The IANA time zone in which its owner reads the log.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Where calls go when everything else fails.
    #[serde(deserialize_with = "callee_to_ring")]
    pub destination: Callee,
    /// The countries that calls may be forwarded to; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_COUNTRIES)))]
    pub allowed_countries: Vec<Country>,
    /// The business's own numbers on its pages.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_LISTED)))]
    pub targets: Vec<Target>,
    /// The pools.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_LISTED)))]
    pub pools: Vec<PoolDocument>,
    /// Numbers that stand for a source: on a van, in a newspaper.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_LISTED)))]
    pub source_numbers: Vec<SourceNumber>,
    /// Which visitors see which number, by how they arrived; whom none of them means gets one of the target's pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_RULES)))]
    pub source_rules: Vec<SourceRule>,
    /// Whether a visitor must agree before they get a number.
    #[serde(default)]
    pub consent: ConsentRule,
    /// What is done about risky callers.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub screening: Screening,
    /// What happens when a number is called.
    pub flow: Flow,
    /// Flows that it can go on in.
    #[serde(default, skip_serializing_if = "Flows::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = MAX_LISTED)))]
    pub flows: Flows,
    /// How long recordings are kept, and where.
    #[serde(default)]
    pub recordings: RecordingRules,
    /// How long everything else is kept.
    #[serde(default, skip_serializing_if = "KeepDays::is_for_good")]
    pub keep_days: KeepDays,
    /// Whether calls are transcribed and summarised.
    #[serde(default)]
    pub transcription: TranscriptionRule,
    /// What is asked about a caller's number.
    #[serde(default)]
    pub lookup: LookupFields,
}

/// One of the business's own numbers, and the pool that stands in for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The number on the page.
    pub number: E164,
    /// The pool its visitors' numbers come from.
    pub pool: PoolId,
    /// The flow that calls for it go through; the site's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    /// Where calls for it go; where the site's go if absent.
    #[serde(default, deserialize_with = "callee_to_ring_if_any", skip_serializing_if = "Option::is_none")]
    pub destination: Option<Callee>,
}

/// A pool of tracking numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolDocument {
    /// Its name.
    pub id: PoolId,
    /// Its numbers.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_POOL)))]
    pub numbers: Vec<E164>,
    /// The number that all visitors share who get none of their own.
    #[serde(default)]
    pub overflow: Option<E164>,
    /// The numbers of visitors who get none of their own, by the channel they came by; `overflow` is for all others.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(schema_with = "overflow_by_channel_schema"))]
    pub overflow_by_channel: BTreeMap<Channel, E164>,
    /// The area codes that are local to a region, by its ISO 3166-2 code without the country: `IL`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(schema_with = "area_codes_schema"))]
    pub area_codes: BTreeMap<String, Vec<AreaCode>>,
    /// How long things last, and who gets what.
    #[serde(default)]
    pub rules: PoolRules,
    /// The flow that calls to its numbers go through; that of its targets if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    /// Where calls to its numbers go; where those of its targets go if absent.
    #[serde(default, deserialize_with = "callee_to_ring_if_any", skip_serializing_if = "Option::is_none")]
    pub destination: Option<Callee>,
}

/// A number that stands for a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceNumber {
    /// The number.
    pub number: E164,
    /// The source: `yellow-pages`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_NAME)))]
    pub source: String,
    /// The medium: `print`.
    #[serde(default)]
    pub medium: Option<String>,
    /// The campaign.
    #[serde(default)]
    pub campaign: Option<String>,
    /// The flow that calls to it go through; the site's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    /// Where calls to it go; where the site's go if absent.
    #[serde(default, deserialize_with = "callee_to_ring_if_any", skip_serializing_if = "Option::is_none")]
    pub destination: Option<Callee>,
}

/// Whether a visitor must agree before they get a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsentRule {
    /// They get one unless they refused.
    #[default]
    NotRequired,
    /// They get one only after they agreed.
    Required,
}

impl PoolDocument {
    /// Returns its numbers and its overflow numbers.
    pub fn all_numbers(&self) -> impl Iterator<Item = E164> {
        self.numbers.iter().chain(&self.overflow).chain(self.overflow_by_channel.values()).copied()
    }
}

impl SiteDocument {
    /// Reads a site that an owner or developer wrote.
    ///
    /// # Errors
    /// [`ConfigError`] names the first place that is not as expected.
    pub fn read(json: &[u8]) -> Result<Self, ConfigError> {
        config_json::read(json)
    }

    /// Returns every tracking number: those of the pools, their overflow numbers, and the source numbers.
    pub fn tracking_numbers(&self) -> impl Iterator<Item = E164> {
        let pools = self.pools.iter().flat_map(PoolDocument::all_numbers);
        pools.chain(self.source_numbers.iter().map(|source| source.number))
    }

    /// Says whether pages of this origin, as a browser names it, are the site's.
    pub fn lists_origin(&self, origin: &str) -> bool {
        origins_for(origin).iter().any(|one| self.origins.contains(one))
    }

    /// Returns hosts, with their ports, of the site's pages: an arrival from one of them is no touch. One of them may be
    /// `*.harbor.example`.
    pub fn hosts(&self) -> Vec<String> {
        self.origins.iter().map(|origin| PageUrl::from_serialized(origin).host().to_owned()).collect()
    }

    /// Returns the pool of that name.
    pub fn pool(&self, id: &PoolId) -> Option<&PoolDocument> {
        self.pools.iter().find(|pool| pool.id == *id)
    }
}

fn is_unset(screening: &Screening) -> bool {
    *screening == Screening::default()
}

fn utc() -> String {
    "UTC".to_owned()
}

/// What `is_origin` takes, as far as a pattern can say it.
#[cfg(feature = "schema")]
fn origins_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let origin = schemars::json_schema!({
        "type": "string", "pattern": "^https?://[^/?#A-Z]+$", "examples": ["https://harbor.example"],
    });
    schemars::json_schema!({"type": "array", "minItems": 1, "maxItems": MAX_LISTED, "items": origin})
}

#[cfg(feature = "schema")]
fn overflow_by_channel_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let (channel, number) = (generator.subschema_for::<Channel>(), generator.subschema_for::<E164>());
    schemars::json_schema!({"type": "object", "propertyNames": channel, "additionalProperties": number, "default": {}})
}

#[cfg(feature = "schema")]
fn area_codes_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let code = generator.subschema_for::<AreaCode>();
    schemars::json_schema!({
        "type": "object", "maxProperties": MAX_REGIONS, "default": {},
        "propertyNames": {"pattern": "^[A-Z0-9]{1,3}$"},
        "additionalProperties": {"type": "array", "items": code, "maxItems": MAX_AREA_CODES},
    })
}
