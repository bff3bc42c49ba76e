//! Where a phone number is from, as far as the number itself tells.

mod area;
mod area_codes;
mod line_kind;
mod prefixes;

use crate::phone::E164;
use area::Area;
use area_codes::{AREAS, REGIONS};
use prefixes::PREFIXES;

pub use line_kind::LineKind;

/// Longest prefix in the table, in digits.
const MAX_PREFIX: usize = 7;

/// The place that a number was given out for.
///
/// It is not where the caller stands: people take their numbers with them when they move, and mobile phones everywhere.
///
/// ```
/// use dni_core::phone::E164;
/// use dni_core::place::{LineKind, NumberPlace};
///
/// let place = |number| NumberPlace::of(E164::parse(number).unwrap());
/// let chicago = place("+13125550142").unwrap();
/// assert_eq!((chicago.country, chicago.region.unwrap().code), (Some("US"), "IL"));
/// assert_eq!(chicago.region.unwrap().name, "Illinois");
/// assert_eq!(chicago.time_zones, ["America/Chicago"]);
/// assert_eq!(place("+442079460018").unwrap().country, Some("GB"));
/// assert_eq!(place("+18005550142").unwrap().kind, LineKind::TollFree);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberPlace {
    /// The country's ISO 3166-1 code; `None` for numbers of no country, as toll-free ones in North America are.
    pub country: Option<&'static str>,
    /// The state, province or territory; known for the United States and Canada, `None` if the area code serves several.
    pub region: Option<Subdivision>,
    /// The IANA time zones that the area code reaches into; known for the North American plan only.
    pub time_zones: &'static [&'static str],
    /// What the number is for.
    pub kind: LineKind,
}

/// A state, province or territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subdivision {
    /// Its postal code: `IL`.
    pub code: &'static str,
    /// Its name: `Illinois`.
    pub name: &'static str,
}

impl NumberPlace {
    /// Looks a number up. `None` if no country has such a code, or North America no such area code.
    pub fn of(number: E164) -> Option<Self> {
        match number.nanp_digits() {
            Some(national) => Self::of_area(national.get(..3)?.parse().ok()?),
            None => Self::of_prefix(number.digits()),
        }
    }

    fn of_area(code: u16) -> Option<Self> {
        let Area { kind, country, region, time_zones, .. } = AREAS.iter().find(|area| area.codes.contains(&code))?;
        Some(Self { country: *country, region: region.and_then(Subdivision::of), time_zones, kind: *kind })
    }

    fn of_prefix(digits: &str) -> Option<Self> {
        let of = |prefix| PREFIXES.binary_search_by_key(&prefix, |(known, ..)| *known).ok();
        let at = (1..=MAX_PREFIX).rev().filter_map(|len| digits.get(..len)).find_map(of)?;
        let (_, country, kind) = *PREFIXES.get(at)?;
        Some(Self { country, region: None, time_zones: &[], kind })
    }
}

impl Subdivision {
    /// Looks up a region by its country and postal code: `US-IL`.
    fn of(key: &str) -> Option<Self> {
        let at = REGIONS.binary_search_by_key(&key, |(known, _)| *known).ok()?;
        let (known, name) = *REGIONS.get(at)?;
        Some(Self { code: known.split_once('-')?.1, name })
    }
}

#[cfg(test)]
mod tests {
    use super::LineKind::{Network, Ordinary, Personal, Premium, SharedCost, TollFree};
    use super::*;

    #[test]
    fn north_america() {
        /// Number, country, region, time zones, what for.
        type Case<'a> = (&'a str, Option<&'a str>, Option<(&'a str, &'a str)>, &'a [&'a str], LineKind);
        let eastern: &[&str] = &["America/New_York"];
        let central: &[&str] = &["America/Chicago"];
        let cases: &[Case] = &[
            ("+13125550142", Some("US"), Some(("IL", "Illinois")), central, Ordinary),
            ("+12125550142", Some("US"), Some(("NY", "New York")), eastern, Ordinary),
            ("+12015550142", Some("US"), Some(("NJ", "New Jersey")), eastern, Ordinary),
            ("+12025550142", Some("US"), Some(("DC", "District of Columbia")), eastern, Ordinary),
            ("+12065550142", Some("US"), Some(("WA", "Washington")), &["America/Los_Angeles"], Ordinary),
            ("+18085550142", Some("US"), Some(("HI", "Hawaii")), &["Pacific/Honolulu"], Ordinary),
            ("+16025550142", Some("US"), Some(("AZ", "Arizona")), &["America/Phoenix"], Ordinary),
            ("+14165550142", Some("CA"), Some(("ON", "Ontario")), &["America/Toronto"], Ordinary),
            ("+15145550142", Some("CA"), Some(("QC", "Quebec")), &["America/Toronto"], Ordinary),
            ("+19025550142", Some("CA"), None, &["America/Halifax"], Ordinary),
            ("+17875550142", Some("PR"), None, &["America/Puerto_Rico"], Ordinary),
            ("+12425550142", Some("BS"), None, &["America/Nassau"], Ordinary),
            ("+18765550142", Some("JM"), None, &["America/Jamaica"], Ordinary),
            ("+16715550142", Some("GU"), None, &["Pacific/Guam"], Ordinary),
            ("+18095550142", Some("DO"), None, &["America/Santo_Domingo"], Ordinary),
            ("+18005550142", None, None, &[], TollFree),
            ("+18335550142", None, None, &[], TollFree),
            ("+19005550142", None, None, &[], Premium),
            ("+15005550142", None, None, &[], Personal),
        ];
        for (number, country, region, zones, kind) in cases {
            let place = place(number).unwrap_or_else(|| panic!("{number}"));
            let found = place.region.map(|region| (region.code, region.name));
            assert_eq!(
                (place.country, found, place.time_zones, place.kind),
                (*country, *region, *zones, *kind),
                "{number}"
            );
        }
    }

    #[test]
    fn an_area_code_in_two_time_zones_names_both() {
        for (number, main, other) in [
            ("+18505550142", "America/New_York", "America/Chicago"),
            ("+12085550142", "America/Boise", "America/Los_Angeles"),
        ] {
            let zones = place(number).unwrap().time_zones;
            assert!(zones.contains(&main) && zones.contains(&other), "{number}: {zones:?}");
        }
    }

    #[test]
    fn other_countries() {
        let cases = [
            ("+442079460018", Some("GB"), Ordinary),
            ("+441534555014", Some("JE"), Ordinary),
            ("+441481555014", Some("GG"), Ordinary),
            ("+441624555014", Some("IM"), Ordinary),
            ("+4930555014", Some("DE"), Ordinary),
            ("+33155501423", Some("FR"), Ordinary),
            ("+390669855501", Some("VA"), Ordinary),
            ("+390655501423", Some("IT"), Ordinary),
            ("+77015550142", Some("KZ"), Ordinary),
            ("+74955550142", Some("RU"), Ordinary),
            ("+525555501423", Some("MX"), Ordinary),
            ("+97235550142", Some("IL"), Ordinary),
            ("+85225550142", Some("HK"), Ordinary),
            ("+80012345678", None, TollFree),
            ("+80812345678", None, SharedCost),
            ("+870773111632", None, Network),
            ("+979123456789", None, Premium),
        ];
        for (number, country, kind) in cases {
            let place = place(number).unwrap_or_else(|| panic!("{number}"));
            assert_eq!((place.country, place.kind), (country, kind), "{number}");
            assert!(place.region.is_none() && place.time_zones.is_empty(), "{number}");
        }
    }

    #[test]
    fn codes_of_nobody() {
        for number in ["+12115550142", "+2105550142", "+9995550142", "+12225550142", "+18895550142"] {
            let Ok(number) = E164::parse(number) else { continue };
            assert_eq!(NumberPlace::of(number), None, "{number}");
        }
    }

    #[test]
    fn every_entry_is_found_and_every_reference_is_whole() {
        for (area, code) in AREAS.iter().flat_map(|area| area.codes.iter().map(move |code| (area, code))) {
            let place = place(&format!("+1{code}5550142")).unwrap_or_else(|| panic!("{code}"));
            let key = place.region.map(|region| format!("{}-{}", place.country.unwrap(), region.code));
            assert_eq!(key.as_deref(), area.region, "{code}");
            assert_eq!(
                (place.kind, place.country, place.time_zones),
                (area.kind, area.country, area.time_zones),
                "{code}"
            );
            assert_eq!(place.time_zones.is_empty(), area.kind != Ordinary, "{code}");
        }
        for (prefix, country, _) in PREFIXES {
            let number = format!("+{prefix:0<9}");
            assert!(prefix.len() <= MAX_PREFIX && place(&number).is_some(), "{prefix}");
            assert!(country.is_none_or(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
        }
        // Every state and province but Prince Edward Island and the three territories, which share their codes.
        let named = |key: &&'static str| AREAS.iter().any(|area| area.region == Some(*key));
        let unnamed: Vec<_> = REGIONS.iter().map(|(key, _)| *key).filter(|key| !named(key)).collect();
        assert_eq!(unnamed, ["CA-NS", "CA-NT", "CA-NU", "CA-PE", "CA-YT"]);
    }

    #[test]
    fn tables_are_sorted() {
        assert!(REGIONS.is_sorted_by(|one, next| one.0 < next.0));
        let codes: Vec<u16> = AREAS.iter().flat_map(|area| area.codes).copied().collect();
        assert!(codes.iter().all(|code| codes.iter().filter(|other| *other == code).count() == 1), "each stands once");
        assert!(PREFIXES.is_sorted_by(|one, next| one.0 < next.0));
        assert!(codes.len() > 430 && PREFIXES.len() > 200);
    }

    fn place(number: &str) -> Option<NumberPlace> {
        NumberPlace::of(E164::parse(number).unwrap())
    }
}
