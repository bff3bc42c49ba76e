//! Calls of the log as a table: CSV for spreadsheets, and a line of JSON for each call.

use core::fmt;
use std::borrow::Cow;

use dni_core::time::Millis;
use dni_core::visit::ClickIdKind;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{BadParameter, Cursor, InList, Order, Query};
use crate::timestamp;

/// Most columns of one export: each is a value bound to the query, of which the store takes a hundred.
const MAX_COLUMNS: usize = 72;
/// Longest name of a column that a sentence repeats, in characters.
const MAX_SHOWN: usize = 40;

/// The columns of an export that names none, in their order.
const USUAL: [&str; 62] = [
    "id",
    "start_time",
    "time_zone",
    "site_id",
    "site_name",
    "outcome",
    "answered",
    "voicemail",
    "duration",
    "talk_time",
    "ring_time",
    "customer_phone_number",
    "customer_name",
    "customer_city",
    "customer_state",
    "customer_zip",
    "customer_country",
    "first_call",
    "prior_calls",
    "tracking_phone_number",
    "business_phone_number",
    "source",
    "medium",
    "channel",
    "campaign",
    "keywords",
    "landing_page_url",
    "referring_url",
    "last_requested_url",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "gclid",
    "fbclid",
    "msclkid",
    "visitor_id",
    "attribution_state",
    "attribution_rule",
    "attribution_reason",
    "attribution_explanation",
    "risk_score",
    "flagged_as_spam",
    "line_type",
    "tags",
    "note",
    "value",
    "currency",
    "lead_status",
    "spam",
    "recording_duration",
    "recording_player",
    "call_summary",
    "call_intent",
    "sentiment",
    "lead_score",
    "ai_tags",
    "hung_up_by",
    "carrier",
    "carrier_call_id",
    "updated_at",
];

/// What may be asked for besides, as may every click id.
const FURTHER: [&str; 15] = [
    "ai_cost_micro_usd",
    "attestation",
    "caller_carrier",
    "challenge",
    "customer_address",
    "customer_location_from",
    "customer_name_from",
    "direction",
    "ended_by",
    "flow",
    "formatted_business_phone_number",
    "formatted_customer_phone_number",
    "formatted_tracking_phone_number",
    "lead_score_explanation",
    "recording",
];

/// The columns that stand deeper in a record, each with its place there.
const DEEPER: [(&str, &str); 4] = [
    ("attribution_state", "$.attribution.state"),
    ("attribution_rule", "$.attribution.rule"),
    ("attribution_reason", "$.attribution.reason"),
    ("attribution_explanation", "$.attribution.explanation"),
];

/// The column that names the zone whose clocks the instants are told by.
const ZONE: &str = "time_zone";

/// What an export is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated values by RFC 4180, in UTF-8, with a line of names.
    Csv,
    /// A JSON object on each line.
    Ndjson,
}

impl ExportFormat {
    /// Returns its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson; charset=utf-8",
        }
    }

    /// Returns the name of the file that a browser saves.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "calls.csv",
            Self::Ndjson => "calls.ndjson",
        }
    }
}

/// An export of calls: which columns, in which form, and by whose clocks.
#[derive(Clone, Debug)]
pub struct CallExport {
    format: ExportFormat,
    columns: Vec<Column>,
    zone: Option<TimeZone>,
}

#[derive(Clone, Debug)]
struct Column {
    name: &'static str,
    /// Where it stands in a record, as SQLite writes that.
    place: Cow<'static, str>,
}

/// A call as the store finds it for an export.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ExportedCall {
    /// The call's id.
    pub id: String,
    /// When it began.
    pub started_at: Millis,
    /// When it last changed.
    pub updated_at: Millis,
    /// The site's time zone.
    pub time_zone: Option<String>,
    /// What stands at the places of [`CallExport::places`], as a JSON list.
    pub cells: String,
}

impl InList for ExportedCall {
    fn cursor(&self, order: Order) -> Cursor {
        Cursor::of(order, self.started_at, self.updated_at, &self.id)
    }
}

impl CallExport {
    /// Reads the parameter `columns`. Instants are told by the clocks of `zone`; if there is none, by those of each call's site.
    ///
    /// # Errors
    /// A column that there is not, one that is named twice, or more than 72.
    pub fn parse(format: ExportFormat, query: &Query, zone: Option<TimeZone>) -> Result<Self, BadColumns> {
        let names = query.get("columns").unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut columns: Vec<Column> = Vec::new();
        for name in names {
            let column = Column::of(name).ok_or_else(|| BadColumns::Unknown(name.chars().take(MAX_SHOWN).collect()))?;
            if columns.iter().any(|other| other.name == column.name) {
                return Err(BadColumns::Twice(column.name));
            }
            columns.push(column);
            if columns.len() > MAX_COLUMNS {
                return Err(BadColumns::TooMany);
            }
        }
        if columns.is_empty() {
            columns.extend(USUAL.into_iter().filter_map(Column::of));
        }
        Ok(Self { format, columns, zone })
    }

    /// Returns its form.
    pub const fn format(&self) -> ExportFormat {
        self.format
    }

    /// Returns where in a record the columns stand, as SQLite's `json_extract` takes it.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.place.as_ref())
    }

    /// Writes what stands before the first call.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn head(&self) -> csv::Result<Vec<u8>> {
        match self.format {
            ExportFormat::Csv => line(self.columns.iter().map(|column| Cow::Borrowed(column.name))),
            ExportFormat::Ndjson => Ok(Vec::new()),
        }
    }

    /// Writes a call.
    ///
    /// # Errors
    /// Its cells are no JSON list, which would be a fault of ours.
    pub fn row(&self, call: &ExportedCall) -> Result<Vec<u8>, BadRow> {
        let stored: Vec<Value> = serde_json::from_str(&call.cells).map_err(|_| BadRow)?;
        let zone = match &self.zone {
            Some(zone) => zone.clone(),
            None => call.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC),
        };
        let cells =
            self.columns.iter().zip(stored).map(|(column, value)| (column.name, self.cell(column, value, call, &zone)));
        match self.format {
            ExportFormat::Csv => line(cells.map(|(_, value)| text_of(value))).map_err(|_| BadRow),
            ExportFormat::Ndjson => {
                let object: Map<String, Value> = cells.map(|(name, value)| (name.to_owned(), value)).collect();
                let mut line = serde_json::to_vec(&object).map_err(|_| BadRow)?;
                line.push(b'\n');
                Ok(line)
            }
        }
    }

    fn cell(&self, column: &Column, value: Value, call: &ExportedCall, zone: &TimeZone) -> Value {
        let told = match column.name {
            "start_time" => self.instant(call.started_at, zone),
            "updated_at" => self.instant(call.updated_at, zone),
            ZONE => zone.iana_name().map(str::to_owned),
            _ => return value,
        };
        told.map_or(Value::Null, Value::String)
    }

    /// Writes an instant by the clocks of a zone. Spreadsheets know no offsets.
    fn instant(&self, at: Millis, zone: &TimeZone) -> Option<String> {
        match self.format {
            ExportFormat::Csv => timestamp::by_clocks(at, zone, "%Y-%m-%d %H:%M:%S"),
            ExportFormat::Ndjson => timestamp::by_clocks(at, zone, timestamp::WITH_OFFSET),
        }
    }
}

impl Column {
    fn of(name: &str) -> Option<Self> {
        let known = USUAL.iter().chain(&FURTHER).chain(ClickIdKind::NAMES).find(|known| **known == name)?;
        let deeper = DEEPER.iter().find(|(other, _)| *other == name);
        let place = deeper.map_or_else(|| Cow::Owned(format!("$.{known}")), |(_, place)| Cow::Borrowed(*place));
        Some(Self { name: known, place })
    }
}

/// Writes one line of CSV.
fn line<'a>(cells: impl Iterator<Item = Cow<'a, str>>) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells.map(|cell| safe(cell).into_owned()))?;
    writer.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
}

/// Writes a value as a spreadsheet shows it: several with commas between, what is not there as nothing.
fn text_of(value: Value) -> Cow<'static, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Owned(text),
        Value::Array(values) => {
            let texts: Vec<_> = values.into_iter().map(text_of).collect();
            Cow::Owned(texts.join(", "))
        }
        other => Cow::Owned(other.to_string()),
    }
}

/// Keeps a spreadsheet from taking a text for a formula: an apostrophe before it says that it is a text. A number is let be, a phone
/// number too: its plus sign does nothing.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn safe(cell: Cow<'_, str>) -> Cow<'_, str> {
    let begins_formula = |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_number = || {
        let digits = cell.strip_prefix(['+', '-']).unwrap_or(&cell);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let is_formula = begins_formula(&cell) || begins_formula(cell.trim_start());
    if is_formula && !is_number() { Cow::Owned(format!("'{cell}")) } else { cell }
}

/// Reads the parameter `time_zone`.
///
/// # Errors
/// It names no time zone.
pub fn zone_parameter(query: &Query) -> Result<Option<TimeZone>, BadParameter> {
    let read = |name: &str| {
        let known = call_router::time_zone::check(name).is_ok();
        let expected = "the name of a time zone, such as America/Chicago; abbreviations and offsets are none";
        TimeZone::get(name).ok().filter(|_| known).ok_or(BadParameter { name: ZONE, expected })
    };
    query.get(ZONE).map(read).transpose()
}

/// What is wrong with the columns that are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadColumns {
    /// There is no such column.
    Unknown(String),
    /// One is named twice.
    Twice(&'static str),
    /// There are too many.
    TooMany,
}

impl fmt::Display for BadColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(
                f,
                "The parameter 'columns' names '{name}', which is no column of an export; the fields of a call that are one value \
                 are: docs/api.md lists them."
            ),
            Self::Twice(name) => write!(f, "The parameter 'columns' names '{name}' twice; leave one out."),
            Self::TooMany => write!(f, "The parameter 'columns' names more than {MAX_COLUMNS} columns."),
        }
    }
}

/// A stored call that cannot be told, which would be a fault of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRow;

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stored call cannot be told as a row")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn export(format: ExportFormat, columns: &str, zone: Option<&str>) -> CallExport {
        let zone = zone.map(|name| TimeZone::get(name).unwrap());
        CallExport::parse(format, &Query::parse(&format!("columns={columns}")), zone).unwrap()
    }

    fn call(cells: &Value) -> ExportedCall {
        ExportedCall {
            id: "CAL1".to_owned(),
            started_at: Millis::from_unix_ms(1_795_381_200_000),
            updated_at: Millis::from_unix_ms(1_795_381_201_500),
            time_zone: Some("America/Chicago".to_owned()),
            cells: cells.to_string(),
        }
    }

    fn row(export: &CallExport, call: &ExportedCall) -> String {
        String::from_utf8(export.row(call).unwrap()).unwrap()
    }

    #[test]
    fn a_call_is_a_line_of_each_form() {
        let columns = "id,start_time,time_zone,duration,answered,campaign,tags,updated_at";
        let stored = call(&json!(["CAL1", "x", "y", 130, true, "a \"b\", c", ["urgent", "furnace"], "z"]));
        let csv = export(ExportFormat::Csv, columns, None);
        assert_eq!(String::from_utf8(csv.head().unwrap()).unwrap(), format!("{columns}\r\n"));
        assert_eq!(
            row(&csv, &stored),
            "CAL1,2026-11-22 15:00:00,America/Chicago,130,true,\"a \"\"b\"\", c\",\"urgent, furnace\",2026-11-22 15:00:01\r\n"
        );
        let ndjson = export(ExportFormat::Ndjson, columns, Some("Asia/Kolkata"));
        assert!(ndjson.head().unwrap().is_empty());
        let line = row(&ndjson, &stored);
        assert!(line.ends_with("}\n"));
        let expected = json!({
            "id": "CAL1", "start_time": "2026-11-23T02:30:00.000+05:30", "time_zone": "Asia/Kolkata", "duration": 130,
            "answered": true, "campaign": "a \"b\", c", "tags": ["urgent", "furnace"], "updated_at": "2026-11-23T02:30:01.500+05:30",
        });
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), expected);
        let nowhere = ExportedCall { time_zone: None, ..stored.clone() };
        assert!(row(&csv, &nowhere).starts_with("CAL1,2026-11-22 21:00:00,UTC,"));
        assert_eq!(csv.row(&ExportedCall { cells: "{}".to_owned(), ..stored }), Err(BadRow));
    }

    /// Whatever a cell holds, a spreadsheet takes it for a text or a number, and a reader of CSV finds it again.
    #[test]
    fn no_cell_is_a_formula() {
        let formulas = [
            "=1+1",
            "+1+1",
            "-1+1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            " =1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "=",
            "+",
            "-",
            "+1 312 555 0142",
            "=HYPERLINK(\"https://evil.example\",\"x\")",
            "=1\";=1",
            "+1e5",
            "--1",
        ];
        let texts = [
            "",
            "a",
            "a=1",
            "1+1",
            "+13125550142",
            "-12.5",
            "12",
            "0",
            "'=1",
            "ünï",
            "a\r\n=1",
            ",=1",
            "\"",
            "\"=1",
            "a\0b",
            "%=1",
            "|=1",
        ];
        let csv = export(ExportFormat::Csv, "id,campaign,keywords", None);
        for (text, is_formula) in formulas.map(|text| (text, true)).into_iter().chain(texts.map(|text| (text, false))) {
            let line = row(&csv, &call(&json!(["CAL1", text, text])));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let read = reader.records().next().unwrap().unwrap();
            let expected = if is_formula { format!("'{text}") } else { text.to_owned() };
            assert_eq!((&read[1], &read[2]), (expected.as_str(), expected.as_str()), "{text:?} is {line:?}");
            assert!(reader.records().next().is_none(), "{text:?} is one line");
        }
    }

    #[test]
    fn columns_are_those_that_there_are() {
        let refused = |columns: &str| {
            CallExport::parse(ExportFormat::Csv, &Query::parse(&format!("columns={columns}")), None)
                .map(|_| ())
                .unwrap_err()
        };
        assert_eq!(refused("id,no_such"), BadColumns::Unknown("no_such".to_owned()));
        assert_eq!(refused("milestones"), BadColumns::Unknown("milestones".to_owned()));
        assert_eq!(refused("id, id"), BadColumns::Twice("id"));
        assert_eq!(refused("$.id"), BadColumns::Unknown("$.id".to_owned()));
        let mut all: Vec<_> = USUAL.iter().chain(&FURTHER).chain(ClickIdKind::NAMES).copied().collect();
        all.sort_unstable();
        all.dedup();
        assert!(all.len() > MAX_COLUMNS);
        assert_eq!(refused(&all.join(",")), BadColumns::TooMany);
        for name in &all {
            assert_eq!(export(ExportFormat::Csv, name, None).places().count(), 1, "{name}");
        }
        let usual = export(ExportFormat::Csv, "", None);
        assert_eq!(usual.places().count(), USUAL.len());
        assert!(usual.places().all(|place| place.starts_with("$.")));
    }

    #[test]
    fn a_time_zone_is_a_place() {
        let read = |name: &str| zone_parameter(&Query::parse(&format!("time_zone={name}")));
        assert_eq!(read("").unwrap(), None);
        assert_eq!(read("Asia/Tokyo").unwrap(), Some(TimeZone::get("Asia/Tokyo").unwrap()));
        for name in ["CST", "EST", "UTC%2B5", "Atlantis/Center", "Chicago"] {
            assert_eq!(read(name).map_err(|bad| bad.name), Err(ZONE), "{name}");
        }
    }
}
