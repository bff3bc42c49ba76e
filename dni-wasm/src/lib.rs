//! Call tracking in the visitor's browser: leases phone numbers and shows them in place of the business's own.
//!
//! The script tag (`js/tag.js`) asks for a lease while this wasm is on its way; `js/glue.js` brings the two together. One
//! `page_view::PageView` is one page view. It recalls the `visitor`, takes a lease for them, shows the numbers on the `page`
//! and sends signs of life (`beat`). What it wants done it tells the `shell`, and what happens it is told through `api`:
//! nothing here awaits, so that no future's machinery is downloaded.
//!
//! Architecture invariants:
//! - only `page` writes the DOM, and only values of text nodes and attributes: no markup, no node added, moved or removed;
//! - no failure reaches the page: what goes wrong ends in `None`, and the business's own number stays;
//! - JavaScript that calls back while a value is being written finds the page busy, and nothing happens.

mod api;
mod beat;
mod page;
mod page_view;
mod shell;
mod visitor;
mod wire;

/// A small allocator: the standard one is 2.4 KB of brotli larger, and little is allocated here.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());
