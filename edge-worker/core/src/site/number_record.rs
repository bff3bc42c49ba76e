//! What a site uses its tracking numbers for, as the API tells it.

use std::collections::{BTreeMap, BTreeSet};

use dni_core::id::{PoolId, RuleId, SiteId};
use dni_core::phone::E164;
use dni_core::visit::Channel;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dialled_number::NumberRole;
use super::document::SiteDocument;

/// A number with the site that owns it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OwnedNumber {
    /// The number.
    pub number: E164,
    /// The site.
    pub site: SiteId,
    /// The pool that it is in, or was when it was last listed.
    pub pool: Option<PoolId>,
}

/// A tracking number, and what its site uses it for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NumberRecord {
    /// The number.
    #[schema(value_type = String)]
    pub number: E164,
    /// The site that it belongs to.
    #[schema(value_type = String)]
    pub site_id: SiteId,
    /// What for.
    #[serde(rename = "use")]
    pub used_as: NumberUse,
    /// The pool that it is a number, or an overflow number, of; of one that is listed no longer, was.
    #[schema(value_type = Option<String>, required)]
    pub pool: Option<PoolId>,
    /// The channel whose visitors share it, where it is an overflow number of one.
    #[schema(value_type = Option<String>, required)]
    pub channel: Option<Channel>,
    /// The source that it stands for.
    #[schema(required)]
    pub source: Option<String>,
    /// The medium that it stands for.
    #[schema(required)]
    pub medium: Option<String>,
    /// The campaign that it stands for.
    #[schema(required)]
    pub campaign: Option<String>,
    /// The business's own numbers that it is shown in place of.
    #[schema(value_type = Vec<String>)]
    pub targets: Vec<E164>,
    /// The source rules by which it, or its pool, is shown.
    #[schema(value_type = Vec<String>)]
    pub source_rules: Vec<RuleId>,
    /// The name of the flow that calls to it go through; null for the site's own.
    #[schema(required)]
    pub flow: Option<String>,
    /// Where calls to it go when everything else fails.
    pub destination: String,
}

/// What a number is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberUse {
    /// It is leased to visitors.
    Pool,
    /// All visitors share it who get none of their own.
    Overflow,
    /// It stands for a source.
    Source,
    /// The site lists it no longer, and it is not another's yet: calls to it may still belong to visitors.
    Unlisted,
}

impl NumberUse {
    /// Reads the word that stands in JSON.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "pool" => Some(Self::Pool),
            "overflow" => Some(Self::Overflow),
            "source" => Some(Self::Source),
            "unlisted" => Some(Self::Unlisted),
            _ => None,
        }
    }
}

impl NumberRecord {
    /// Tells what a site uses some of its numbers for, in their order.
    ///
    /// It takes as long as the site has numbers, however many are asked for.
    pub fn of_site(document: &SiteDocument, numbers: &[OwnedNumber]) -> Vec<Self> {
        let wanted: BTreeSet<_> = numbers.iter().map(|owned| owned.number).collect();
        let mut listed = BTreeMap::new();
        for (number, role) in document.listed_numbers().filter(|(number, _)| wanted.contains(number)) {
            listed.entry(number).or_insert(role);
        }
        let role = |number| listed.get(number).map_or(NumberRole::Unlisted, |listed| listed.role());
        numbers.iter().map(|owned| Self::new(document, owned, role(&owned.number))).collect()
    }

    fn new(document: &SiteDocument, owned: &OwnedNumber, role: NumberRole) -> Self {
        let number = owned.number;
        let numbers = role.numbers(number);
        let line = numbers.map(|numbers| document.line(numbers)).unwrap_or_default();
        let source_rules = numbers.map(|numbers| document.rules_of(numbers)).unwrap_or_default();
        let targets = numbers.map(|numbers| document.targets_of(numbers)).unwrap_or_default();
        let destination = line.destination.as_ref().unwrap_or(&document.destination).to_string();
        let flow = line.flow.filter(|flow| document.flows.contains_key(flow)).map(|flow| flow.to_string());
        let used_as = match role {
            NumberRole::Pool { .. } => NumberUse::Pool,
            NumberRole::Overflow { .. } => NumberUse::Overflow,
            NumberRole::Source(_) => NumberUse::Source,
            NumberRole::Unlisted => NumberUse::Unlisted,
        };
        let (pool, channel, source) = match role {
            NumberRole::Pool { pool } => (Some(pool), None, None),
            NumberRole::Overflow { pool, channel } => (Some(pool), channel, None),
            NumberRole::Source(source) => (None, None, Some(source)),
            NumberRole::Unlisted => (owned.pool.clone(), None, None),
        };
        let (source, medium, campaign) =
            source.map(|one| (Some(one.source), one.medium, one.campaign)).unwrap_or_default();
        let site_id = owned.site.clone();
        Self {
            number,
            site_id,
            used_as,
            pool,
            channel,
            source,
            medium,
            campaign,
            targets,
            source_rules,
            flow,
            destination,
        }
    }
}
