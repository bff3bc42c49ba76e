//! Which part of a list of calls is wanted, and in which order.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dni_core::time::Millis;

use super::{BadParameter, Query};

/// Calls on one page if the request does not say.
const PAGE: u32 = 100;
/// Most calls on one page, as many as the products people know allow.
pub const MAX_PAGE: u32 = 250;

/// A part of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSlice {
    /// In which order.
    pub order: Order,
    /// Behind this call.
    pub after: Option<Cursor>,
    /// At most so many calls; a request may ask for 1 to [`MAX_PAGE`].
    pub limit: u32,
}

impl Default for CallSlice {
    fn default() -> Self {
        Self { order: Order::default(), after: None, limit: PAGE }
    }
}

impl CallSlice {
    /// Reads the parameters `sort`, `cursor` and `limit`.
    ///
    /// # Errors
    /// One of them makes no sense, or the cursor is of another order.
    pub fn parse(query: &Query) -> Result<Self, BadParameter> {
        let order = order(query)?;
        let after = query.get("cursor").map(Cursor::parse).transpose()?;
        if after.as_ref().is_some_and(|cursor| cursor.order != order) {
            return Err(BadParameter { name: "cursor", expected: "the next_cursor of an answer with the same 'sort'" });
        }
        Ok(Self { order, after, limit: limit(query)? })
    }
}

/// The order of a list of calls; those of one instant are in the order of their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Who called last comes first.
    #[default]
    NewestFirst,
    /// Who called first comes first.
    OldestFirst,
    /// What changed last comes first.
    LastChangedFirst,
    /// What changed first comes first: whoever asks on behind the last cursor misses no change.
    FirstChangedFirst,
}

impl Order {
    /// Each order with its word: a field, and a minus before it if what is largest comes first.
    const ALL: [(&'static str, Self); 4] = [
        ("-start_time", Self::NewestFirst),
        ("start_time", Self::OldestFirst),
        ("-updated_at", Self::LastChangedFirst),
        ("updated_at", Self::FirstChangedFirst),
    ];

    /// Says whether it goes by the last change, and not by the beginning of a call.
    const fn is_by_change(self) -> bool {
        matches!(self, Self::LastChangedFirst | Self::FirstChangedFirst)
    }

    /// Says whether what is largest comes first.
    const fn is_downward(self) -> bool {
        matches!(self, Self::NewestFirst | Self::LastChangedFirst)
    }

    /// The letter that cursors begin with; those of the usual order have none.
    const fn mark(self) -> &'static str {
        match self {
            Self::NewestFirst => "",
            Self::OldestFirst => "o",
            Self::LastChangedFirst => "l",
            Self::FirstChangedFirst => "f",
        }
    }
}

fn order(query: &Query) -> Result<Order, BadParameter> {
    let Some(text) = query.get("sort") else { return Ok(Order::default()) };
    let found = Order::ALL.into_iter().find(|(word, _)| *word == text);
    let expected = "-start_time, start_time, -updated_at or updated_at";
    found.map(|(_, order)| order).ok_or(BadParameter { name: "sort", expected })
}

/// Reads the parameter `limit`: how much stands on a page.
///
/// # Errors
/// It is no whole number from 1 to [`MAX_PAGE`].
pub fn limit(query: &Query) -> Result<u32, BadParameter> {
    let Some(text) = query.get("limit") else { return Ok(PAGE) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
    limit.ok_or(BadParameter { name: "limit", expected: "a whole number from 1 to 250" })
}

/// A call's place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The list's order.
    pub order: Order,
    /// The instant that the order goes by.
    pub at: Millis,
    /// The call's id.
    pub id: String,
}

impl Cursor {
    /// Returns the place that a call has in a list of this order.
    pub fn of(order: Order, started_at: Millis, updated_at: Millis, id: &str) -> Self {
        Self { order, at: if order.is_by_change() { updated_at } else { started_at }, id: id.to_owned() }
    }

    /// Reads a cursor that [`Cursor::encode`] wrote.
    ///
    /// # Errors
    /// The text is none.
    pub fn parse(text: &str) -> Result<Self, BadParameter> {
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
            let digits = text.trim_start_matches(|char: char| char.is_ascii_lowercase());
            let mark = text.strip_suffix(digits)?;
            let (_, order) = Order::ALL.into_iter().find(|(_, order)| order.mark() == mark)?;
            let (at, id) = digits.split_once('.')?;
            Some(Self { order, at: Millis::from_unix_ms(at.parse().ok()?), id: id.to_owned() })
        };
        read().ok_or(BadParameter { name: "cursor", expected: "the next_cursor of an earlier answer" })
    }

    /// Writes the cursor as a text that only this module reads.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}{}.{}", self.order.mark(), self.at.unix_ms(), self.id))
    }
}

/// A call in a list, in whatever shape.
pub trait InList {
    /// Returns the call's place in a list of this order.
    fn cursor(&self, order: Order) -> Cursor;
}

/// Makes one list of those of several databases, each of which has all that it may have of the part that is wanted.
pub fn merged_calls<C: InList>(lists: Vec<Vec<C>>, slice: &CallSlice) -> Vec<C> {
    let mut all: Vec<(Cursor, C)> = lists.into_iter().flatten().map(|call| (call.cursor(slice.order), call)).collect();
    all.sort_by(|(one, _), (other, _)| {
        let by_place = (one.at, &one.id).cmp(&(other.at, &other.id));
        if slice.order.is_downward() { by_place.reverse() } else { by_place }
    });
    all.into_iter().take(slice.limit as usize).map(|(_, call)| call).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expected: &Result<CallSlice, &'static str>) {
        let parsed = CallSlice::parse(&Query::parse(query)).map_err(|bad| bad.name);
        assert_eq!(parsed, *expected, "{query}");
    }

    #[test]
    fn parameters_are_read_and_bad_ones_named() {
        let usual = CallSlice::default();
        check("", &Ok(usual.clone()));
        check("limit=&sort=", &Ok(usual.clone()));
        check("limit=1", &Ok(CallSlice { limit: 1, ..usual.clone() }));
        check("limit=250", &Ok(CallSlice { limit: 250, ..usual.clone() }));
        for (word, order) in Order::ALL {
            check(&format!("sort={word}"), &Ok(CallSlice { order, ..usual.clone() }));
            let cursor = Cursor { order, at: Millis::from_unix_ms(1_795_381_200_000), id: "CAL1".to_owned() };
            let slice = CallSlice { order, after: Some(cursor.clone()), ..usual.clone() };
            check(&format!("sort={word}&cursor={}", cursor.encode()), &Ok(slice));
        }
        let of_changes = Cursor { order: Order::FirstChangedFirst, at: Millis::from_unix_ms(9), id: "CAL1".to_owned() };
        check(&format!("cursor={}", of_changes.encode()), &Err("cursor"));
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=251", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("cursor=!", "cursor"),
            ("cursor=bm8", "cursor"),
            ("limit=0&cursor=!", "cursor"),
            ("sort=duration", "sort"),
            ("sort=+start_time", "sort"),
        ] {
            check(query, &Err(name));
        }
    }

    #[test]
    fn cursors_of_before_are_read() {
        let old = URL_SAFE_NO_PAD.encode("1795381200000.CAL1");
        let read = Cursor::parse(&old).unwrap();
        assert_eq!((read.order, read.encode()), (Order::NewestFirst, old));
        for text in ["x1.CAL1", "of1.CAL1", "-1.CAL1", "1CAL1", "o.CAL1", ""] {
            assert!(Cursor::parse(&URL_SAFE_NO_PAD.encode(text)).is_err(), "{text}");
        }
    }

    /// A call that began and changed at these instants.
    impl InList for (u64, u64, &'static str) {
        fn cursor(&self, order: Order) -> Cursor {
            Cursor::of(order, Millis::from_unix_ms(self.0), Millis::from_unix_ms(self.1), self.2)
        }
    }

    #[test]
    fn lists_of_several_databases_become_one() {
        let lists = || vec![vec![(9, 1, "C4"), (5, 4, "C1")], Vec::new(), vec![(9, 2, "C3"), (7, 3, "C2")]];
        let merged = |order, limit| {
            let slice = CallSlice { order, limit, ..CallSlice::default() };
            merged_calls(lists(), &slice).into_iter().map(|call| call.2).collect::<Vec<_>>()
        };
        assert_eq!(merged(Order::NewestFirst, 9), ["C4", "C3", "C2", "C1"]);
        assert_eq!(merged(Order::NewestFirst, 2), ["C4", "C3"]);
        assert_eq!(merged(Order::OldestFirst, 3), ["C1", "C2", "C3"]);
        assert_eq!(merged(Order::LastChangedFirst, 3), ["C1", "C2", "C3"]);
        assert_eq!(merged(Order::FirstChangedFirst, 9), ["C4", "C3", "C2", "C1"]);
    }
}
