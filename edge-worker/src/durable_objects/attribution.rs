//! Call and visit, joined.

use core::time::Duration;

use dni_core::phone::E164;
use dni_core::pii::Pii;
use dni_core::pool::Attribution;
use dni_core::time::Millis;
use dni_core::visit::{Channel, Touch};
use serde::{Deserialize, Serialize};
use worker::Env;

use crate::durable_objects::{AskPool, PoolVisit, ToldPool, ask_pool};
use crate::http::problem::Problem;
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
    /// By the number alone, which all visitors of a channel share who get none of their own.
    Channel {
        /// The channel.
        channel: Channel,
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

/// Joins a call at `at` to the visit that caused it. The pool knows a `caller` again who has called the number before.
pub async fn join(
    env: &Env,
    line: &Line,
    at: Millis,
    caller: Option<Pii<E164>>,
    limit: Duration,
) -> Result<Joined, Problem> {
    match &line.role {
        Role::Pool { pool } => {
            let ask = AskPool::Resolve { number: line.number, at, caller };
            match ask_pool(env, &line.site, pool, &ask, limit).await? {
                ToldPool::Resolved { attribution, visits } => Ok(Joined::Pool { attribution, visits }),
                _ => Err(Problem::Unavailable("a pool gave an answer to another question".to_owned())),
            }
        }
        Role::Overflow { channel: Some(channel), .. } => Ok(Joined::Channel { channel: *channel }),
        Role::Overflow { channel: None, .. } => Ok(Joined::Nothing { reason: Unjoined::Overflow }),
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
