//! What a call's object needs to know of the site whose number was dialled.

use call_router::after_call::AfterCallSettings;
use call_router::flow::{Flow, FlowId, Flows};
use call_router::lookup::LookupFields;
use call_router::recording::RecordingRules;
use call_router::risk::Screening;
use dni_core::id::{PoolId, SiteId};
use dni_core::phone::{Callee, E164};
use dni_core::visit::Channel;
use serde::{Deserialize, Serialize};

use super::document::{PoolDocument, SiteDocument, SourceNumber};
use super::line::{Line, Numbers, ring_instead};
use super::published::PublishedSite;
use super::transcription::TranscriptionRule;

/// A dialled number with what its site says about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DialledNumber {
    /// The site.
    pub site: SiteId,
    /// What people call the site.
    pub site_name: String,
    /// The IANA time zone in which its owner reads the log; `None` in states of earlier builds.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// The number dialled.
    pub number: E164,
    /// What the number is for.
    pub role: NumberRole,
    /// Where calls go when everything else fails.
    pub destination: Callee,
    /// What happens with the call.
    pub flow: Flow,
    /// The name of that flow; `None` for the site's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow_name: Option<FlowId>,
    /// The business's own numbers that the number stands in for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<E164>,
    /// Flows that it can go on in.
    #[serde(default)]
    pub flows: Flows,
    /// How long its recordings are kept, and where.
    #[serde(default)]
    pub recordings: RecordingRules,
    /// The site's own hosts.
    pub hosts: Vec<String>,
    /// What is done about risky callers, without the lists: this goes from hand to hand and is kept with each call.
    #[serde(default)]
    pub screening: Screening,
    /// Whether the call is transcribed and summarised.
    #[serde(default)]
    pub transcription: TranscriptionRule,
    /// What is asked about the caller's number.
    #[serde(default)]
    pub lookup: LookupFields,
}

/// What a number is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum NumberRole {
    /// It is leased to visitors by this pool, or was.
    Pool {
        /// The pool.
        pool: PoolId,
    },
    /// All visitors share it who get none of their own.
    Overflow {
        /// The pool.
        pool: PoolId,
        /// The channel whose visitors share it; `None` if those of all others do.
        #[serde(default)]
        channel: Option<Channel>,
    },
    /// It stands for a source.
    Source(SourceNumber),
    /// The site does not list it any more, and no pool had it.
    Unlisted,
}

impl DialledNumber {
    /// Looks a number up in its site. `last_pool` is the pool it was in when it was last listed.
    pub fn new(site: &PublishedSite, number: E164, last_pool: Option<PoolId>) -> Self {
        let document = &site.document;
        let listed = document.listed_numbers().find(|(listed, _)| *listed == number);
        let role = listed
            .map(|(_, listed)| listed.role())
            .or_else(|| last_pool.map(|pool| NumberRole::Pool { pool }))
            .unwrap_or(NumberRole::Unlisted);
        let numbers = role.numbers(number);
        let Line { flow: flow_name, destination } = numbers.map(|numbers| document.line(numbers)).unwrap_or_default();
        let (flow_name, flow, flows) = flows_of(document, flow_name, destination.as_ref());
        let targets = numbers.map(|numbers| document.targets_of(numbers)).unwrap_or_default();
        Self {
            site: site.id.clone(),
            site_name: document.name.clone(),
            time_zone: Some(document.time_zone.clone()),
            number,
            role,
            destination: destination.unwrap_or_else(|| document.destination.clone()),
            flow,
            flow_name,
            targets,
            flows,
            recordings: document.recordings,
            hosts: document.hosts(),
            screening: document.screening.without_lists(),
            transcription: document.transcription.clone(),
            lookup: document.lookup,
        }
    }
}

/// Returns the flow of that name with those it can go on in, or the site's own: there a line's destination rings in the place of the
/// site's.
fn flows_of(
    document: &SiteDocument,
    name: Option<FlowId>,
    destination: Option<&Callee>,
) -> (Option<FlowId>, Flow, Flows) {
    let mut flows = document.flows.clone();
    if let Some((name, flow)) = name.and_then(|name| document.flows.get_key_value(&name)) {
        return (Some(name.clone()), flow.clone(), flows);
    }
    let mut flow = document.flow.clone();
    if let (Some(to), Some(place)) = (destination, document.place_of_destination()) {
        ring_instead(&mut flow, &mut flows, &place, to);
    }
    (None, flow, flows)
}

impl NumberRole {
    /// Returns the pool that the number belongs to, or did.
    pub const fn pool(&self) -> Option<&PoolId> {
        match self {
            Self::Pool { pool } | Self::Overflow { pool, .. } => Some(pool),
            Self::Source(_) | Self::Unlisted => None,
        }
    }

    /// Returns those that calls come by in the same way.
    pub(super) fn numbers(&self, number: E164) -> Option<Numbers<'_>> {
        match self {
            Self::Pool { pool } | Self::Overflow { pool, .. } => Some(Numbers::OfPool(pool)),
            Self::Source(_) => Some(Numbers::Source(number)),
            Self::Unlisted => None,
        }
    }
}

/// What a site lists a number as.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listed<'a> {
    Pool(&'a PoolId),
    Overflow(&'a PoolId, Option<Channel>),
    Source(&'a SourceNumber),
}

impl Listed<'_> {
    pub(super) fn role(self) -> NumberRole {
        match self {
            Self::Pool(pool) => NumberRole::Pool { pool: pool.clone() },
            Self::Overflow(pool, channel) => NumberRole::Overflow { pool: pool.clone(), channel },
            Self::Source(source) => NumberRole::Source(source.without_line()),
        }
    }
}

impl SiteDocument {
    /// Lists the tracking numbers, each with what it is for. Of a number that stands there twice the first counts.
    pub(super) fn listed_numbers(&self) -> impl Iterator<Item = (E164, Listed<'_>)> {
        let sources = self.source_numbers.iter().map(|source| (source.number, Listed::Source(source)));
        self.pools.iter().flat_map(PoolDocument::listed_numbers).chain(sources)
    }
}

impl PoolDocument {
    fn listed_numbers(&self) -> impl Iterator<Item = (E164, Listed<'_>)> {
        let leased = self.numbers.iter().map(|number| (*number, Listed::Pool(&self.id)));
        let of_channels = self.overflow_by_channel.iter();
        let of_channels = of_channels.map(|(channel, number)| (*number, Listed::Overflow(&self.id, Some(*channel))));
        leased.chain(of_channels).chain(self.overflow.map(|number| (number, Listed::Overflow(&self.id, None))))
    }
}

impl SourceNumber {
    /// Leaves out what is said about the number's calls: that stands beside it in a dialled number.
    fn without_line(&self) -> Self {
        Self { flow: None, destination: None, ..self.clone() }
    }
}

impl DialledNumber {
    /// Returns what is to be done after the call.
    pub const fn after_call_settings(&self) -> AfterCallSettings {
        AfterCallSettings {
            transcripts: self.transcription.enabled,
            summary: self.transcription.summary,
            lookup: self.lookup,
        }
    }
}
