//! What the browser does for a page view. `js/shell.js` is the other side.

use dni_core::time::Millis;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Window;

#[wasm_bindgen]
extern "C" {
    /// The network, the clock and the site's listeners. None of it answers at once: answers come in through `api`.
    pub type Shell;

    /// Asks for the visitor's numbers; the answer comes in as `leased`.
    #[wasm_bindgen(method)]
    pub fn lease(this: &Shell, visitor: &JsValue);

    /// Sends a sign of life for the visitor's leases, if they have any. The answer to `visible` comes in as `renewed`; all
    /// others arrive even if the page is closed at this moment, and are not answered.
    #[wasm_bindgen(method)]
    pub fn sign(this: &Shell, signal: &str, visitor: &JsValue);

    /// Calls `renew` once, so many seconds from now; replaces an earlier call.
    #[wasm_bindgen(method)]
    pub fn wake(this: &Shell, seconds: u32);

    /// Tells the site's listeners, after our own work is done.
    #[wasm_bindgen(method)]
    pub fn emit(this: &Shell, event: &str, detail: &JsValue);
}

/// Returns the page's window; there is none in a worker.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// Says whether the visitor cannot see the page.
pub fn is_hidden() -> bool {
    window().and_then(|window| window.document()).is_none_or(|document| document.hidden())
}

/// Returns the visitor's clock.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole milliseconds since 1970, below 2^53")]
pub fn now() -> Millis {
    Millis::from_unix_ms(js_sys::Date::now() as u64)
}
