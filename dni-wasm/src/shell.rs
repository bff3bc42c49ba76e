//! What the browser does for a session. `js/shell.js` is the other side.

use dni_core::time::Millis;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The network, the clock, the storage and the site's listeners. None of it answers at once but the storage: answers come
    /// in through `api`.
    #[derive(Clone)]
    pub type Shell;

    /// Asks for the visitor's numbers; the answer comes in as `leased`.
    #[wasm_bindgen(method)]
    pub fn lease(this: &Shell, visitor: &JsValue);

    /// Sends a sign of life for the visitor's leases, if he has any. The answer to `visible` comes in as `renewed`; all
    /// others arrive even if the page is closed at this moment, and are not answered.
    #[wasm_bindgen(method)]
    pub fn sign(this: &Shell, signal: &str, visitor: &JsValue);

    /// Calls `renew` once, so many seconds from now; replaces an earlier call.
    #[wasm_bindgen(method)]
    pub fn wake(this: &Shell, seconds: u32);

    /// Tells the site's listeners, after our own work is done.
    #[wasm_bindgen(method)]
    pub fn emit(this: &Shell, event: &str, detail: &JsValue);

    /// Returns the visitor as he is stored, another tab's changes included; undefined if he is not.
    #[wasm_bindgen(method)]
    pub fn recall(this: &Shell) -> JsValue;

    /// Stores the visitor; says whether that was possible.
    #[wasm_bindgen(method)]
    pub fn store(this: &Shell, visitor: &JsValue) -> bool;

    /// Says whether the visitor cannot see the page.
    #[wasm_bindgen(method, js_name = isHidden)]
    pub fn is_hidden(this: &Shell) -> bool;
}

/// Returns the visitor's clock.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole milliseconds since 1970, below 2^53")]
pub fn now() -> Millis {
    Millis::from_unix_ms(js_sys::Date::now() as u64)
}
