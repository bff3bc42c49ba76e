//! Words for machines.

use std::borrow::Cow;

/// A stable word for machines.
pub type Code = Cow<'static, str>;
