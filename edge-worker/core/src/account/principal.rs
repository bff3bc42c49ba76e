//! Who asks, and what they may do with what.

use core::fmt;

use dni_core::id::SiteId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::role::Role;
use super::scope::Scope;
use super::site_selection::SiteSelection;

/// Who asks, what they may do, and with which sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub actor: Actor,
    /// What they may do.
    pub scope: Scope,
    /// With which sites.
    pub sites: SiteSelection,
}

/// Who did something, as the audit names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    /// What they are.
    pub kind: ActorKind,
    /// Their id; the deployment's key has none.
    pub id: Option<String>,
    /// What people call them, at that time.
    pub name: String,
}

/// What kind of actor somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// Whoever has the worker's secret `API_KEY`.
    DeploymentKey,
    /// A key made by an owner.
    ApiKey,
    /// A member, signed in to the console.
    Member,
}

impl ActorKind {
    /// Returns the kind's word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DeploymentKey => "deployment_key",
            Self::ApiKey => "api_key",
            Self::Member => "member",
        }
    }
}

impl Principal {
    /// Whoever has the worker's secret `API_KEY`: the first owner.
    pub fn deployment() -> Self {
        let actor = Actor { kind: ActorKind::DeploymentKey, id: None, name: "API_KEY".to_owned() };
        Self { actor, scope: Scope::Admin, sites: SiteSelection::All }
    }

    /// A member of this role.
    pub fn member(id: String, name: String, role: Role, sites: SiteSelection) -> Self {
        Self { actor: Actor { kind: ActorKind::Member, id: Some(id), name }, scope: role.scope(), sites }
    }

    /// A key.
    pub fn api_key(id: String, name: String, scope: Scope, sites: SiteSelection) -> Self {
        Self { actor: Actor { kind: ActorKind::ApiKey, id: Some(id), name }, scope, sites }
    }

    /// Requires a scope.
    ///
    /// # Errors
    /// [`NotAllowed::Scope`] if what they may do does not reach so far.
    pub fn require(&self, needed: Scope) -> Result<(), NotAllowed> {
        if self.scope >= needed { Ok(()) } else { Err(NotAllowed::Scope { has: self.scope, needs: needed }) }
    }

    /// Requires that they see the whole account.
    ///
    /// # Errors
    /// [`NotAllowed::SomeSites`] if they see listed sites alone.
    pub const fn require_account(&self) -> Result<(), NotAllowed> {
        if self.sites.is_all() { Ok(()) } else { Err(NotAllowed::SomeSites) }
    }

    /// Requires that what they hand out is no more than what they have.
    ///
    /// # Errors
    /// [`NotAllowed::More`] if it is.
    pub fn require_to_give(&self, scope: Scope, sites: &SiteSelection) -> Result<(), NotAllowed> {
        if self.scope >= scope && self.sites.includes(sites) { Ok(()) } else { Err(NotAllowed::More) }
    }

    /// Says whether they see a site. To whoever does not, there is none of that name.
    pub fn sees(&self, site: &SiteId) -> bool {
        self.sites.has(site)
    }
}

/// Why somebody who is known may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAllowed {
    /// It needs a larger scope.
    Scope {
        /// What they have.
        has: Scope,
        /// What it needs.
        needs: Scope,
    },
    /// It concerns the whole account, and they see listed sites alone.
    SomeSites,
    /// They would hand out more than they have.
    More,
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope { has, needs } => {
                write!(f, "This needs the scope {needs}, and what you have is {has}; ask an owner.")
            }
            Self::SomeSites => f.write_str(
                "This concerns the whole account, and you have listed sites alone; ask an owner of the account.",
            ),
            Self::More => {
                f.write_str("You would hand out more than you have; choose a smaller role or scope, or fewer sites.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SCOPES: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Admin];

    fn some(ids: &[&str]) -> SiteSelection {
        SiteSelection::Listed(ids.iter().map(|id| SiteId::parse(id).unwrap()).collect::<BTreeSet<_>>())
    }

    fn key(scope: Scope, sites: SiteSelection) -> Principal {
        Principal::api_key("KEY1".to_owned(), "CRM".to_owned(), scope, sites)
    }

    #[test]
    fn a_scope_allows_what_stands_before_it() {
        for (place, has) in SCOPES.into_iter().enumerate() {
            for (needed_place, needs) in SCOPES.into_iter().enumerate() {
                let expected = if place >= needed_place { Ok(()) } else { Err(NotAllowed::Scope { has, needs }) };
                assert_eq!(key(has, SiteSelection::All).require(needs), expected);
            }
        }
    }

    #[test]
    fn roles_are_scopes_of_members() {
        let table = [(Role::Owner, Scope::Admin), (Role::Editor, Scope::Write), (Role::Viewer, Scope::Read)];
        for (role, scope) in table {
            let member = Principal::member("MEM1".to_owned(), "Ann".to_owned(), role, SiteSelection::All);
            assert_eq!((member.scope, member.actor.kind), (scope, ActorKind::Member));
        }
        assert_eq!(Principal::deployment().require(Scope::Admin), Ok(()));
        assert_eq!(Principal::deployment().require_account(), Ok(()));
    }

    #[test]
    fn nobody_hands_out_more_than_they_have() {
        let table = [
            (Scope::Admin, SiteSelection::All, Scope::Admin, SiteSelection::All, true),
            (Scope::Admin, SiteSelection::All, Scope::Read, some(&["harbor"]), true),
            (Scope::Admin, some(&["harbor"]), Scope::Admin, some(&["harbor"]), true),
            (Scope::Admin, some(&["harbor"]), Scope::Read, SiteSelection::All, false),
            (Scope::Admin, some(&["harbor"]), Scope::Read, some(&["valley"]), false),
            (Scope::Write, SiteSelection::All, Scope::Admin, some(&["harbor"]), false),
        ];
        for (scope, sites, given, given_sites, is_allowed) in table {
            let giver = key(scope, sites);
            assert_eq!(
                giver.require_to_give(given, &given_sites).is_ok(),
                is_allowed,
                "{giver:?} {given} {given_sites:?}"
            );
        }
        assert_eq!(key(Scope::Admin, some(&["harbor"])).require_account(), Err(NotAllowed::SomeSites));
    }
}
