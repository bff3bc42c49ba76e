//! A visit's source.

use dni_core::time::Millis;
use dni_core::visit::{self, Arrival, CampaignDetails, Channel, ChannelRule, PageUrl, TouchRule};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::tool_error::ToolError;
use crate::{answer, options};

/// Most hosts of one site.
const MAX_HOSTS: usize = 1_000;

/// What is known of an arrival.
#[derive(Deserialize)]
struct ArrivalInput {
    url: String,
    #[serde(default)]
    referrer: Option<String>,
    #[serde(default)]
    site: Option<String>,
    #[serde(default)]
    hosts: Option<Vec<String>>,
}

/// What the arrival tells.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Classified<'a> {
    source: &'a str,
    medium: &'a str,
    campaign: Option<&'a str>,
    term: Option<&'a str>,
    content: Option<&'a str>,
    touch_rule: TouchRule,
    channel: Channel,
    channel_name: &'static str,
    channel_rule: ChannelRule,
    is_paid: bool,
    click_ids: Vec<ClickId<'a>>,
    details: Details<'a>,
    marks: Vec<LinkMark<'a>>,
    search_term: Option<&'a str>,
    referrer: &'a str,
    landing: &'a str,
}

#[derive(Serialize)]
struct ClickId<'a> {
    name: &'static str,
    source: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct LinkMark<'a> {
    name: &'static str,
    owner: &'static str,
    value: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    id: Option<&'a str>,
    source_platform: Option<&'a str>,
    creative_format: Option<&'a str>,
    marketing_tactic: Option<&'a str>,
    match_type: Option<&'a str>,
    network: Option<&'a str>,
    device: Option<&'a str>,
    keyword: Option<&'a str>,
    campaign_id: Option<&'a str>,
    ad_group_id: Option<&'a str>,
    creative: Option<&'a str>,
    placement: Option<&'a str>,
}

/// Tells where a visit came from.
#[wasm_bindgen]
pub fn classify(visit: &JsValue) -> Result<JsValue, ToolError> {
    let visit: ArrivalInput = options::read(visit, "")?;
    let own_hosts = own_hosts(visit.site.as_deref(), visit.hosts.unwrap_or_default())?;
    let arrival = Arrival {
        at: Millis::default(),
        url: PageUrl::parse(&visit.url),
        referrer: PageUrl::parse(visit.referrer.as_deref().unwrap_or_default()),
    };
    let found = visit::classify(&arrival, &own_hosts);
    let campaign = &found.campaign;
    answer::object_from_text(&Classified {
        source: &found.source,
        medium: &found.medium,
        campaign: campaign.campaign.as_deref(),
        term: campaign.term.as_deref(),
        content: campaign.content.as_deref(),
        touch_rule: found.touch_rule,
        channel: found.channel,
        channel_name: found.channel_name,
        channel_rule: found.channel_rule,
        is_paid: found.is_paid,
        click_ids: campaign.click_ids.iter().map(ClickId::from).collect(),
        details: Details::from(&found.details),
        marks: found.marks.iter().map(LinkMark::from).collect(),
        search_term: found.search_term.as_deref(),
        referrer: found.referrer.as_str(),
        landing: found.landing.as_str(),
    })
}

/// The hosts whose pages are the site's own: each may be given as a host or as an address.
fn own_hosts(site: Option<&str>, mut hosts: Vec<String>) -> Result<Vec<String>, ToolError> {
    if hosts.len() > MAX_HOSTS {
        return Err(ToolError::new("too_many_hosts", format_args!("hosts may name {MAX_HOSTS} at most.")));
    }
    hosts.extend(site.map(str::to_owned));
    for host in &mut hosts {
        let address = PageUrl::parse(host);
        *host = if address.is_empty() { host.to_ascii_lowercase() } else { address.host().to_owned() };
    }
    Ok(hosts)
}

impl<'a> From<&'a visit::ClickId> for ClickId<'a> {
    fn from(id: &'a visit::ClickId) -> Self {
        Self { name: id.kind.name(), source: id.kind.source(), value: &id.value }
    }
}

impl<'a> From<&'a visit::LinkMark> for LinkMark<'a> {
    fn from(mark: &'a visit::LinkMark) -> Self {
        Self { name: mark.kind.name(), owner: mark.kind.owner(), value: mark.value.as_deref() }
    }
}

impl<'a> From<&'a CampaignDetails> for Details<'a> {
    fn from(details: &'a CampaignDetails) -> Self {
        Self {
            id: details.id.as_deref(),
            source_platform: details.source_platform.as_deref(),
            creative_format: details.creative_format.as_deref(),
            marketing_tactic: details.marketing_tactic.as_deref(),
            match_type: details.match_type.as_deref(),
            network: details.network.as_deref(),
            device: details.device.as_deref(),
            keyword: details.keyword.as_deref(),
            campaign_id: details.campaign_id.as_deref(),
            ad_group_id: details.ad_group_id.as_deref(),
            creative: details.creative.as_deref(),
            placement: details.placement.as_deref(),
        }
    }
}
