//! Reads and writes what edge and storage say: `dni_core::wire` in the browser.
//!
//! The values stay on JavaScript's side, and only what is looked at crosses over. Derived readers and writers would do
//! the same for 20 KB of brotli, most of it texts for every possible mistake, which nobody would read here. What has not
//! the expected shape is `None`.

use dni_core::phone::{E164, NumberTexts};
use dni_core::time::Millis;
use dni_core::visit::{Arrival, History, PageUrl};
use js_sys::{Array, Object};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// Most entries of a list: above the most touches, targets and leases.
const MAX_ENTRIES: u32 = 64;

#[wasm_bindgen]
extern "C" {
    /// A value that may have fields. What is read has been JSON, so that neither reading nor writing one runs any code; only on
    /// nothing at all they would throw.
    type Fields;

    #[wasm_bindgen(method, indexing_getter)]
    fn get(this: &Fields, name: &str) -> JsValue;

    #[wasm_bindgen(method, indexing_setter)]
    fn set(this: &Fields, name: &str, value: &JsValue);
}

/// Makes an object of fields.
pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new().into();
    for (name, value) in fields {
        set(&object, name, value);
    }
    object
}

/// Sets a field.
pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    if let Some(fields) = fields(object) {
        fields.set(name, value);
    }
}

/// Returns a field as it is; undefined if it is missing.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    fields(object).map_or(JsValue::UNDEFINED, |fields| fields.get(name))
}

fn fields(object: &JsValue) -> Option<&Fields> {
    if object.is_null() || object.is_undefined() { None } else { Some(object.unchecked_ref()) }
}

/// Reads a field; `None` if it is missing or of another shape.
pub fn field<T: FromJs>(object: &JsValue, name: &str) -> Option<T> {
    T::read(&get(object, name))
}

/// What can be read.
pub trait FromJs: Sized {
    /// Takes the value if it has the right shape.
    fn read(from: &JsValue) -> Option<Self>;
}

/// The number to show in place of a target: what the page needs of `dni_core::wire::Assigned`.
#[derive(Clone)]
pub struct Shown {
    /// The business's own number.
    pub target: NumberTexts,
    /// The number to show.
    pub number: NumberTexts,
    /// Whether it can stand in the places of the target's digits.
    pub same_form: bool,
    /// The pool that the markup must name for this number to be shown; usually empty.
    pub pool: String,
}

impl FromJs for Shown {
    fn read(from: &JsValue) -> Option<Self> {
        let texts = |number, national, international| {
            // Nothing but what a number is written with comes on the page, whatever was kept.
            let is_clean = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit() || b" +-()/.".contains(&byte));
            let text = |name| field(from, name).filter(is_clean).unwrap_or_default();
            Some(NumberTexts {
                number: field(from, number)?,
                national: text(national),
                international: text(international),
            })
        };
        let target = texts("target", "target_display", "target_international")?;
        let number = texts("number", "display", "international")?;
        // An answer that was kept by an earlier version does not say it.
        let is_plan = |texts: &NumberTexts| texts.number.nanp_digits().is_some();
        let same_form = get(from, "same_form").as_bool().unwrap_or_else(|| is_plan(&target) && is_plan(&number));
        Some(Self { target, number, same_form, pool: field(from, "pool").unwrap_or_default() })
    }
}

impl FromJs for E164 {
    fn read(from: &JsValue) -> Option<Self> {
        Self::from_canonical(&String::read(from)?)
    }
}

impl FromJs for History {
    fn read(from: &JsValue) -> Option<Self> {
        Some(Self { touches: field(from, "touches")?, seen_at: field(from, "seen_at")? })
    }
}

impl FromJs for Arrival {
    fn read(from: &JsValue) -> Option<Self> {
        let url = |name| field::<String>(from, name).map(PageUrl::whole);
        Some(Self { at: field(from, "at")?, url: url("url")?, referrer: url("referrer").unwrap_or_default() })
    }
}

impl FromJs for Millis {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what does not fit is cut to the range")]
    fn read(from: &JsValue) -> Option<Self> {
        Some(Self::from_unix_ms(from.as_f64()? as u64))
    }
}

impl FromJs for u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what does not fit is cut to the range")]
    fn read(from: &JsValue) -> Option<Self> {
        Some(from.as_f64()? as Self)
    }
}

impl FromJs for String {
    fn read(from: &JsValue) -> Option<Self> {
        from.as_string()
    }
}

impl<T: FromJs> FromJs for Vec<T> {
    /// One entry of a wrong shape spoils the list: half an answer is none.
    fn read(from: &JsValue) -> Option<Self> {
        let mut read = Self::new();
        let list: &Array = from.dyn_ref()?;
        for index in 0..list.length().min(MAX_ENTRIES) {
            read.push(T::read(&list.get(index))?);
        }
        Some(read)
    }
}

/// Writes an instant.
#[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 stay below 2^53")]
pub fn ms(at: Millis) -> JsValue {
    JsValue::from_f64(at.unix_ms() as f64)
}

/// Writes a visitor's touches.
pub fn history(history: &History) -> JsValue {
    let touches = Array::new();
    for touch in &history.touches {
        touches.push(&object(&[
            ("at", ms(touch.at)),
            ("url", touch.url.as_str().into()),
            ("referrer", touch.referrer.as_str().into()),
        ]));
    }
    object(&[("touches", touches.into()), ("seen_at", ms(history.seen_at))])
}
