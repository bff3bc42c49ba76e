//! Call and visit, joined.

use core::time::Duration;

use dni_core::pool::Attribution;
use dni_core::time::Millis;
use dni_core::visit::Touch;
use serde::{Deserialize, Serialize};
use worker::Env;

use crate::objects::{AskPool, PoolVisit, ToldPool, ask_pool};
use crate::problem::Problem;
use crate::site::{Line, Role};

/// Whom a call belongs to, and what that visit or number tells of its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Joined {
    /// By the pool, whatever it said.
    Pool {
        /// What it said.
        attribution: Attribution,
        /// The visit, or the visit of each candidate.
        visits: Vec<PoolVisit>,
    },
    /// By the number alone, which stands for a source.
    SourceNumber {
        /// The source.
        source: String,
        /// The medium.
        medium: Option<String>,
        /// The campaign.
        campaign: Option<String>,
    },
    /// Not at all.
    Nothing {
        /// Why: a stable code.
        reason: Unjoined,
    },
}

/// Why a number alone says that a call belongs to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unjoined {
    /// Many visitors share the number at the same time.
    Overflow,
    /// The site does not list the number.
    Unlisted,
    /// No site has the number.
    Unknown,
}

/// Joins a call at `at` to the visit that caused it.
pub async fn join(env: &Env, line: &Line, at: Millis, limit: Duration) -> Result<Joined, Problem> {
    match &line.role {
        Role::Pool { pool } => {
            let ask = AskPool::Resolve { number: line.number, at };
            match ask_pool(env, &line.site, pool, &ask, limit).await? {
                ToldPool::Resolved { attribution, visits } => Ok(Joined::Pool { attribution, visits }),
                _ => Err(Problem::Unavailable("a pool gave an answer to another question".to_owned())),
            }
        }
        Role::Overflow { .. } => Ok(Joined::Nothing { reason: Unjoined::Overflow }),
        Role::Source(number) => Ok(Joined::SourceNumber {
            source: number.source.clone(),
            medium: number.medium.clone(),
            campaign: number.campaign.clone(),
        }),
        Role::Unlisted => Ok(Joined::Nothing { reason: Unjoined::Unlisted }),
    }
}

impl Joined {
    /// Returns the touches before the call, oldest first, if the call belongs to one visitor.
    pub fn touches(&self, at: Millis, hosts: &[String]) -> Vec<Touch> {
        match self {
            Self::Pool { attribution: Attribution::Attributed { .. }, visits } => {
                visits.first().map(|visit| visit.session.history.read(at, hosts)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }
}
