//! Instants as texts.

use dni_core::time::Millis;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Writes an instant as ISO 8601 in UTC, to the millisecond; empty beyond the year 9999.
///
/// ```
/// use dni_core::time::Millis;
/// use edge_core::timestamp::iso;
///
/// assert_eq!(iso(Millis::from_unix_ms(1_795_381_200_000)), "2026-11-22T21:00:00.000Z");
/// ```
pub fn iso(at: Millis) -> String {
    instant(at).map(|instant| format!("{instant:.3}")).unwrap_or_default()
}

/// Writes the day of an instant in UTC: `2026-11-20`; empty beyond the year 9999.
pub fn day(at: Millis) -> String {
    instant(at).map(|instant| instant.to_zoned(TimeZone::UTC).date().to_string()).unwrap_or_default()
}

/// Reads an instant in ISO 8601 with its offset; `None` if it is none, or before 1970.
pub fn parse(text: &str) -> Option<Millis> {
    let instant: Timestamp = text.parse().ok()?;
    u64::try_from(instant.as_millisecond()).ok().map(Millis::from_unix_ms)
}

/// Writes an instant as the clocks of a zone show it, with its offset, to the millisecond; `None` if nobody knows the zone.
///
/// ```
/// use dni_core::time::Millis;
/// use edge_core::timestamp::local;
///
/// let at = Millis::from_unix_ms(1_795_381_200_000);
/// assert_eq!(local(at, Some("America/Chicago")).as_deref(), Some("2026-11-22T15:00:00.000-06:00"));
/// ```
pub fn local(at: Millis, zone: Option<&str>) -> Option<String> {
    by_clocks(at, &jiff::tz::db().get(zone?).ok()?, WITH_OFFSET)
}

/// How ISO 8601 writes an instant with its offset, as [`by_clocks`] takes it.
pub const WITH_OFFSET: &str = "%Y-%m-%dT%H:%M:%S%.3f%:z";

/// Writes an instant as the clocks of a zone show it, in the form that `strftime` would; `None` beyond the year 9999.
pub fn by_clocks(at: Millis, zone: &TimeZone, form: &str) -> Option<String> {
    Some(instant(at)?.to_zoned(zone.clone()).strftime(form).to_string())
}

fn instant(at: Millis) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(at.unix_ms()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_and_read() {
        let table = [
            (0, "1970-01-01T00:00:00.000Z", "1970-01-01"),
            (1_795_381_200_001, "2026-11-22T21:00:00.001Z", "2026-11-22"),
            (1_795_391_999_999, "2026-11-22T23:59:59.999Z", "2026-11-22"),
            (u64::MAX, "", ""),
        ];
        for (ms, text, of_day) in table {
            let at = Millis::from_unix_ms(ms);
            assert_eq!((iso(at).as_str(), day(at).as_str()), (text, of_day));
            assert_eq!(parse(text), (!text.is_empty()).then_some(at));
        }
    }

    #[test]
    fn an_instant_is_written_by_the_clocks_of_a_zone() {
        let table = [
            (1_795_381_200_001, Some("America/Chicago"), Some("2026-11-22T15:00:00.001-06:00")),
            // In July clocks are put forward there, and never in India.
            (1_783_000_000_000, Some("America/Chicago"), Some("2026-07-02T08:46:40.000-05:00")),
            (1_783_000_000_000, Some("Asia/Kolkata"), Some("2026-07-02T19:16:40.000+05:30")),
            (1_795_391_999_999, Some("Asia/Tokyo"), Some("2026-11-23T08:59:59.999+09:00")),
            (0, Some("UTC"), Some("1970-01-01T00:00:00.000+00:00")),
            (0, Some("Atlantis/Center"), None),
            (0, None, None),
            (u64::MAX, Some("UTC"), None),
        ];
        for (ms, zone, expected) in table {
            assert_eq!(local(Millis::from_unix_ms(ms), zone).as_deref(), expected, "{ms} {zone:?}");
        }
    }

    #[test]
    fn an_instant_needs_its_offset() {
        let nine = Some(Millis::from_unix_ms(1_795_381_200_000));
        let table = [
            ("2026-11-22T21:00:00Z", nine),
            ("2026-11-22T15:00:00-06:00", nine),
            ("2026-11-22 21:00:00Z", nine),
            ("2026-11-22T21:00:00", None),
            ("2026-11-22", None),
            ("1969-12-31T23:59:59Z", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
