//! JSON that people wrote: read, or told where it is of another shape and what was expected there.
//!
//! Serde's own errors lose the place inside a step: its kind may stand anywhere in the object, so that serde reads such an
//! object twice, the second time without knowing where. Here `type` is handed over first, and every error collects its
//! path on the way out.

use core::fmt;

use serde::{
    Deserialize, Serialize,
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess,
        Unexpected, Visitor,
        value::{MapAccessDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

/// The field that says which kind of thing an object is.
const KIND: &str = "type";
/// Longest text of a document that an error repeats, in characters.
const MAX_SHOWN: usize = 40;
/// The code of a value that a type refuses without one of its own.
const BAD_VALUE: &str = "bad_value";
/// The code of a field that is not known.
const UNKNOWN_FIELD: &str = "unknown_field";
/// The code of a word that is none of those a value can be.
const UNKNOWN_WORD: &str = "unknown_word";

/// Reads JSON that an owner or developer wrote.
///
/// It is stricter than what reads stored JSON: a field that is not known is refused wherever it stands.
///
/// # Errors
/// [`ConfigError`] names the first place that is not as expected.
///
/// ```
/// use call_router::{config_json, flow::Script};
///
/// let unreadable = config_json::read::<Script>(br#"{"facts": {"risk": 300}}"#).unwrap_err();
/// assert_eq!(unreadable.place, "facts.risk");
/// assert_eq!(unreadable.to_string(), "facts.risk is 300. Write a whole number from 0 to 255.");
/// ```
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, ConfigError> {
    let Once(value) = serde_json::from_slice(json).map_err(|error| no_json(&error))?;
    T::deserialize(Reader(&value)).map_err(ConfigError::from)
}

/// Why a document cannot be read: the first place that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigError {
    /// The stable code for machines.
    pub code: String,
    /// Where: `steps.office.to[1].number`; empty for the document as a whole.
    pub place: String,
    /// What is wrong.
    pub sentence: String,
    /// What to do about it.
    pub repair: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.sentence.starts_with(&self.place) {
            write!(out, "{}: ", self.place)?;
        }
        write!(out, "{} {}", self.sentence, self.repair)
    }
}

impl core::error::Error for ConfigError {}

impl From<LocatedError> for ConfigError {
    fn from(LocatedError { code, path, what, repair }: LocatedError) -> Self {
        let place = path.iter().rev().fold(String::new(), |place, part| match part {
            PathPart::Field(name) if place.is_empty() => name.clone(),
            PathPart::Field(name) => format!("{place}.{name}"),
            PathPart::Entry(index) => format!("{place}[{index}]"),
        });
        let sentence = match what {
            Wording::Sentence(sentence) => sentence,
            Wording::Of(verb) if place.is_empty() => format!("The document {verb}."),
            Wording::Of(verb) => format!("{place} {verb}."),
        };
        Self { code, place, sentence, repair }
    }
}

fn no_json(error: &serde_json::Error) -> ConfigError {
    let (code, sentence, repair) = if error.is_data() {
        ("written_twice", error.to_string(), "Take one of them out.")
    } else {
        let repair = "Correct it there; a comma or a quotation mark is what is missing most often.";
        ("no_json", format!("This is no JSON: {error}"), repair)
    };
    ConfigError { code: code.to_owned(), place: String::new(), sentence: sentence + ".", repair: repair.to_owned() }
}

/// A JSON value whose objects have every field once. Which of two is meant nobody could say.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
                Ok(Value::Bool(truth))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(text.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                let mut read = Vec::new();
                while let Some(Once(value)) = list.next_element()? {
                    read.push(value);
                }
                Ok(Value::Array(read))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
                let mut read = Map::new();
                while let Some((name, Once(value))) = fields.next_entry::<String, _>()? {
                    if read.contains_key(&name) {
                        return Err(de::Error::custom(format_args!("\"{}\" is written twice", shown(&name))));
                    }
                    read.insert(name, value);
                }
                Ok(Value::Object(read))
            }
        }
        from.deserialize_any(Any).map(Self)
    }
}

/// An error on its way out.
#[derive(Debug)]
pub(crate) struct LocatedError {
    code: String,
    /// The parts of its place, the innermost first.
    path: Vec<PathPart>,
    what: Wording,
    repair: String,
}

#[derive(Debug)]
enum PathPart {
    Field(String),
    Entry(usize),
}

#[derive(Debug)]
enum Wording {
    /// A whole sentence.
    Sentence(String),
    /// What the place is or does.
    Of(String),
}

impl LocatedError {
    fn of(code: &str, verb: impl Into<String>, repair: impl Into<String>) -> Self {
        Self { code: code.to_owned(), path: Vec::new(), what: Wording::Of(verb.into()), repair: repair.into() }
    }

    fn unknown(known: &[&str]) -> Self {
        let repair = match known {
            [] => "Take it out.".to_owned(),
            known => format!("Take it out, or write one of: {}.", known.join(", ")),
        };
        Self::of(UNKNOWN_FIELD, "is not known", repair)
    }

    /// Makes an error about a word into one about a field: here the word is the field's name.
    fn of_name(self) -> Self {
        if self.code == UNKNOWN_WORD { Self::of(UNKNOWN_FIELD, "is not known", self.repair) } else { self }
    }

    fn at(mut self, part: PathPart) -> Self {
        self.path.push(part);
        self
    }

    fn at_field(self, name: &str) -> Self {
        self.at(PathPart::Field(shown(name)))
    }
}

impl fmt::Display for LocatedError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Wording::Sentence(text) | Wording::Of(text)) = &self.what;
        write!(out, "{text} {}", self.repair)
    }
}

impl core::error::Error for LocatedError {}

impl de::Error for LocatedError {
    /// Takes what a type of ours says: `stable_code: What is wrong; what to do.`
    fn custom<T: fmt::Display>(said: T) -> Self {
        let said = said.to_string();
        let is_code = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let (code, text) = said.split_once(": ").filter(|(code, _)| is_code(code)).unwrap_or((BAD_VALUE, &said));
        let (sentence, repair) = text.split_once("; ").unwrap_or((text, "correct it."));
        let what = Wording::Sentence(format!("{}.", sentence.trim_end_matches('.')));
        Self { code: code.to_owned(), path: Vec::new(), what, repair: capitalised(repair) }
    }

    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> Self {
        Self::of("wrong_type", format!("is {}", shown_value(found)), format!("Write {}.", in_plain_words(expected)))
    }

    fn invalid_value(found: Unexpected, expected: &dyn Expected) -> Self {
        Self::of(BAD_VALUE, format!("is {}", shown_value(found)), format!("Write {}.", in_plain_words(expected)))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        let repair = format!("Write one of: {}.", known.join(", "));
        Self::of(UNKNOWN_WORD, format!("is \"{}\"", shown(word)), repair)
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        Self::unknown(known)
    }

    fn missing_field(name: &'static str) -> Self {
        Self::of("missing_field", "is missing", "Add it.").at_field(name)
    }
}

fn shown_value(found: Unexpected) -> String {
    match found {
        Unexpected::Str(text) => format!("\"{}\"", shown(text)),
        Unexpected::Bool(truth) => truth.to_string(),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Float(number) => number.to_string(),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        other => other.to_string(),
    }
}

/// Puts what serde expects into words for people who never saw Rust.
fn in_plain_words(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65,535",
        "u32" => "a whole number from 0 to 4,294,967,295",
        "u64" | "usize" => "a whole number from 0",
        "a boolean" => "true or false",
        "a string" | "string" | "variant identifier" => "a text in quotation marks",
        "a sequence" => "a list, in square brackets",
        "a map" | "string or map" => "an object, in braces",
        text if text.starts_with("struct ") => "an object, in braces",
        text => text,
    }
    .to_owned()
}

fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// Hands a JSON value over, and tells each error where it comes from.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a Value);

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = LocatedError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LocatedError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(*truth),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(list) => visitor.visit_seq(Entries { left: list.iter().enumerate() }),
            Value::Object(object) => visitor.visit_map(Fields::of(object)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LocatedError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, LocatedError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, LocatedError> {
        match self.0 {
            Value::String(word) => visitor.visit_enum(key(word)),
            Value::Object(object) if object.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(Fields::of(object)))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    /// Takes objects alone: serde would read a list's entries as the fields in their order.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, LocatedError> {
        if self.0.is_array() {
            return Err(de::Error::invalid_type(Unexpected::Seq, &visitor));
        }
        self.deserialize_any(visitor)
    }

    /// Is asked for where a type does not know the field.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, LocatedError> {
        Err(LocatedError::unknown(&[]))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

fn key(text: &str) -> StrDeserializer<'_, LocatedError> {
    text.into_deserializer()
}

/// The fields of an object, the one that says its kind first.
struct Fields<'a> {
    left: Box<dyn Iterator<Item = (&'a String, &'a Value)> + 'a>,
    /// The field whose value is next.
    current: Option<(&'a String, &'a Value)>,
}

impl<'a> Fields<'a> {
    fn of(object: &'a Map<String, Value>) -> Self {
        let others = object.iter().filter(|(name, _)| *name != KIND);
        Self { left: Box::new(object.get_key_value(KIND).into_iter().chain(others)), current: None }
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = LocatedError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, LocatedError> {
        self.current = self.left.next();
        let Some((name, _)) = self.current else { return Ok(None) };
        seed.deserialize(key(name)).map(Some).map_err(|error| error.of_name().at_field(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, LocatedError> {
        let Some((name, value)) = self.current.take() else {
            return Err(LocatedError::of(BAD_VALUE, "has no value", "Add it."));
        };
        seed.deserialize(Reader(value)).map_err(|error| error.at_field(name))
    }
}

/// The entries of a list.
struct Entries<'a, I: Iterator<Item = (usize, &'a Value)>> {
    left: I,
}

impl<'de, 'a, I: Iterator<Item = (usize, &'a Value)>> SeqAccess<'de> for Entries<'a, I> {
    type Error = LocatedError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, LocatedError> {
        let Some((index, value)) = self.left.next() else { return Ok(None) };
        seed.deserialize(Reader(value)).map(Some).map_err(|error| error.at(PathPart::Entry(index)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only what cannot be read matters here")]
    struct Document {
        name: String,
        #[serde(default)]
        list: Vec<Item>,
        #[serde(default)]
        by_word: BTreeMap<Word, Option<u8>>,
        #[serde(default)]
        choice: Option<Choice>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only what cannot be read matters here")]
    struct Item {
        on: bool,
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        One,
        Two,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[allow(dead_code, reason = "only what cannot be read matters here")]
    enum Choice {
        Nothing,
        Number(u8),
        Entry { on: bool },
    }

    #[test]
    fn what_can_be_read() {
        for json in [
            r#"{"name": ""}"#,
            r#"{"name": "a", "list": [], "by_word": {}, "choice": null}"#,
            r#"{"name": "a", "list": [{"on": true}], "by_word": {"one": 1, "two": null}, "choice": "nothing"}"#,
            r#"{"name": "a", "choice": {"number": 7}}"#,
            r#"{"name": "a", "choice": {"entry": {"on": false}}}"#,
        ] {
            assert!(read::<Document>(json.as_bytes()).is_ok(), "{json}");
        }
    }

    #[test]
    fn what_cannot_is_named() {
        let cases = [
            ("", "no_json", ""),
            (r#"{"name": "a""#, "no_json", ""),
            ("[]", "wrong_type", ""),
            ("{}", "missing_field", "name"),
            (r#"{"name": 1}"#, "wrong_type", "name"),
            (r#"{"name": "a", "name": "b"}"#, "written_twice", ""),
            (r#"{"name": "a", "by_word": {"one": 1, "one": 1}}"#, "written_twice", ""),
            (r#"{"name": "a"} {}"#, "no_json", ""),
            (r#"{"name": "a", "more": 1}"#, "unknown_field", "more"),
            (r#"{"name": "a", "list": {}}"#, "wrong_type", "list"),
            (r#"{"name": "a", "list": [{"on": true}, {"on": "yes"}]}"#, "wrong_type", "list[1].on"),
            (r#"{"name": "a", "list": [{"on": true}, {}]}"#, "missing_field", "list[1].on"),
            (r#"{"name": "a", "list": [{"on": true, "off": false}]}"#, "unknown_field", "list[0].off"),
            (r#"{"name": "a", "by_word": {"one": 256}}"#, "bad_value", "by_word.one"),
            (r#"{"name": "a", "by_word": {"three": 3}}"#, "unknown_field", "by_word.three"),
            (r#"{"name": "a", "choice": "all"}"#, "unknown_word", "choice"),
            (r#"{"name": "a", "choice": {"number": -1}}"#, "bad_value", "choice.number"),
            (r#"{"name": "a", "choice": {"entry": {"on": null}}}"#, "wrong_type", "choice.entry.on"),
            (r#"{"name": "a", "choice": {"number": 1, "entry": {"on": true}}}"#, "wrong_type", "choice"),
        ];
        for (json, code, place) in cases {
            let why = read::<Document>(json.as_bytes()).unwrap_err();
            assert_eq!((why.code.as_str(), why.place.as_str()), (code, place), "{json}: {why}");
            assert!(why.sentence.ends_with('.') && why.repair.ends_with('.'), "{json}: {why}");
        }
    }

    #[test]
    fn a_long_text_is_not_repeated() {
        let json = format!(r#"{{"name": "a", "list": "{}", "{}": 1}}"#, "x".repeat(10_000), "y".repeat(10_000));
        assert!(read::<Document>(json.as_bytes()).unwrap_err().to_string().len() < 200);
    }
}
