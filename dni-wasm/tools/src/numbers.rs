//! Phone numbers: found in a text, and written like an example.

use dni_core::phone::{self, E164, Region};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::tool_error::ToolError;
use crate::utf16::Utf16Places;
use crate::{answer, options};

/// Longest text that is searched, in bytes of UTF-8: far more than any page has, and little enough to hold twice.
const MAX_TEXT: usize = 64 << 20;

/// A number and where it stands.
#[derive(Serialize)]
struct FoundNumber<'a> {
    number: &'a str,
    extension: Option<&'a str>,
    start: usize,
    end: usize,
}

/// Finds the phone numbers in a text; `region` is two letters, and the United States if it is left out.
#[wasm_bindgen(js_name = findNumbers)]
pub fn find_numbers(text: &JsValue, region: &JsValue) -> Result<JsValue, ToolError> {
    let text = options::text(text, "text")?;
    if text.len() > MAX_TEXT {
        return Err(ToolError::new("text_too_long", "text is longer than 64 MiB; search it piece by piece."));
    }
    let region = read_region(region)?;
    let mut places = Utf16Places::new(&text);
    let found = phone::find_numbers(&text, region);
    let found: Vec<_> = found
        .iter()
        .map(|found| {
            let place = places.range(&found.range);
            FoundNumber {
                number: found.number.as_str(),
                extension: found.extension.as_ref().map(phone::Extension::as_str),
                start: place.start,
                end: place.end,
            }
        })
        .collect();
    answer::object(&found)
}

/// Writes `number`, which is in international form, the way `example` is written.
#[wasm_bindgen(js_name = formatLike)]
pub fn format_like(number: &JsValue, example: &JsValue) -> Result<String, ToolError> {
    let number = options::text(number, "number")?;
    let example = options::text(example, "example")?;
    let number = E164::parse(&number).map_err(|problem| ToolError::new(problem.code(), problem))?;
    Ok(phone::format_like(number, &example))
}

fn read_region(region: &JsValue) -> Result<Region, ToolError> {
    if region.is_undefined() || region.is_null() {
        return Ok(Region::US);
    }
    let name = options::text(region, "region")?;
    Region::parse(&name).ok_or_else(|| {
        ToolError::new("unknown_region", "region must be a country's two letters (ISO 3166-1), such as US or GB.")
    })
}
