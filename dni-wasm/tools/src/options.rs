//! Options as JavaScript passes them: plain objects, of which every name must be known.

use core::time::Duration;

use js_sys::{Array, Object};
use serde::Deserialize;
use serde::de::value::Error as Unread;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::tool_error::ToolError;

/// Seconds in a day.
const SECONDS_A_DAY: f64 = 24.0 * 60.0 * 60.0;
/// Longest unknown name that an error repeats, in characters.
const MAX_SHOWN: usize = 40;

/// Reads an object of options. `place` is its name in errors: empty for what a function is called with, else with a dot at
/// its end.
///
/// # Errors
/// It is no object, has a name that is not known, or a value of another kind; the error names the place.
pub fn read<T: DeserializeOwned>(value: &JsValue, place: &str) -> Result<T, ToolError> {
    let object = plain_object(value).ok_or_else(|| {
        let what = if place.is_empty() { "the options" } else { place.trim_end_matches('.') };
        ToolError::new("not_an_object", format_args!("{what} must be an object such as {{ }}."))
    })?;
    let known = names::<T>();
    for name in Object::keys(object).iter().filter_map(|name| name.as_string()) {
        if !known.contains(&name.as_str()) {
            let shown: String = name.chars().take(MAX_SHOWN).collect();
            let known = known.join(", ");
            let sentence = format_args!("There is no option {place}{shown}; there are: {known}.");
            return Err(ToolError::new("unknown_option", sentence));
        }
    }
    serde_path_to_error::deserialize(serde_wasm_bindgen::Deserializer::from(value.clone())).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.into_inner().to_string();
        // What JavaScript says of something that it cannot walk through has no such beginning.
        let reason = reason.strip_prefix("Error: ").unwrap_or("expected a list");
        // An option that is missing has no path of its own.
        let place = format!("{place}{}", if path == "." { "" } else { &path });
        let place = if place.is_empty() { "The options" } else { &place };
        ToolError::new("bad_option", format_args!("{place} cannot be used: {reason}."))
    })
}

/// Reads options that may be left out altogether.
pub fn read_or_default<T: DeserializeOwned + Default>(value: &JsValue, place: &str) -> Result<T, ToolError> {
    if value.is_null() || value.is_undefined() { Ok(T::default()) } else { read(value, place) }
}

/// Reads a text.
pub fn text(value: &JsValue, name: &str) -> Result<String, ToolError> {
    value.as_string().ok_or_else(|| ToolError::new("not_a_string", format_args!("{name} must be a string.")))
}

/// Takes seconds, whole or in part.
///
/// # Errors
/// They are negative, infinite or no number at all.
pub fn seconds(value: Option<f64>, name: &str) -> Result<Option<Duration>, ToolError> {
    let span = |value| {
        Duration::try_from_secs_f64(value).map_err(|_| {
            ToolError::new(
                "bad_option",
                format_args!("{name} must be a number of seconds, zero or more; it is {value}."),
            )
        })
    };
    value.map(span).transpose()
}

/// Takes days, whole or in part.
///
/// # Errors
/// They are negative, infinite or no number at all.
pub fn days(value: Option<f64>, name: &str) -> Result<Option<Duration>, ToolError> {
    seconds(value.map(|days| days * SECONDS_A_DAY), name)
}

/// Takes objects of every kind, those without a prototype too, but no lists.
fn plain_object(value: &JsValue) -> Option<&Object> {
    (value.is_object() && !Array::is_array(value)).then(|| value.unchecked_ref())
}

/// Returns the names of a struct's fields as serde reads them.
fn names<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It always fails: there is nothing to read.
    let _ = T::deserialize(Names(&mut names));
    names
}

/// Looks at what a struct asks for, and gives it nothing.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unread> {
        Err(Unread::custom("nothing to read"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unread> {
        *self.0 = fields;
        Err(Unread::custom("nothing to read"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_off_the_type() {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Sample {
            plain: u8,
            two_words: Option<String>,
        }
        assert_eq!(names::<Sample>(), ["plain", "twoWords"]);
        assert!(names::<u8>().is_empty());
        let Sample { plain, two_words } = Sample::default();
        assert_eq!((plain, two_words), (0, None));
    }
}
