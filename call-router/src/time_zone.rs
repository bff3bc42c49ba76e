//! The names of time zones that owners write.
//!
//! A zone is a place, whose clocks are known for every day. What clocks show there at the moment, `CST`, is no zone: several
//! places share it, or it holds for half of the year.

use core::fmt;

/// Most places that are named instead.
const MAX_NEAR: usize = 3;

/// What people write for a zone, in capital letters, and the zones that they may mean.
const ABBREVIATIONS: [(&str, &[&str]); 57] = [
    ("ACDT", &["Australia/Adelaide"]),
    ("ACST", &["Australia/Adelaide", "Australia/Darwin"]),
    ("ADT", &["America/Halifax"]),
    ("AEDT", &["Australia/Sydney"]),
    ("AEST", &["Australia/Sydney", "Australia/Brisbane"]),
    ("AKDT", &["America/Anchorage"]),
    ("AKST", &["America/Anchorage"]),
    ("ART", &["America/Argentina/Buenos_Aires"]),
    ("AST", &["America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"]),
    ("AWST", &["Australia/Perth"]),
    ("BRT", &["America/Sao_Paulo"]),
    ("BST", &["Europe/London", "Asia/Dhaka"]),
    ("CAT", &["Africa/Harare"]),
    ("CDT", &["America/Chicago", "America/Havana"]),
    ("CEST", &["Europe/Berlin"]),
    ("CLT", &["America/Santiago"]),
    ("COT", &["America/Bogota"]),
    ("CST", &["America/Chicago", "Asia/Shanghai", "America/Mexico_City"]),
    ("CT", &["America/Chicago"]),
    ("EAT", &["Africa/Nairobi"]),
    ("EDT", &["America/New_York"]),
    ("EEST", &["Europe/Athens", "Europe/Helsinki"]),
    ("EST", &["America/New_York", "America/Panama", "Australia/Sydney"]),
    ("ET", &["America/New_York"]),
    ("GMT", &["Europe/London", "Africa/Accra", "UTC"]),
    ("GST", &["Asia/Dubai"]),
    ("HDT", &["America/Adak"]),
    ("HKT", &["Asia/Hong_Kong"]),
    ("HST", &["Pacific/Honolulu"]),
    ("ICT", &["Asia/Bangkok", "Asia/Ho_Chi_Minh"]),
    ("IDT", &["Asia/Jerusalem"]),
    ("IRST", &["Asia/Tehran"]),
    ("IST", &["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
    ("JST", &["Asia/Tokyo"]),
    ("KST", &["Asia/Seoul"]),
    ("MDT", &["America/Denver"]),
    ("MSK", &["Europe/Moscow"]),
    ("MST", &["America/Denver", "America/Phoenix"]),
    ("MT", &["America/Denver"]),
    ("MYT", &["Asia/Kuala_Lumpur"]),
    ("NDT", &["America/St_Johns"]),
    ("NPT", &["Asia/Kathmandu"]),
    ("NST", &["America/St_Johns"]),
    ("NZDT", &["Pacific/Auckland"]),
    ("NZST", &["Pacific/Auckland"]),
    ("PDT", &["America/Los_Angeles"]),
    ("PHT", &["Asia/Manila"]),
    ("PKT", &["Asia/Karachi"]),
    ("PST", &["America/Los_Angeles", "Asia/Manila"]),
    ("PT", &["America/Los_Angeles"]),
    ("SAST", &["Africa/Johannesburg"]),
    ("SGT", &["Asia/Singapore"]),
    ("TRT", &["Europe/Istanbul"]),
    ("WAT", &["Africa/Lagos"]),
    ("WEST", &["Europe/Lisbon"]),
    ("WIB", &["Asia/Jakarta"]),
    ("WST", &["Australia/Perth"]),
];

/// What people call a zone in words, in small letters, and the zone.
const NAMES: [(&str, &str); 12] = [
    ("alaska", "America/Anchorage"),
    ("atlantic", "America/Halifax"),
    ("central", "America/Chicago"),
    ("central european", "Europe/Berlin"),
    ("eastern", "America/New_York"),
    ("eastern european", "Europe/Athens"),
    ("greenwich mean", "Europe/London"),
    ("hawaii", "Pacific/Honolulu"),
    ("india", "Asia/Kolkata"),
    ("mountain", "America/Denver"),
    ("newfoundland", "America/St_Johns"),
    ("pacific", "America/Los_Angeles"),
];

/// Checks a name that an owner writes. What was stored before it was checked is looked up as it stands.
///
/// # Errors
/// [`BadTimeZone`] names what to write instead.
///
/// ```
/// use call_router::time_zone::check;
///
/// assert_eq!(check("America/Chicago"), Ok(()));
/// assert!(check("EST").unwrap_err().repair().contains("America/New_York"));
/// ```
pub fn check(name: &str) -> Result<(), BadTimeZone> {
    let of = |zones: &[&str]| zones.iter().map(|zone| (*zone).to_owned()).collect();
    if let Some((_, zones)) = ABBREVIATIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim())) {
        return Err(BadTimeZone::Abbreviation(of(zones)));
    }
    if jiff::tz::db().get(name).is_ok() {
        return Ok(());
    }
    let (words, letters) = (in_words(name), name.chars().any(char::is_alphabetic));
    if !letters || is_offset(&words) {
        return Err(BadTimeZone::Offset);
    }
    let named = NAMES.iter().filter(|(known, _)| *known == words).map(|(_, zone)| (*zone).to_owned());
    Err(BadTimeZone::Unknown(named.chain(zones_of_place(name)).take(MAX_NEAR).collect()))
}

/// Writes a name in small letters, without the words that every zone has: `Central Standard Time` is `central`.
fn in_words(name: &str) -> String {
    let name = name.to_lowercase();
    let words = name
        .split(|char: char| char.is_whitespace() || matches!(char, '_' | '(' | ')'))
        .filter(|word| !word.is_empty());
    words
        .filter(|word| !matches!(*word, "standard" | "daylight" | "summer" | "time" | "zone"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Says whether a text is an offset from UTC: `utc+5`, `gmt-06:00`.
fn is_offset(words: &str) -> bool {
    let rest = words.strip_prefix("utc").or_else(|| words.strip_prefix("gmt"));
    rest.is_some_and(|rest| rest.trim_start().starts_with(['+', '-', '\u{2212}']))
}

/// Lists the zones of a place that is named without its continent: `Chicago`.
fn zones_of_place(name: &str) -> impl Iterator<Item = String> {
    let place = name.trim().rsplit('/').next().unwrap_or_default().replace([' ', '-'], "_");
    let known = jiff::tz::db().available();
    // Some databases list all their zones twice more.
    let is_doubled = |zone: &str| zone.starts_with("posix/") || zone.starts_with("right/");
    known.map(|zone| zone.as_str().to_owned()).filter(move |zone| {
        let (continent, of_zone) = zone.rsplit_once('/').unwrap_or_default();
        !continent.is_empty() && of_zone.eq_ignore_ascii_case(&place) && !is_doubled(zone)
    })
}

/// Why a text is no time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadTimeZone {
    /// It is an abbreviation, of these.
    Abbreviation(Vec<String>),
    /// It is an offset from UTC.
    Offset,
    /// Nobody knows it; these may be meant.
    Unknown(Vec<String>),
}

impl BadTimeZone {
    /// Says what is wrong, to stand behind the text.
    pub const fn what(&self) -> &'static str {
        match self {
            Self::Abbreviation(_) => "an abbreviation, which several places share or which holds for half of the year",
            Self::Offset => "an offset, which does not tell when clocks are changed",
            Self::Unknown(_) => "and there is no such time zone",
        }
    }

    /// Says what to write instead, in a sentence.
    pub fn repair(&self) -> String {
        match self {
            Self::Abbreviation(zones) | Self::Unknown(zones) if !zones.is_empty() => {
                format!("Write {}.", zones.join(" or "))
            }
            _ => "Write an IANA name such as America/Chicago.".to_owned(),
        }
    }
}

impl fmt::Display for BadTimeZone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::Abbreviation(_) => {
                "The time zone is an abbreviation, which several places share or which holds for half of the year."
            }
            Self::Offset => "The time zone is an offset, which does not tell when clocks are changed.",
            Self::Unknown(_) => "The time zone is unknown.",
        };
        write!(out, "{sentence} {}", self.repair())
    }
}

impl core::error::Error for BadTimeZone {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_places() {
        for zone in [
            "America/Chicago",
            "america/new_york",
            "Europe/Berlin",
            "Asia/Kolkata",
            "UTC",
            "US/Central",
            "CET",
            "PST8PDT",
        ] {
            assert_eq!(check(zone), Ok(()), "{zone}");
        }
    }

    #[test]
    fn what_is_none_is_refused_with_the_zone_to_write() {
        let cases = [
            ("CST", "America/Chicago"),
            ("PST", "America/Los_Angeles"),
            ("IST", "Asia/Kolkata"),
            ("EST", "America/New_York"),
            ("est", "America/New_York"),
            (" MST ", "America/Phoenix"),
            ("EDT", "America/New_York"),
            ("BST", "Europe/London"),
            ("GMT", "Europe/London"),
            ("AEST", "Australia/Sydney"),
            ("CEST", "Europe/Berlin"),
            ("HST", "Pacific/Honolulu"),
            ("Central Standard Time", "America/Chicago"),
            ("Eastern Time", "America/New_York"),
            ("Central European Summer Time", "Europe/Berlin"),
            ("Chicago", "America/Chicago"),
            ("new york", "America/New_York"),
            ("USA/Chicago", "America/Chicago"),
            ("UTC+5", "an IANA name"),
            ("GMT -06:00", "an IANA name"),
            ("+05:30", "an IANA name"),
            ("Atlantis/Middle", "an IANA name"),
            ("Atlantis/Center", "America/North_Dakota/Center"),
            ("", "an IANA name"),
        ];
        for (text, instead) in cases {
            let error = check(text).unwrap_err();
            assert!(error.to_string().contains(instead), "{text}: {error}");
        }
    }

    #[test]
    fn every_zone_that_is_named_instead_exists() {
        let named = ABBREVIATIONS.iter().flat_map(|(_, zones)| zones.iter().copied());
        for zone in named.chain(NAMES.iter().map(|(_, zone)| *zone)) {
            assert_eq!(check(zone), Ok(()), "{zone}");
        }
        assert!(ABBREVIATIONS.is_sorted_by_key(|(text, _)| *text), "each once, in order");
    }
}
