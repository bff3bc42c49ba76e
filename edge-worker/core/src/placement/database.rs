//! The databases by name.

use core::fmt;

/// One of the worker's databases, by the name it is bound under: `DB` is the first, then `DB_1`, `DB_2` and so on.
///
/// ```
/// use edge_core::placement::DatabaseName;
///
/// let third = DatabaseName::parse("DB_2").unwrap();
/// assert_eq!((third.number(), third.to_string()), (2, "DB_2".to_owned()));
/// assert_eq!(DatabaseName::parse("DB"), Some(DatabaseName::FIRST));
/// assert_eq!(DatabaseName::parse("DB_02"), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DatabaseName(u8);

/// Most databases of a worker. A list over all sites asks each of them; twenty hold 200 GB, some thirty million calls.
const MOST: u8 = 20;

impl DatabaseName {
    /// The database that every worker has: with members, keys and the directory of the sites.
    pub const FIRST: Self = Self(0);

    /// Returns all that there may be, the first one first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..MOST).map(Self)
    }

    /// Reads a name; `None` if no database is called so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|name| name.to_string() == text)
    }

    /// Returns the database with this number; `None` if there may be none.
    pub fn from_number(number: u8) -> Option<Self> {
        Some(Self(number)).filter(|name| name.0 < MOST)
    }

    /// Returns its number, 0 for the first.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for DatabaseName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => formatter.write_str("DB"),
            number => write!(formatter, "DB_{number}"),
        }
    }
}

/// Chooses the database for a new site: the one with the fewest bytes, of equal ones the first.
pub fn least_filled(sizes: &[(DatabaseName, u64)]) -> DatabaseName {
    sizes.iter().min_by_key(|(name, bytes)| (*bytes, *name)).map_or(DatabaseName::FIRST, |(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_read_back_and_no_other() {
        for name in DatabaseName::all() {
            assert_eq!(DatabaseName::parse(&name.to_string()), Some(name));
            assert_eq!(DatabaseName::from_number(name.number()), Some(name));
        }
        for text in ["", "db", "DB_0", "DB_01", "DB_20", "DB_-1", "DB_1 ", "DB1", "CONFIG"] {
            assert_eq!(DatabaseName::parse(text), None, "{text}");
        }
        assert_eq!(DatabaseName::from_number(20), None);
    }

    #[test]
    fn a_new_site_goes_where_there_is_most_room() {
        let sizes = |bytes: &[u64]| DatabaseName::all().zip(bytes.iter().copied()).collect::<Vec<_>>();
        for (bytes, number) in [(&[][..], 0), (&[9], 0), (&[9, 9], 0), (&[9, 8, 9], 1), (&[9, 8, 7, 7], 2)] {
            assert_eq!(least_filled(&sizes(bytes)).number(), number, "{bytes:?}");
        }
    }
}
