//! One rule, as the site's owner writes it.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::MAX_TEXT;
use super::{Group, PageMatch, ParameterMatch};
use crate::id::{PoolId, RuleId};
use crate::phone::{Callee, E164};
use crate::visit::Channel;

/// Which visitors see which number.
///
/// ```
/// use dni_core::source::{Precedence, SourceRule};
///
/// let json = r#"{
///     "id": "spring-flyer",
///     "when": { "landing_parameter": { "name": "promo", "value": "spring" } },
///     "use": { "number": "+13125550161" }
/// }"#;
/// let rule: SourceRule = serde_json::from_str(json).unwrap();
/// assert_eq!(rule.when.precedence(), Precedence::Landing);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceRule {
    /// Its name for machines, unique in its site.
    pub id: RuleId,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_TEXT)))]
    pub name: Option<String>,
    /// Whom it is for.
    pub when: When,
    /// The targets it is for; none means all of the site's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<E164>,
    /// What those visitors see.
    #[serde(rename = "use")]
    pub uses: Use,
    /// The flow that calls to that number go through, by its name in the site; that of the targets if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// Where those calls go; where those of the targets go if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Callee>,
}

impl SourceRule {
    /// Says whether the rule speaks of the target.
    pub fn is_for(&self, target: E164) -> bool {
        self.targets.is_empty() || self.targets.contains(&target)
    }
}

/// How a visitor must have arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The landing page's address has a parameter.
    LandingParameter(ParameterMatch),
    /// They landed on a page.
    LandingPage(PageMatch),
    /// They came from a page.
    Referrer(PageMatch),
    /// They came from one of a group of places.
    Group(Group),
    /// They came in a channel of GA4's default channel group, or one of our own.
    Channel(Channel),
    /// However they came.
    Always,
}

impl When {
    /// Returns the rank of rules of this kind.
    pub const fn precedence(&self) -> Precedence {
        match self {
            Self::LandingParameter(_) | Self::LandingPage(_) => Precedence::Landing,
            Self::Referrer(_) => Precedence::Referrer,
            Self::Group(_) | Self::Channel(_) => Precedence::Group,
            Self::Always => Precedence::Always,
        }
    }
}

/// The ranks of rules, highest first, as the products people know have them. Of one rank, the first in the list wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precedence {
    /// Parameters and pages that a visitor lands on.
    Landing,
    /// Pages that a visitor comes from.
    Referrer,
    /// Groups of places and channels.
    Group,
    /// Rules for everybody.
    Always,
    /// No rule: the target's own pool.
    Pool,
}

/// What a visitor sees in place of the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// One of the site's source numbers.
    Number(E164),
    /// A number of their own from this pool.
    Pool(PoolId),
    /// The target itself.
    NoSwap,
}
