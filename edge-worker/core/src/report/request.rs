//! What somebody wants reported.

use super::{CreditModel, Dimension};
use crate::api::{BadParameter, Query};

/// Most dimensions of one report.
const MAX_DIMENSIONS: usize = 2;
/// Groups of a report that does not say how many.
const USUAL_GROUPS: u32 = 100;
/// Most groups of a report.
const MAX_GROUPS: u32 = 1_000;

/// What somebody wants reported, beside which calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRequest {
    /// What calls are put together by: none for the sums alone.
    pub group_by: Vec<Dimension>,
    /// Which touches have the credit.
    pub model: CreditModel,
    /// Whether the period before is told, too.
    pub compare: bool,
    /// Most groups, those with the most calls; of time, all are told.
    pub limit: u32,
}

impl ReportRequest {
    /// Reads the parameters `group_by`, `model`, `compare` and `limit`.
    ///
    /// # Errors
    /// One of them makes no sense.
    pub fn parse(query: &Query) -> Result<Self, BadParameter> {
        Ok(Self {
            group_by: query.get("group_by").map_or(Ok(Vec::new()), group_by)?,
            model: query.get("model").map_or(Ok(CreditModel::default()), model)?,
            compare: query.yes_or_no("compare")? == Some(true),
            limit: query.get("limit").map_or(Ok(USUAL_GROUPS), limit)?,
        })
    }
}

fn group_by(text: &str) -> Result<Vec<Dimension>, BadParameter> {
    let expected = "one or two of source, medium, campaign, keywords, channel, landing_page, tracking_phone_number, site, hour, \
                    weekday, day, week, month, separated by a comma";
    let bad = BadParameter { name: "group_by", expected };
    let found: Vec<_> = text.split(',').map(str::trim).map(Dimension::from_code).collect::<Option<_>>().ok_or(bad)?;
    let is_twice = found.iter().collect::<std::collections::BTreeSet<_>>().len() < found.len();
    let of_time = found.iter().filter(|dimension| dimension.is_of_time()).count();
    if found.len() > MAX_DIMENSIONS || is_twice {
        return Err(bad);
    }
    if of_time > 1 && !found.iter().all(|dimension| matches!(dimension, Dimension::Hour | Dimension::Weekday)) {
        return Err(BadParameter { name: "group_by", expected: "at most one of time, or hour and weekday" });
    }
    Ok(found)
}

fn model(text: &str) -> Result<CreditModel, BadParameter> {
    let expected = "last_non_direct, first, last, linear, position, time_decay or paid_override";
    let found = CreditModel::ALL.into_iter().find(|model| model.code() == text);
    found.ok_or(BadParameter { name: "model", expected })
}

fn limit(text: &str) -> Result<u32, BadParameter> {
    let limit = text.parse().ok().filter(|limit| (1..=MAX_GROUPS).contains(limit));
    limit.ok_or(BadParameter { name: "limit", expected: "a whole number from 1 to 1,000" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_and_what_makes_no_sense_is_named() {
        let parse = |query: &str| ReportRequest::parse(&Query::parse(query)).map_err(|bad| bad.name);
        let usual = ReportRequest {
            group_by: Vec::new(),
            model: CreditModel::LastNonDirect,
            compare: false,
            limit: USUAL_GROUPS,
        };
        assert_eq!(parse(""), Ok(usual.clone()));
        let asked = ReportRequest {
            group_by: vec![Dimension::Source, Dimension::Day],
            model: CreditModel::Linear,
            compare: true,
            limit: 5,
        };
        assert_eq!(parse("group_by=source,day&model=linear&compare=true&limit=5"), Ok(asked));
        assert_eq!(parse("group_by=weekday,hour").unwrap().group_by, [Dimension::Weekday, Dimension::Hour]);
        for (query, name) in [
            ("group_by=", Ok(usual)),
            ("group_by=colour", Err("group_by")),
            ("group_by=source,source", Err("group_by")),
            ("group_by=source,medium,campaign", Err("group_by")),
            ("group_by=day,month", Err("group_by")),
            ("group_by=day,hour", Err("group_by")),
            ("model=best", Err("model")),
            ("compare=1", Err("compare")),
            ("limit=0", Err("limit")),
            ("limit=1001", Err("limit")),
        ] {
            assert_eq!(parse(query), name, "{query}");
        }
    }
}
