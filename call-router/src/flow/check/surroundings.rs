//! What a flow is checked against.

use dni_core::{
    id::PoolId,
    phone::{Callee, E164},
};

use super::Country;
use crate::{carrier::Carrier, flow::FlowId};

/// What a flow is checked against: the site it is part of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// All the site's tracking numbers: forwarding to one of them would ring here again.
    pub own_numbers: &'a [E164],
    /// The flows that this one can go on in.
    pub flows: &'a [FlowId],
    /// The site's pools.
    pub pools: &'a [PoolId],
    /// The business's own numbers on the site's pages.
    pub targets: &'a [E164],
    /// The countries that calls may be forwarded to; none means all.
    pub countries: &'a [Country],
    /// The carriers that calls come from; none means that nobody said.
    pub carriers: &'a [Carrier],
    /// Where calls go when a flow cannot go on and names no fallback of its own.
    pub destination: Option<&'a Callee>,
}
