//! Which calls of the log are wanted.

use dni_core::time::Millis;

use super::{BadParameter, Cursor, Query};
use crate::timestamp;

/// Calls on one page if the request does not say.
const PAGE: u32 = 100;
/// Most calls on one page, as many as the products people know allow.
pub const MAX_PAGE: u32 = 250;

/// Which calls are wanted; what is `None` does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFilter {
    /// Of this site.
    pub site: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
    /// From this source.
    pub source: Option<String>,
    /// To this number.
    pub tracking_number: Option<String>,
    /// Begun at this instant or later.
    pub started_from: Option<Millis>,
    /// Begun before this instant.
    pub started_before: Option<Millis>,
    /// Changed at this instant or later.
    pub updated_since: Option<Millis>,
    /// Behind this call in the list.
    pub after: Option<Cursor>,
    /// At most so many, 1 to [`MAX_PAGE`].
    pub limit: u32,
}

impl Default for CallFilter {
    fn default() -> Self {
        Self {
            site: None,
            outcome: None,
            source: None,
            tracking_number: None,
            started_from: None,
            started_before: None,
            updated_since: None,
            after: None,
            limit: PAGE,
        }
    }
}

impl CallFilter {
    /// Reads the parameters of `GET /v1/calls`.
    ///
    /// # Errors
    /// The first parameter that makes no sense.
    pub fn parse(query: &Query) -> Result<Self, BadParameter> {
        let text = |name: &str| query.get(name).map(str::to_owned);
        Ok(Self {
            site: text("site"),
            outcome: text("outcome"),
            source: text("source"),
            tracking_number: text("tracking_phone_number"),
            started_from: instant(query, "start_date")?,
            started_before: instant(query, "end_date")?,
            updated_since: instant(query, "updated_since")?,
            after: query.get("cursor").map(Cursor::parse).transpose()?,
            limit: limit(query)?,
        })
    }
}

fn limit(query: &Query) -> Result<u32, BadParameter> {
    let Some(text) = query.get("limit") else { return Ok(PAGE) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
    limit.ok_or(BadParameter { name: "limit", expected: "a whole number from 1 to 250" })
}

fn instant(query: &Query, name: &'static str) -> Result<Option<Millis>, BadParameter> {
    let expected = "an instant in ISO 8601 with its offset, such as 2026-11-22T21:00:00Z";
    let read = |text| timestamp::parse(text).ok_or(BadParameter { name, expected });
    query.get(name).map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expected: &Result<CallFilter, &'static str>) {
        let parsed = CallFilter::parse(&Query::parse(query)).map_err(|bad| bad.name);
        assert_eq!(parsed, *expected, "{query}");
    }

    #[test]
    fn parameters_are_read_and_bad_ones_named() {
        let all = CallFilter::default();
        let nine = Millis::from_unix_ms(1_795_381_200_000);
        check("", &Ok(all.clone()));
        check("limit=&site=", &Ok(all.clone()));
        check("unknown=1", &Ok(all.clone()));
        check("limit=1", &Ok(CallFilter { limit: 1, ..all.clone() }));
        check("limit=250", &Ok(CallFilter { limit: 250, ..all.clone() }));
        check(
            "site=harbor&source=google%20ads",
            &Ok(CallFilter { site: Some("harbor".to_owned()), source: Some("google ads".to_owned()), ..all.clone() }),
        );
        check(
            "tracking_phone_number=%2B13125550142&outcome=missed",
            &Ok(CallFilter {
                tracking_number: Some("+13125550142".to_owned()),
                outcome: Some("missed".to_owned()),
                ..all.clone()
            }),
        );
        check("start_date=2026-11-22T21:00:00Z", &Ok(CallFilter { started_from: Some(nine), ..all.clone() }));
        check("end_date=2026-11-22T15:00:00-06:00", &Ok(CallFilter { started_before: Some(nine), ..all.clone() }));
        check("updated_since=2026-11-22T21:00:00Z", &Ok(CallFilter { updated_since: Some(nine), ..all.clone() }));
        let cursor = Cursor { started_at: nine, id: "CAL1".to_owned() };
        check(&format!("cursor={}", cursor.encode()), &Ok(CallFilter { after: Some(cursor), ..all }));
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=251", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("start_date=2026-11-22", "start_date"),
            ("end_date=tomorrow", "end_date"),
            ("updated_since=2026-11-22T21:00:00", "updated_since"),
            ("cursor=!", "cursor"),
            ("cursor=bm8", "cursor"),
            ("limit=0&cursor=!", "cursor"),
        ] {
            check(query, &Err(name));
        }
    }
}
