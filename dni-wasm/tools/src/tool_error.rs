//! A failure as JavaScript sees it: an `Error` with a sentence and a `code`.

use core::fmt;

use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

/// What is thrown.
#[derive(Debug)]
pub struct ToolError(Error);

impl ToolError {
    /// Says in a sentence what is wrong and what to do; `code` is for machines and stays.
    pub fn new(code: &str, sentence: impl fmt::Display) -> Self {
        let error = Error::new(&sentence.to_string());
        // An `Error` takes a property of any name; if not, the sentence is still there.
        let _ = Reflect::set(&error, &"code".into(), &code.into());
        Self(error)
    }
}

impl From<ToolError> for JsValue {
    fn from(problem: ToolError) -> Self {
        problem.0.into()
    }
}
