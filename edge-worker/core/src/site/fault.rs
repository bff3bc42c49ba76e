//! What is wrong with a site's configuration, where more than one module says it.

use dni_core::id::{PoolId, SiteId};
use dni_core::phone::Callee;

use crate::fault::Fault;

/// Tells that calls would be forwarded to a tracking number of another site.
pub fn forwards_to_another(place: &str, callee: &Callee, site: &SiteId) -> Fault {
    let message = format!(
        "It forwards to {callee}, a tracking number of the site '{site}': the call would begin anew there, and go round in \
         circles if that site forwards here. Name the business's own number."
    );
    Fault::new("forwards_to_itself", place, message)
}

/// Tells that a site takes numbers from more sites than one request can ask.
pub fn too_many_former(most: usize) -> Fault {
    let message = format!(
        "Its numbers belonged to more than {most} other sites so far, which cannot be taken over at once; publish the site with those of \
         fewer of them first."
    );
    Fault::new("too_many", "pools", message)
}

/// Names where in a site's configuration something of a pool stands.
pub(super) fn place_of_pool(pool: &PoolId, field: &str) -> String {
    format!("pools.{pool}.{field}")
}
