//! What can still be read of a call's stored state that as a whole cannot be read.

use call_router::call::Call;
use call_router::carrier::Carrier;
use call_router::flow::Progress;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::state::CallState;
use super::webhook::CallWebhook;
use crate::site::{DialledNumber, read_stored};

/// The fields of a call's stored state, each to be read by itself.
#[derive(Clone, Debug, Default)]
pub struct Salvaged(Map<String, Value>);

impl Salvaged {
    /// Takes the stored text apart; nothing is left of one that is no JSON object.
    pub fn of(stored: &str) -> Self {
        Self(serde_json::from_str(stored).unwrap_or_default())
    }

    /// Returns the call's own id.
    pub fn id(&self) -> Option<String> {
        let id: String = self.field("id")?;
        let random = id.strip_prefix("CAL")?;
        (random.len() == 32 && random.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
    }

    /// Returns the carrier.
    pub fn carrier(&self) -> Option<Carrier> {
        self.field("carrier")
    }

    /// Puts together what can be read, with the first webhook for the rest. The log, which has `revision`, is owed the call anew.
    pub fn state(&self, id: String, first: &CallWebhook, revision: u32) -> CallState {
        let begun = CallState::begin(id, first);
        let known: u32 = self.field("revision").unwrap_or_default();
        CallState {
            dialled: self.dialled(),
            call: self.call(first).unwrap_or(begun.call),
            progress: self.field("progress"),
            facts: self.field("facts"),
            attribution: self.field("joined"),
            listed: self.field("listed"),
            caller_context: self.field("known"),
            risk: self.field("risk"),
            ending_told: self.field("booked"),
            revision: known.max(revision).saturating_add(1),
            heard_at: self.field("heard_at").unwrap_or(begun.heard_at),
            to_delete: self.field("to_delete").unwrap_or_default(),
            erased_at: self.field("erased_at"),
            ..begun
        }
    }

    /// Says whether what the flow did with the call can be read. Else it has to answer the webhooks again.
    pub fn tells_flow(&self, first: &CallWebhook) -> bool {
        self.call(first).is_some() && self.field::<Progress>("progress").is_some()
    }

    fn call(&self, first: &CallWebhook) -> Option<Call> {
        self.field("record").filter(|call: &Call| call.id == first.event.call)
    }

    fn dialled(&self) -> Option<DialledNumber> {
        let text = self.0.get("line").filter(|value| !value.is_null())?.to_string();
        Some(read_stored(&text)?.value)
    }

    fn field<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.0.get(name)?.clone()).ok()
    }
}
