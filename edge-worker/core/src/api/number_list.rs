//! Which tracking numbers a request wants listed, and the page that it gets.
//!
//! They stand in the order of their sites, as what each is used for is read in its site's document. However many there are, a page
//! costs the same at most: so many sites, and so many numbers, are looked at for it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dni_core::id::SiteId;
use dni_core::phone::E164;
use serde::Serialize;
use utoipa::ToSchema;

use super::call_filter::{UNKNOWN_SITE, site};
use super::call_slice::limit;
use super::{BadParameter, Query};
use crate::account::site_selection::SiteSelection;
use crate::site::{NumberRecord, NumberUse, OwnedNumber, SiteDocument};

/// Most sites that are looked at for one page.
pub const SITES_AT_ONCE: u32 = 20;
/// Most numbers that are looked at for one page of those with one use: that is not known before.
const LOOKED_AT: u32 = 1_000;

/// Which numbers are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberFilter {
    /// The sites whose numbers may be seen.
    pub visible: SiteSelection,
    /// Those of this site.
    pub site: Option<SiteId>,
    /// Those with this use.
    pub used_as: Option<NumberUse>,
    /// Those behind this place.
    pub after: Option<NumberCursor>,
    /// At most so many: 1 to 250.
    pub limit: u32,
}

/// A place in the list: behind this number of the site, or behind all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberCursor {
    /// The site.
    pub site: SiteId,
    /// The number.
    pub number: Option<E164>,
}

/// A page of tracking numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NumberPage {
    /// The numbers, by their sites.
    pub numbers: Vec<NumberRecord>,
    /// Where the next page begins; null if this was the last. A page may have fewer numbers than were asked for, and not be the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl NumberFilter {
    /// Reads the parameters `site`, `use`, `cursor` and `limit`.
    ///
    /// # Errors
    /// One of them makes no sense, or the site may not be seen.
    pub fn parse(query: &Query, visible: &SiteSelection) -> Result<Self, BadParameter> {
        let site = site(query)?;
        if site.as_ref().is_some_and(|site| !visible.has(site)) {
            return Err(UNKNOWN_SITE);
        }
        let expected = "pool, overflow, source or unlisted";
        let used_as = |word| NumberUse::parse(word).ok_or(BadParameter { name: "use", expected });
        Ok(Self {
            visible: visible.clone(),
            site,
            used_as: query.get("use").map(used_as).transpose()?,
            after: query.get("cursor").map(NumberCursor::parse).transpose()?,
            limit: limit(query)?,
        })
    }

    /// Says how many numbers are looked at, at most.
    pub const fn looks_at(&self) -> u32 {
        if self.used_as.is_some() { LOOKED_AT } else { self.limit }
    }

    /// Makes the page: of `sites`, the next in their order, [`SITES_AT_ONCE`] if there are more, and of the first numbers that they own
    /// behind the cursor, [`NumberFilter::looks_at`] if there are more, with the documents of their sites.
    pub fn page(
        &self,
        sites: &[SiteId],
        owned: &[OwnedNumber],
        documents: &BTreeMap<SiteId, SiteDocument>,
    ) -> NumberPage {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let is_full = |len: usize, most: u32| u32::try_from(len).is_ok_and(|len| len >= most);
        let mut found = Vec::new();
        for of_site in owned.chunk_by(|one, next| one.site == next.site) {
            let Some(document) = of_site.first().and_then(|first| documents.get(&first.site)) else { continue };
            let records = NumberRecord::of_site(document, of_site).into_iter();
            found.extend(records.filter(|record| self.used_as.is_none_or(|used_as| record.used_as == used_as)));
        }
        let has_more = found.len() > limit;
        found.truncate(limit);
        let last_found = || found.last().map(|last| NumberCursor::behind(&last.site_id, last.number));
        let last_looked_at = || owned.last().map(|last| NumberCursor::behind(&last.site, last.number));
        let next = if has_more {
            last_found()
        } else if is_full(owned.len(), self.looks_at()) {
            last_looked_at()
        } else if self.site.is_none() && is_full(sites.len(), SITES_AT_ONCE) {
            sites.last().map(|site| NumberCursor { site: site.clone(), number: None })
        } else {
            None
        };
        NumberPage { next_cursor: next.map(|cursor| cursor.encode()), numbers: found }
    }
}

impl NumberCursor {
    fn behind(site: &SiteId, number: E164) -> Self {
        Self { site: site.clone(), number: Some(number) }
    }

    /// Reads a cursor that [`NumberCursor::encode`] wrote.
    ///
    /// # Errors
    /// The text is none.
    fn parse(text: &str) -> Result<Self, BadParameter> {
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
            let (site, number) = text.split_once(' ')?;
            let number = if number.is_empty() { None } else { Some(E164::parse(number).ok()?) };
            Some(Self { site: SiteId::parse(site).ok()?, number })
        };
        read().ok_or(BadParameter { name: "cursor", expected: "the next_cursor of an earlier answer" })
    }

    /// Writes the cursor as a text that only this module reads.
    fn encode(&self) -> String {
        let number = self.number.as_ref().map_or("", E164::as_str);
        URL_SAFE_NO_PAD.encode(format!("{} {number}", self.site))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a site owns and lists: a number of its pool, one for overflow, one for a source, and one that it lists no longer.
    const OWN: [(&str, NumberUse); 4] = [
        ("+13125550151", NumberUse::Pool),
        ("+13125550152", NumberUse::Unlisted),
        ("+13125550161", NumberUse::Source),
        ("+13125550171", NumberUse::Overflow),
    ];

    fn document() -> SiteDocument {
        serde_json::from_str(include_str!("../../tests/fixtures/site/good/harbor.json")).map(without_a_number).unwrap()
    }

    fn without_a_number(mut site: SiteDocument) -> SiteDocument {
        site.pools[0].numbers.retain(|number| number.as_str() != OWN[1].0);
        site
    }

    fn id(number: u32) -> SiteId {
        SiteId::parse(&format!("site-{number:03}")).unwrap()
    }

    fn filter(query: &str) -> Result<NumberFilter, &'static str> {
        let visible = SiteSelection::Listed((0..100).map(id).collect());
        NumberFilter::parse(&Query::parse(query), &visible).map_err(|bad| bad.name)
    }

    /// Asks as the worker does, of an account in which each of so many sites has the same numbers.
    fn page(filter: &NumberFilter, account: u32) -> NumberPage {
        let from = filter.after.as_ref().map_or_else(|| id(0), |cursor| cursor.site.clone());
        let is_asked = |site: &SiteId| filter.site.as_ref().map_or(*site >= from, |asked| asked == site);
        let sites: Vec<_> = (0..account).map(id).filter(is_asked).take(SITES_AT_ONCE as usize).collect();
        let is_behind = |site: &SiteId, number: &str| match &filter.after {
            Some(cursor) if cursor.site == *site => cursor.number.is_some_and(|last| number > last.as_str()),
            _ => true,
        };
        let of_site = |site: &SiteId| {
            let numbers = OWN.iter().filter(|(number, _)| is_behind(site, number));
            numbers
                .map(|(number, _)| OwnedNumber { number: E164::parse(number).unwrap(), site: site.clone(), pool: None })
                .collect::<Vec<_>>()
        };
        let owned: Vec<_> = sites.iter().flat_map(of_site).take(filter.looks_at() as usize).collect();
        let documents = owned.iter().map(|owned| (owned.site.clone(), document())).collect();
        filter.page(&sites, &owned, &documents)
    }

    /// Walks through all pages, and returns how many numbers each has.
    #[track_caller]
    fn check(query: &str, account: u32, pages: &[usize], uses: &[NumberUse]) {
        let mut filter = filter(query).unwrap();
        let (mut sizes, mut seen) = (Vec::new(), Vec::new());
        loop {
            let page = page(&filter, account);
            sizes.push(page.numbers.len());
            seen.extend(page.numbers.into_iter().map(|record| (record.site_id, record.number, record.used_as)));
            let Some(cursor) = page.next_cursor else { break };
            filter.after = Some(NumberCursor::parse(&cursor).unwrap());
        }
        assert_eq!(sizes, pages, "{query}");
        assert!(seen.is_sorted_by(|one, next| (&one.0, one.1) < (&next.0, next.1)), "{query}: each once, in order");
        let of_first: Vec<_> =
            seen.iter().filter(|(site, ..)| *site == id(0)).map(|(_, _, used_as)| *used_as).collect();
        assert_eq!(of_first, uses, "{query}");
    }

    #[test]
    fn all_pages_together_have_each_number_once() {
        let all = OWN.map(|(_, used_as)| used_as);
        check("", 1, &[4], &all);
        check("", 0, &[0], &[]);
        check("limit=3", 1, &[3, 1], &all);
        check("limit=4", 1, &[4, 0], &all);
        check("limit=3", 3, &[3, 3, 3, 3, 0], &all);
        check("limit=250", 45, &[80, 76, 24], &all);
        check("site=site-000&limit=3", 45, &[3, 1], &all);
        check("site=site-001", 45, &[4], &[]);
        check("use=unlisted", 45, &[20, 19, 6], &[NumberUse::Unlisted]);
        check("use=source&limit=9", 45, &[9, 9, 9, 9, 9], &[NumberUse::Source]);
        check("use=overflow&site=site-000&limit=1", 45, &[1], &[NumberUse::Overflow]);
        check("use=pool&limit=1", 2, &[1, 1], &[NumberUse::Pool]);
    }

    #[test]
    fn parameters_are_read_and_bad_ones_named() {
        let usual = filter("").unwrap();
        assert_eq!((usual.limit, usual.looks_at()), (100, 100));
        assert_eq!(filter("use=pool").unwrap().looks_at(), 1_000);
        let cursor = NumberCursor::behind(&id(7), E164::parse("+13125550151").unwrap());
        let whole = NumberCursor { number: None, ..cursor.clone() };
        for cursor in [cursor, whole] {
            assert_eq!(filter(&format!("cursor={}", cursor.encode())).unwrap().after, Some(cursor));
        }
        for (query, name) in [
            ("site=another", "site"),
            ("site=Not a site", "site"),
            ("use=van", "use"),
            ("use=Pool", "use"),
            ("limit=251", "limit"),
            ("limit=0", "limit"),
            ("cursor=harbor", "cursor"),
            ("cursor=bm8", "cursor"),
        ] {
            assert_eq!(filter(query), Err(name), "{query}");
        }
    }
}
