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
