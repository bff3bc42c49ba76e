//! What the API takes and tells of databases.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DatabaseName;
use crate::fault::Fault;

/// Where somebody wants the calls of a site to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedDatabase {
    /// The database's name: `DB`, `DB_1` and so on, as it is bound.
    pub database: String,
}

impl WantedDatabase {
    /// Finds the database among those that are bound.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn among(&self, bound: &[DatabaseName]) -> Result<DatabaseName, Fault> {
        bound.iter().copied().find(|name| name.to_string() == self.database).ok_or_else(|| {
            let names: Vec<_> = bound.iter().map(DatabaseName::to_string).collect();
            let sentence = format!(
                "No database is bound under this name. There are: {}. Another is bound in wrangler.toml.",
                names.join(", ")
            );
            Fault::new("unknown_database", "database", sentence)
        })
    }
}

/// One of the databases, as the API tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DatabaseRecord {
    /// Its name.
    pub name: String,
    /// How large it is. It can grow to 10 GB.
    pub bytes: u64,
    /// How many sites have their calls in it.
    pub sites: u32,
    /// Whether the next new site has its calls in it: the smallest has.
    pub takes_new_sites: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_database_that_is_bound_is_taken() {
        let bound: Vec<_> = [0, 2].into_iter().filter_map(DatabaseName::from_number).collect();
        let among = |text: &str| WantedDatabase { database: text.to_owned() }.among(&bound);
        assert_eq!((among("DB"), among("DB_2")), (Ok(bound[0]), Ok(bound[1])));
        for text in ["DB_1", "db", "", "DB_2; DROP TABLE call"] {
            let fault = among(text).unwrap_err();
            assert_eq!((&*fault.code, &*fault.place), ("unknown_database", "database"), "{text}");
            assert!(fault.message.contains("There are: DB, DB_2."), "{}", fault.message);
        }
    }
}
