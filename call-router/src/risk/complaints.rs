//! What people complain of to the Federal Trade Commission: robocalls, by the number shown.
//!
//! The commission publishes the complaints of each day (`https://api.ftc.gov/v0/dnc-complaints`, or a file a day). Its rows are
//! now and then shifted by a column, so every field is looked at before it is believed, and a row that makes no sense is left
//! out.

use core::{fmt, time::Duration};
use std::collections::BTreeMap;

use dni_core::{phone::E164, time::Millis};
use serde::{Deserialize, Serialize};

/// How long a complaint counts: numbers are given to somebody else, and campaigns move on.
pub const COUNTS_FOR: Duration = Duration::from_hours(30 * 24);
/// Most rows of one file. The commission gets some ten thousand complaints on a weekday.
pub const MAX_ROWS: usize = 100_000;
/// The columns that are read, by their names in the commission's files. Its interface writes them with hyphens.
const COLUMNS: [&str; 3] = ["company_phone_number", "created_date", "recorded_message_or_robocall"];

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

/// What one of the commission's files says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// The complaints of each number.
    pub numbers: BTreeMap<E164, Complaints>,
    /// How many rows were complaints.
    pub complaints: u32,
    /// How many rows made no sense, or were about no number of North America.
    pub skipped: u32,
}

/// Reads one of the commission's files: comma-separated values, the first row naming the columns, in whatever order.
///
/// # Errors
/// [`BadComplaints`] if it is no such file; a single row never makes it so.
///
/// ```
/// use call_router::risk::read_complaints;
///
/// let file = "Company_Phone_Number,Created_Date,Subject,Recorded_Message_Or_Robocall\n\
///             2125550123,2026-11-20 09:30:00,\"Energy, solar & utilities\",Y\n";
/// let reported = read_complaints(file.as_bytes()).unwrap();
/// assert_eq!((reported.numbers.len(), reported.complaints, reported.skipped), (1, 1, 0));
/// ```
pub fn read_complaints(file: &[u8]) -> Result<Reported, BadComplaints> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let names = reader.byte_headers().map_err(|_| BadComplaints::NoColumns)?.clone();
    let place = |column: &str| names.iter().position(|name| is_column(name, column)).ok_or(BadComplaints::NoColumns);
    let [number, created, recording] = COLUMNS;
    let (number, created, recording) = (place(number)?, place(created)?, place(recording)?);
    let mut reported = Reported::default();
    let mut row = csv::ByteRecord::new();
    for _ in 0..=MAX_ROWS {
        match reader.read_byte_record(&mut row) {
            Ok(false) => return Ok(reported),
            Ok(true) => {}
            // What is read comes from memory, and rows may be of any length: nothing else can be wrong with one.
            Err(_) => return Err(BadComplaints::NoColumns),
        }
        let field =
            |place: usize| row.get(place).and_then(|field| core::str::from_utf8(field).ok()).unwrap_or_default();
        match read_complaint(field(number), field(created), field(recording)) {
            Some(complaint) => {
                reported.numbers.entry(complaint.number).or_default().add(&complaint);
                reported.complaints = reported.complaints.saturating_add(1);
            }
            None => reported.skipped = reported.skipped.saturating_add(1),
        }
    }
    Err(BadComplaints::TooManyRows)
}

fn is_column(name: &[u8], column: &str) -> bool {
    let name = name.strip_prefix("\u{feff}".as_bytes()).unwrap_or(name).trim_ascii();
    let plain = |byte: &u8| if *byte == b'-' || *byte == b' ' { b'_' } else { byte.to_ascii_lowercase() };
    name.iter().map(plain).eq(column.bytes())
}

/// Why something is none of the commission's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadComplaints {
    /// The first row does not name the columns.
    NoColumns,
    /// It has more rows than a day of the whole country.
    TooManyRows,
}

impl BadComplaints {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoColumns => "complaints_without_columns",
            Self::TooManyRows => "complaints_too_many",
        }
    }
}

impl fmt::Display for BadComplaints {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoColumns => out.write_str(
                "The first row must name the columns Company_Phone_Number, Created_Date and Recorded_Message_Or_Robocall; send \
                 the commission's file as it is.",
            ),
            Self::TooManyRows => write!(out, "The file has more than {MAX_ROWS} rows; send one day at a time."),
        }
    }
}

impl core::error::Error for BadComplaints {}

impl Complaints {
    /// Adds what another file says of the same number.
    pub fn join(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.recordings = self.recordings.saturating_add(other.recordings);
        self.last_at = self.last_at.max(other.last_at);
    }

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
    fn files() {
        let header = "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,Recorded_Message_Or_Robocall";
        let file = format!(
            "\u{feff}{header}\r\n\
             2125550123,2026-11-20 09:30:00,2026-11-19,Chicago,Illinois,312,\"Reducing debt, loans\",Y\r\n\
             2125550123,2026-11-20 10:30:00,2026-11-19,\"St. \"\"Louis\"\"\",Missouri,314,Other,N\r\n\
             ,2026-11-20 10:30:00,2026-11-19,Chicago,Illinois,312,Dropped call or no message,N\r\n\
             2125550124,2026-11-20 10:30:00,2026-11-19,Chicago,Illinois,N\r\n\
             \u{1f4de},x\r\n\
             3125550199,2026-11-20 11:00:00,,,,,,Y"
        );
        let read = read_complaints(file.as_bytes()).unwrap();
        assert_eq!((read.numbers.len(), read.complaints, read.skipped), (2, 3, 3));
        let twice = read.numbers[&E164::parse("+12125550123").unwrap()];
        assert_eq!((twice.count, twice.recordings), (2, 1));
        let hyphens = "created-date,recorded-message-or-robocall,company-phone-number\n2026-11-20,N,2125550123\n";
        assert_eq!(read_complaints(hyphens.as_bytes()).unwrap().complaints, 1);
    }

    #[test]
    fn what_is_no_file() {
        let header = "Company_Phone_Number,Created_Date,Recorded_Message_Or_Robocall\n";
        for file in ["", "a,b,c\n1,2,3\n", "<html>", "2125550123,2026-11-20 09:30:00,Y\n", "\u{0}"] {
            assert_eq!(read_complaints(file.as_bytes()), Err(BadComplaints::NoColumns), "{file}");
        }
        assert_eq!(read_complaints(&[0xff; 9]), Err(BadComplaints::NoColumns));
        assert_eq!(read_complaints(header.as_bytes()).unwrap(), Reported::default());
        let large = |rows| format!("{header}{}", "2125550123,2026-11-20,Y\n".repeat(rows));
        assert_eq!(read_complaints(large(MAX_ROWS).as_bytes()).unwrap().complaints as usize, MAX_ROWS);
        assert_eq!(read_complaints(large(MAX_ROWS + 1).as_bytes()), Err(BadComplaints::TooManyRows));
    }

    #[test]
    fn old_complaints_do_not_count() {
        let complaint = read_complaint("2125550123", "2026-11-20 09:30:00", "Y").unwrap();
        let mut complaints = Complaints::default();
        complaints.add(&complaint);
        complaints.add(&Complaint { was_recording: false, ..complaint });
        assert_eq!((complaints.count, complaints.recordings), (2, 1));
        assert_eq!(complaints.counting_at(complaint.at.after(COUNTS_FOR)), complaints);
        let mut both = complaints;
        both.join(&complaints);
        assert_eq!((both.count, both.recordings, both.last_at), (4, 2, complaints.last_at));
        let later = complaint.at.after(COUNTS_FOR + Duration::from_secs(1));
        assert_eq!(complaints.counting_at(later), Complaints::default());
    }
}
