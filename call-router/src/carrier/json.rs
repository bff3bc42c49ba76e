//! The fields of a JSON object, read and written.

use serde_json::Value;

use super::ReadError;
use crate::event::CarrierCallId;

/// The `Content-Type` of JSON documents.
pub(super) const CONTENT_TYPE: &str = "application/json";

/// A webhook's JSON object. Fields are named by JSON pointers, `/stirShaken/verstat`.
pub(super) struct Json(Value);

impl Json {
    /// Reads a body.
    pub(super) fn read(body: &[u8]) -> Result<Self, ReadError> {
        let value: Value = serde_json::from_slice(body).map_err(|_| ReadError::NoJson)?;
        if value.is_object() { Ok(Self(value)) } else { Err(ReadError::NoJson) }
    }

    /// Reads a query as an object of texts, for what is sent by GET.
    pub(super) fn of_query(query: &str) -> Self {
        let fields = form_urlencoded::parse(query.as_bytes());
        Self(fields.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect())
    }

    /// Returns a text that has something in it.
    pub(super) fn get(&self, pointer: &str) -> Option<&str> {
        self.0.pointer(pointer)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Returns the id of a call or leg.
    pub(super) fn id(&self, pointer: &str) -> Option<CarrierCallId> {
        CarrierCallId::parse(self.get(pointer)?).ok()
    }

    /// Returns a whole number, written as a number or as a text.
    pub(super) fn number<N: core::str::FromStr>(&self, pointer: &str) -> Option<N> {
        match self.0.pointer(pointer)? {
            Value::Number(number) => number.to_string().parse().ok(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Lists the object's own texts and truth values, and the headers of SIP that it holds.
    pub(super) fn texts_and_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let objects = ["", "/sip/headers", "/headers", "/sipHeaders"].into_iter();
        let fields = objects.filter_map(|pointer| self.0.pointer(pointer)?.as_object()).flatten();
        fields.filter_map(|(name, value)| match value {
            Value::String(text) => Some((name.as_str(), text.trim())),
            Value::Bool(true) => Some((name.as_str(), "true")),
            _ => None,
        })
    }

    /// Returns the object's own texts, numbers and truth values as fields of a form.
    pub(super) fn into_fields(self) -> impl Iterator<Item = (String, String)> {
        let fields = match self.0 {
            Value::Object(fields) => fields,
            _ => serde_json::Map::new(),
        };
        fields.into_iter().filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            Value::Number(number) => Some((name, number.to_string())),
            Value::Bool(truth) => Some((name, truth.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        })
    }
}

/// Adds a field to an object, if there is a value for it.
pub(super) fn with_some(mut object: Value, name: &str, value: Option<impl Into<Value>>) -> Value {
    if let (Some(fields), Some(value)) = (object.as_object_mut(), value) {
        fields.insert(name.to_owned(), value.into());
    }
    object
}
