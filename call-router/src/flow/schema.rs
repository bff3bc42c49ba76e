//! The JSON Schema of a call flow: what editors complete and underline by.
//!
//! It is made from the types that flows are read into. What a schema cannot say, such as that a step exists, stays with
//! [`super::Flow::check`]: whatever the schema refuses is refused there, cannot be read, or is a text that would be cut to its
//! limit, but not the other way round.

use std::borrow::Cow;

use schemars::{
    JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema, transform::RecursiveTransform,
};
use serde_json::Value;

use super::{
    AudioUrl, CallerId, Day, Flow, FlowId, Key, MAX_DESTINATIONS, MAX_MESSAGE_SECONDS, MAX_NAME, MAX_RING_SECONDS,
    MAX_TRIES, MAX_WAIT_SECONDS, MIN_MESSAGE_SECONDS, MIN_RING_SECONDS, MenuNext, Span, StepId, TagName,
};
use crate::{document::MAX_SAY, event::MAX_URL, text::Text};

/// The constants that the types' descriptions name, which nobody knows in an editor.
const NAMED: [(&str, usize); 9] = [
    ("[`MAX_SAY`]", MAX_SAY),
    ("[`MAX_DESTINATIONS`]", MAX_DESTINATIONS),
    ("[`MIN_RING_SECONDS`]", MIN_RING_SECONDS as usize),
    ("[`MAX_RING_SECONDS`]", MAX_RING_SECONDS as usize),
    ("[`MIN_MESSAGE_SECONDS`]", MIN_MESSAGE_SECONDS as usize),
    ("[`MAX_MESSAGE_SECONDS`]", MAX_MESSAGE_SECONDS as usize),
    ("[`MAX_TRIES`]", MAX_TRIES as usize),
    ("[`MAX_WAIT_SECONDS`]", MAX_WAIT_SECONDS as usize),
    ("[`MAX_URL`]", MAX_URL),
];

/// Returns the schema, of JSON Schema's draft 2020-12.
pub fn schema() -> Schema {
    of_document::<Flow>("Call flow")
}

/// Returns the schema of a document that has flows in it, under a title for people.
pub fn of_document<T: JsonSchema>(title: &str) -> Schema {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(in_words));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema
}

/// Keeps a description's first paragraph, on one line, with values in place of the constants' names.
fn in_words(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraph = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        *text = NAMED.iter().fold(paragraph, |text, (name, value)| text.replace(name, &value.to_string()));
    }
}

impl<const MAX: usize> JsonSchema for Text<MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Text{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "maxLength": MAX})
    }
}

/// Gives a type that is written as a text its schema.
macro_rules! text_schema {
    ($($type:ident: $schema:expr;)*) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

text_schema! {
    StepId: name("The name of a step.");
    FlowId: name("The name of a flow.");
    TagName: name("A mark on a call.");
    AudioUrl: json_schema!({
        "type": "string", "format": "uri", "pattern": "^ *[Hh][Tt][Tt][Pp][Ss]:", "maxLength": MAX_URL,
        "description": "The address of a sound file that the carrier can fetch.",
    });
    Key: json_schema!({"type": "string", "pattern": "^[0-9*#]$", "description": "A key of a telephone."});
    Span: json_schema!({
        "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        "description": "A span of a day by the clock on the wall. One that ends before it begins goes on past midnight.",
        "examples": ["09:00-17:30"],
    });
    Day: json_schema!({
        "type": "string", "pattern": "^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "description": "A date, of one year or of every year.", "examples": ["2026-11-26", "12-25"],
    });
    CallerId: json_schema!({"anyOf": [
        {"enum": ["caller", "tracking"]},
        {"type": "string", "pattern": dni_core::phone::SCHEMA_PATTERN},
    ], "description": "The caller's number, the tracking number, or a number of your own."});
}

fn name(description: &str) -> Schema {
    let pattern = format!("^[a-z0-9_-]{{1,{MAX_NAME}}}$");
    json_schema!({"type": "string", "pattern": pattern, "description": description})
}

impl JsonSchema for MenuNext {
    fn schema_name() -> Cow<'static, str> {
        "MenuNext".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let step = generator.subschema_for::<Option<StepId>>();
        json_schema!({
            "description": "What follows a menu: a step for each key that means something, no_input and invalid.",
            "type": "object",
            "properties": {"no_input": step, "invalid": step},
            "patternProperties": {"^[0-9*#]$": step},
            "additionalProperties": false,
        })
    }
}
