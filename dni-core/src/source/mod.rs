//! Source rules: which number a visitor is shown by how they arrived.
//!
//! A site lists them as data ([`SourceRule`]). [`check()`] says what is wrong with a list before it is published, and
//! [`Reading`] chooses for a visitor: landing parameter or page, referrer, group, always, and else the target's pool.

mod check;
mod finding;
mod group;
mod page;
mod parameter;
mod reach;
mod reading;
mod rule;

pub use check::{MAX_RULES, SiteNumbers, check};
pub use finding::{RuleFault, RuleFinding};
pub use group::Group;
pub use page::PageMatch;
pub use parameter::ParameterMatch;
pub use reading::{Chosen, Reading};
pub use rule::{Precedence, SourceRule, Use, When};

/// Longest name, value, host or path, in bytes: what the large analytics products report.
const MAX_TEXT: usize = 255;
