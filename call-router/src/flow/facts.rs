//! What is known of a call when its flow begins.

use dni_core::phone::E164;
use serde::{Deserialize, Serialize};

use super::{Gate, StepId};
use crate::{event::CallerPlace, text::Text};

/// Longest source, medium, campaign or keyword, in bytes: what the large analytics products report.
const MAX_VALUE: usize = 255;

/// What is known of a call when its flow begins: what conditions go by, and what a whisper tells.
///
/// It is fixed for the whole call, random draw included, so that a webhook that comes again is answered the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The tracking number dialled.
    pub number: Option<E164>,
    /// The pool that the number dialled belongs to.
    pub pool: Option<Text<MAX_VALUE>>,
    /// The business's own numbers that the number dialled stands in for.
    pub targets: Vec<E164>,
    /// What people call the site.
    pub site: Option<Text<MAX_VALUE>>,
    /// The source of the visit that the call belongs to, or of the number dialled.
    pub source: Option<Text<MAX_VALUE>>,
    /// Its medium.
    pub medium: Option<Text<MAX_VALUE>>,
    /// Its channel, under the name of the reports: `Paid Search`.
    pub channel: Option<Text<MAX_VALUE>>,
    /// Its campaign.
    pub campaign: Option<Text<MAX_VALUE>>,
    /// Its keyword.
    pub keyword: Option<Text<MAX_VALUE>>,
    /// Whether the caller has called the site before; `None` if that could not be found out.
    pub has_called_before: Option<bool>,
    /// The risk that this is a robocall, 0 to 100.
    pub risk: Option<u8>,
    /// The caller's number, if it is one.
    pub caller: Option<E164>,
    /// Where the caller's number is registered.
    pub place: CallerPlace,
    /// The number that this caller last spoke with.
    pub spoke_with: Option<E164>,
    /// How many calls the site had before: whose turn it is.
    pub calls_before: u32,
    /// Drawn once for the call.
    pub chance: u32,
    /// What the caller meets before the flow.
    pub gate: Gate,
}

impl Facts {
    /// Returns the caller's area code; `None` outside North America, where numbers do not show where it ends.
    pub(super) fn area_code(&self) -> Option<&str> {
        self.caller.as_ref()?.nanp_digits()?.get(..3)
    }

    /// Returns this call's draw for one step: two steps of one call draw apart.
    pub(super) fn drawn_for(&self, step: &StepId) -> u32 {
        // FNV-1a over the name (offset basis and prime of the 32 bit form), then the finish of MurmurHash3: every bit of
        // the draw moves half of the result's.
        let named = step
            .as_str()
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let mut bits = named ^ self.chance;
        bits = (bits ^ (bits >> 16)).wrapping_mul(0x85eb_ca6b);
        bits = (bits ^ (bits >> 13)).wrapping_mul(0xc2b2_ae35);
        bits ^ (bits >> 16)
    }
}
