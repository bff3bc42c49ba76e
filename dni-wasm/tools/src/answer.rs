//! What goes back to JavaScript: plain objects, `null` for what is absent.

use js_sys::JSON;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::tool_error::ToolError;

/// Makes the object.
pub fn object(answer: &impl Serialize) -> Result<JsValue, ToolError> {
    let plain = Serializer::new().serialize_missing_as_null(true).serialize_maps_as_objects(true);
    answer.serialize(&plain).map_err(|error| ToolError::new("answer_not_written", error))
}

/// Makes the object out of one text: several times faster where there are many small texts in it, for each would go over to
/// JavaScript by itself.
pub fn object_from_text(answer: &impl Serialize) -> Result<JsValue, ToolError> {
    let text = serde_json::to_string(answer).map_err(|error| ToolError::new("answer_not_written", error))?;
    JSON::parse(&text).map_err(|_| ToolError::new("answer_not_written", "The answer is no JSON."))
}
