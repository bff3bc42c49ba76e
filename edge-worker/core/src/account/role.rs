//! What a member is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::scope::Scope;

/// What a member is, for the sites that they see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Does everything, and says who else may.
    Owner,
    /// Changes calls and configuration.
    Editor,
    /// Looks on.
    Viewer,
}

impl Role {
    /// Returns what the role allows.
    pub const fn scope(self) -> Scope {
        match self {
            Self::Owner => Scope::Admin,
            Self::Editor => Scope::Write,
            Self::Viewer => Scope::Read,
        }
    }

    /// Returns the role's word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }
}
