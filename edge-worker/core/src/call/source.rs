//! What caused a call, as the log and its flow name it.

use dni_core::visit::{Channel, Touch};

use super::attribution::CallAttribution;
use super::state::CallState;

/// What caused a call.
///
/// It is read from the visit's last touch that has a source: a direct visit after an ad does not take the ad's credit. A number
/// that stands for a source or a channel names it itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallSource {
    /// The source.
    pub source: Option<String>,
    /// The medium.
    pub medium: Option<String>,
    /// The channel.
    pub channel: Option<Channel>,
    /// The campaign.
    pub campaign: Option<String>,
    /// The keyword.
    pub keyword: Option<String>,
    /// The visit's touches before the call, oldest first.
    pub touches: Vec<Touch>,
}

impl CallSource {
    /// Finds what caused a call.
    pub fn of(state: &CallState) -> Self {
        let hosts = state.dialled.as_ref().map(|dialled| dialled.hosts.as_slice()).unwrap_or_default();
        let started_at = state.call.started_at;
        match &state.attribution {
            Some(CallAttribution::SourceNumber { source, medium, campaign }) => Self {
                source: Some(source.clone()),
                medium: medium.clone(),
                campaign: campaign.clone(),
                ..Self::default()
            },
            Some(CallAttribution::Channel { channel }) => Self { channel: Some(*channel), ..Self::default() },
            Some(attribution) => Self::of_touches(attribution.touches(started_at, hosts)),
            None => Self::default(),
        }
    }

    /// Returns the touch that has the credit.
    pub fn touch(&self) -> Option<&Touch> {
        self.touches.iter().rfind(|touch| !touch.is_direct()).or_else(|| self.touches.last())
    }

    /// Returns the page that the visitor arrived on with that touch, without what stands behind its question mark.
    pub fn landing_page(&self) -> Option<&str> {
        let page = self.touch()?.landing.as_str();
        Some(page.split_once('?').map_or(page, |(page, _)| page))
    }

    /// Reads what causes a call of a visitor with these touches, oldest first.
    pub fn of_touches(touches: Vec<Touch>) -> Self {
        let mut found = Self { touches, ..Self::default() };
        if let Some(touch) = found.touch().cloned() {
            found.channel = Some(Channel::of(&touch).0);
            found.source = Some(touch.source);
            found.medium = Some(touch.medium);
            found.campaign = touch.campaign.campaign;
            found.keyword = touch.campaign.term;
        }
        found
    }
}
