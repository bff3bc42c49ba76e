//! What people complain of to the Federal Trade Commission: robocalls, by the number shown.
//!
//! The commission publishes the complaints of each day (`https://api.ftc.gov/v0/dnc-complaints`, or a file a day). Its rows are
//! now and then shifted by a column, so every field is looked at before it is believed, and a row that makes no sense is left
//! out.

use core::time::Duration;

use dni_core::{phone::E164, time::Millis};
use serde::{Deserialize, Serialize};

/// How long a complaint counts: numbers are given to somebody else, and campaigns move on.
const COUNTS_FOR: Duration = Duration::from_hours(30 * 24);

/// One complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The number that was shown.
    pub number: E164,
    /// When the complaint was made.
    pub at: Millis,
    /// Whether a recording was heard.
    pub was_recording: bool,
}

/// The complaints of one number that still count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Complaints {
    /// How many.
    pub count: u32,
    /// How many of them heard a recording.
    pub recordings: u32,
    /// When the last was made.
    pub last_at: Option<Millis>,
}

/// Reads one row: `company-phone-number`, `created-date` (`2026-11-20 09:30:00`) and `recorded-message-or-robocall` (`Y` or `N`).
/// `None` if it is no complaint about a number of North America.
///
/// ```
/// use call_router::risk::read_complaint;
///
/// let complaint = read_complaint("2125550123", "2026-11-20 09:30:00", "Y").unwrap();
/// assert_eq!(complaint.number.as_str(), "+12125550123");
/// assert!(complaint.was_recording);
/// assert_eq!(read_complaint("Chicago", "IL", "312"), None);
/// ```
pub fn read_complaint(number: &str, created: &str, recording: &str) -> Option<Complaint> {
    let number = E164::parse_in_nanp(number).ok().filter(|number| number.nanp_digits().is_some())?;
    let was_recording = match recording.trim() {
        "Y" => true,
        "N" => false,
        _ => return None,
    };
    // The commission writes the time of its own office; a day more or less does not matter here.
    let at: jiff::civil::DateTime = created.trim().parse().ok()?;
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    Some(Complaint { number, at: Millis::from_unix_ms(u64::try_from(at).ok()?), was_recording })
}

impl Complaints {
    /// Adds a complaint.
    pub fn add(&mut self, complaint: &Complaint) {
        self.count = self.count.saturating_add(1);
        self.recordings = self.recordings.saturating_add(u32::from(complaint.was_recording));
        self.last_at = self.last_at.max(Some(complaint.at));
    }

    /// Returns what counts at `now`: all of it, or nothing once the last is old.
    #[must_use]
    pub fn counting_at(self, now: Millis) -> Self {
        let counts = self.last_at.is_some_and(|last_at| now.since(last_at) <= COUNTS_FOR);
        if counts { self } else { Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        let cases = [
            ("2125550123", "2026-11-20 09:30:00", "Y", true),
            ("(212) 555-0123", "2026-11-20", "N", true),
            ("12125550123", " 2026-11-20 09:30:00 ", " N ", true),
            ("", "2026-11-20 09:30:00", "Y", false),
            ("+442079460018", "2026-11-20 09:30:00", "Y", false),
            ("0125550123", "2026-11-20 09:30:00", "Y", false),
            ("2125550123", "", "Y", false),
            ("2125550123", "Chicago", "Y", false),
            ("2125550123", "2026-11-20 09:30:00", "", false),
            ("2125550123", "2026-11-20 09:30:00", "Illinois", false),
            ("2125550123", "1969-01-01 00:00:00", "Y", false),
        ];
        for (number, created, recording, is_one) in cases {
            assert_eq!(read_complaint(number, created, recording).is_some(), is_one, "{number} {created} {recording}");
        }
    }

    #[test]
    fn old_complaints_do_not_count() {
        let complaint = read_complaint("2125550123", "2026-11-20 09:30:00", "Y").unwrap();
        let mut complaints = Complaints::default();
        complaints.add(&complaint);
        complaints.add(&Complaint { was_recording: false, ..complaint });
        assert_eq!((complaints.count, complaints.recordings), (2, 1));
        assert_eq!(complaints.counting_at(complaint.at.after(COUNTS_FOR)), complaints);
        let later = complaint.at.after(COUNTS_FOR + Duration::from_secs(1));
        assert_eq!(complaints.counting_at(later), Complaints::default());
    }
}
