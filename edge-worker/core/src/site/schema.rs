//! The JSON Schema of a site's document: what editors complete and underline by, and what the API's description says of it.
//!
//! It is made from the types that sites are read into, with the flows' own. What a schema cannot say, such as that a pool exists,
//! stays with [`SiteDocument::check`]: whatever the schema refuses is refused there, cannot be read, or is a text of a flow that
//! would be cut to its limit, but not the other way round.

use call_router::flow::schema::of_document;
use schemars::Schema;

use super::SiteDocument;

/// Returns the schema, of JSON Schema's draft 2020-12.
pub fn schema() -> Schema {
    of_document::<SiteDocument>("Site")
}
