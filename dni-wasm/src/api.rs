//! What JavaScript calls: the shell with news of the page and the edge, and the site's own code through `window.dni`.

use core::cell::OnceCell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::page_view::PageView;
use crate::shell::Shell;
use crate::visitor::Memory;

thread_local! {
    /// The one page view.
    static PAGE_VIEW: OnceCell<&'static PageView> = const { OnceCell::new() };
}

/// Begins the page view: the page's markup has been read. A second call does nothing.
///
/// `visitor` is who the script tag says they are, `arrival` is `{at, url, referrer}`. With `is_kept` they are stored under `key`;
/// with `is_asked`, the script tag has asked for a lease already, and `leased` follows.
#[wasm_bindgen]
pub fn begin(shell: Shell, key: String, visitor: JsValue, arrival: &JsValue, is_kept: bool, is_asked: bool) {
    #[cfg(feature = "debug")]
    console_error_panic_hook::set_once();
    if view().is_none() {
        let view = Box::leak(Box::new(PageView::new(shell, Memory::new(key), is_asked)));
        let _ = PAGE_VIEW.with(|place| place.set(view));
        view.memory.open(visitor, is_kept);
        view.begin(arrival);
    }
}

/// The edge has answered a lease request; undefined if it has not, or not well.
#[wasm_bindgen]
pub fn leased(reply: &JsValue) {
    with(|view| view.leased(reply));
}

/// The edge has answered a sign of life.
#[wasm_bindgen]
pub fn renewed(reply: &JsValue) {
    with(|view| view.renewed(reply));
}

/// The page has become visible, or it is time for a sign of life.
#[wasm_bindgen]
pub fn renew() {
    with(PageView::renew);
}

/// The page has been hidden or is being left.
#[wasm_bindgen]
pub fn hidden() {
    with(PageView::hidden);
}

/// The visitor has tapped a link to, copied or selected this text.
#[wasm_bindgen]
pub fn intent(text: &str) {
    with(|view| view.intent(text));
}

/// Shows the numbers below a node.
#[wasm_bindgen]
pub fn swap(root: &JsValue) {
    with(|view| {
        let was_off = view.turn_on();
        if view.show_below(root) && was_off {
            view.renew();
        }
    });
}

/// Returns the text with the numbers to show in it, each in the form its target has there; `None` if there is none.
///
/// `place` is the pool, or one of the site's other targets, that the markup asks for; usually it is empty.
#[wasm_bindgen]
pub fn shown(text: &str, place: &str) -> Option<String> {
    with(|view| view.numbers.borrow().shown(text, place)).flatten()
}

/// Returns the text with the targets in place of the numbers of ours that stand there; `None` if there is none.
#[wasm_bindgen]
pub fn original(text: &str) -> Option<String> {
    with(|view| view.numbers.borrow().original(text)).flatten()
}

/// Answers the visitor as they are stored: id, history, numbers and until when they may be shown.
#[wasm_bindgen(js_name = getSession)]
pub fn get_session() -> JsValue {
    with(|view| view.memory.visitor().as_js().clone()).unwrap_or(JsValue::NULL)
}

/// The visitor has refused to be tracked: gives the numbers back, reverts the page and forgets them.
#[wasm_bindgen]
pub fn deny() {
    with(|view| {
        view.release();
        view.memory.close();
    });
}

/// The visitor has agreed to be tracked, after they had refused or were not asked.
#[wasm_bindgen]
pub fn agree(visitor: JsValue, arrival: &JsValue, is_kept: bool) {
    with(|view| {
        view.memory.open(visitor, is_kept);
        view.turn_on();
        view.begin(arrival);
    });
}

/// Asks for the numbers anew and shows them.
#[wasm_bindgen]
pub fn refresh() {
    with(|view| {
        view.turn_on();
        view.lease();
    });
}

/// Gives the numbers back to the pool and shows the business's own again.
#[wasm_bindgen]
pub fn release() {
    with(PageView::release);
}

/// Puts the page's own numbers back, byte for byte, and leaves them until `swap` or `refresh`.
#[wasm_bindgen]
pub fn revert() {
    with(PageView::revert);
}

/// The page view lives as long as the page.
fn with<T>(act: impl FnOnce(&'static PageView) -> T) -> Option<T> {
    view().map(act)
}

fn view() -> Option<&'static PageView> {
    PAGE_VIEW.with(|place| place.get().copied())
}
