//! What somebody may do.

use core::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a key or a member may do; each allows what stands before it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// To read calls, reports and configuration.
    Read,
    /// To change calls and configuration.
    Write,
    /// To let others in, to shut them out, and to see who did what.
    Admin,
}

impl Scope {
    /// Returns the scope's word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A scope as a type, by which a handler says what it needs.
pub trait NeededScope: 'static {
    /// The scope.
    const SCOPE: Scope;
}

/// Needs [`Scope::Read`].
pub enum Read {}

/// Needs [`Scope::Write`].
pub enum Write {}

/// Needs [`Scope::Admin`].
pub enum Admin {}

impl NeededScope for Read {
    const SCOPE: Scope = Scope::Read;
}

impl NeededScope for Write {
    const SCOPE: Scope = Scope::Write;
}

impl NeededScope for Admin {
    const SCOPE: Scope = Scope::Admin;
}
