//! What people write, as JavaScript passes it: flows, scripts, sites.

use js_sys::JSON;
use wasm_bindgen::JsValue;

use crate::tool_error::ToolError;

/// Longest JSON that is read, in bytes: more than the edge takes for a whole site.
const MAX_JSON: usize = 2_000_000;

/// Takes JSON, or an object that can be written as JSON.
pub fn json(value: &JsValue, name: &str) -> Result<String, ToolError> {
    let text = match value.as_string() {
        Some(text) => text,
        None => JSON::stringify(value).ok().and_then(|text| text.as_string()).ok_or_else(|| {
            ToolError::new("not_an_object", format_args!("{name} must be an object such as {{ }}, or its JSON."))
        })?,
    };
    if text.len() > MAX_JSON {
        return Err(ToolError::new("text_too_long", format_args!("{name} is longer than 2 MB.")));
    }
    Ok(text)
}
