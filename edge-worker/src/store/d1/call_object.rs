//! Which object a logged call has.

use dni_core::id::VisitorId;
use edge_core::keys::ObjectName;
use serde::Deserialize;

/// What is read of a call's row to ask its object.
pub(super) const COLUMNS: &str = "call.id, json_extract(record, '$.carrier') AS carrier, json_extract(record, '$.carrier_call_id') AS carrier_call, visitor";

/// A logged call that is to be asked.
#[derive(Debug, Deserialize)]
pub struct LoggedObject {
    /// Its id.
    pub id: String,
    /// Whose visit it was, if it was one visitor's.
    pub visitor: Option<VisitorId>,
    carrier: String,
    carrier_call: String,
}

impl LoggedObject {
    /// Names its object.
    pub fn name(&self) -> ObjectName {
        ObjectName::call(&self.carrier, &self.carrier_call)
    }
}
