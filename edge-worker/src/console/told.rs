//! A call's record, as its pages read it.

use dni_core::phone::{E164, national};
use serde_json::{Map, Value};

use crate::store::d1::call_log::Logged;

/// A call as the log tells it.
pub struct Told(Value);

impl Told {
    /// Takes a whole record.
    pub fn of(record: Map<String, Value>) -> Self {
        Self(Value::Object(record))
    }

    /// Reads a call of a list; `None` if it cannot be read, which would be a fault of ours.
    pub fn of_list(call: &Logged) -> Option<Self> {
        serde_json::from_str(&call.record).ok().map(Self)
    }

    /// Returns a text, by its path; empty if there is none.
    pub fn text(&self, path: &str) -> String {
        self.value(path).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Returns a whole number.
    pub fn number(&self, path: &str) -> Option<u64> {
        self.value(path).and_then(Value::as_u64)
    }

    /// Returns a number with its sign.
    pub fn signed(&self, path: &str) -> String {
        self.value(path)
            .and_then(Value::as_i64)
            .map(|number| format!("{number:+}").replace('-', "−"))
            .unwrap_or_default()
    }

    /// Returns a yes or no.
    pub fn flag(&self, path: &str) -> Option<bool> {
        self.value(path).and_then(Value::as_bool)
    }

    /// Returns the parts of a list; none if there is no list.
    pub fn list(&self, path: &str) -> impl Iterator<Item = Self> {
        self.value(path).and_then(Value::as_array).into_iter().flatten().cloned().map(Self)
    }

    /// Returns the texts of a list, with commas between.
    pub fn texts(&self, path: &str) -> String {
        self.list(path).map(|one| one.text("")).collect::<Vec<_>>().join(", ")
    }

    /// Returns a phone number as people write it.
    pub fn phone(&self, path: &str, otherwise: &str) -> String {
        E164::parse(&self.text(path)).map_or_else(|_| otherwise.to_owned(), national)
    }

    /// Returns seconds as minutes and seconds.
    pub fn length(&self, path: &str) -> String {
        self.number(path).map(|seconds| format!("{}:{:02}", seconds / 60, seconds % 60)).unwrap_or_default()
    }

    /// Returns the day and the time of an instant, in UTC to the second.
    pub fn day_and_time(&self, path: &str) -> (String, String) {
        let instant = self.text(path);
        let (day, time) = instant.split_once('T').unwrap_or_default();
        (day.to_owned(), time.get(..8).unwrap_or_default().to_owned())
    }

    /// Returns an instant as people read it.
    pub fn instant(&self, path: &str) -> String {
        let (day, time) = self.day_and_time(path);
        if day.is_empty() { day } else { format!("{day} {time} UTC") }
    }

    /// Returns the click id that the call has, by the name of its parameter.
    pub fn click_id(&self) -> Option<(&'static str, String)> {
        let kinds = dni_core::visit::ClickIdKind::ALL.iter().map(|kind| kind.name());
        kinds.map(|name| (name, self.text(name))).find(|(_, value)| !value.is_empty())
    }

    /// Returns the caller's city and state.
    pub fn place(&self) -> String {
        joined(&[self.text("customer_city"), self.text("customer_state")], ", ")
    }

    /// Returns what became of the call, in a word.
    pub fn outcome(&self) -> &'static str {
        match self.text("outcome").as_str() {
            "answered" => "Answered",
            "missed" => "Missed",
            "voicemail" => "Voicemail",
            "abandoned" => "Abandoned",
            _ => "In progress",
        }
    }

    /// Returns whom the call belongs to, and why.
    pub fn attribution(&self) -> String {
        let why = [self.text("attribution/rule"), self.text("attribution/reason")].concat();
        joined(&[self.text("attribution/state"), words(&why)], ": ")
    }

    fn value(&self, path: &str) -> Option<&Value> {
        if path.is_empty() { Some(&self.0) } else { self.0.pointer(&format!("/{path}")) }
    }
}

/// Puts texts together, those that are there.
pub fn joined(parts: &[String], between: &str) -> String {
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(between)
}

/// Writes a code as words.
pub fn words(code: &str) -> String {
    code.replace('_', " ")
}
