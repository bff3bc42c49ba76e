//! The databases that are bound: the first, and those that hold calls of some sites.

use edge_core::placement::DatabaseName;
use futures_util::future::try_join_all;
use worker::{D1Database, Env, Result};

/// All databases that are bound.
pub struct Databases(Vec<(DatabaseName, D1Database)>);

impl Databases {
    /// Finds the databases that are bound. One that is left out in the row of names takes none from the others.
    ///
    /// # Errors
    /// The first is not bound.
    pub fn of(env: &Env) -> Result<Self> {
        let first = (DatabaseName::FIRST, env.d1(&DatabaseName::FIRST.to_string())?);
        let others = DatabaseName::all().skip(1).filter_map(|name| Some((name, env.d1(&name.to_string()).ok()?)));
        Ok(Self([first].into_iter().chain(others).collect()))
    }

    /// Returns the one that every worker has, if it is the only one.
    pub fn only(&self) -> Option<&D1Database> {
        let [(_, only)] = self.0.as_slice() else { return None };
        Some(only)
    }

    /// Returns the database that has members, keys and the directory of the sites.
    ///
    /// # Errors
    /// It is not bound.
    pub fn first(&self) -> Result<&D1Database> {
        self.get(DatabaseName::FIRST)
    }

    /// Returns the database of this name.
    ///
    /// # Errors
    /// It is not bound.
    pub fn get(&self, name: DatabaseName) -> Result<&D1Database> {
        let found = self.0.iter().find(|(known, _)| *known == name).map(|(_, database)| database);
        found.ok_or_else(|| ["the database ", &name.to_string(), " is not bound"].concat().into())
    }

    /// Returns all, the first one first.
    pub fn all(&self) -> impl Iterator<Item = (DatabaseName, &D1Database)> {
        self.0.iter().map(|(name, database)| (*name, database))
    }

    /// Asks how many bytes each has. Where the platform does not tell, it counts as empty.
    pub async fn sizes(&self) -> Result<Vec<(DatabaseName, u64)>> {
        try_join_all(self.all().map(|(name, database)| async move {
            let answer = database.prepare("SELECT 1").all().await?;
            let bytes = answer.meta()?.and_then(|meta| meta.size_after).unwrap_or_default();
            Ok((name, u64::try_from(bytes).unwrap_or(u64::MAX)))
        }))
        .await
    }
}
