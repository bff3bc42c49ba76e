//! The core as functions for JavaScript, in Node and in browsers.
//!
//! The same code decides here as at the edge. `options` reads what JavaScript passes and refuses what is not known,
//! `tool_error` is how a failure looks there, `answer` writes what comes back. The JavaScript that loads all this is in
//! `dni-wasm/npm/tools`, and so are the types that developers see.

mod answer;
mod flows;
mod numbers;
mod options;
mod pool;
mod sites;
mod tool_error;
mod utf16;
mod visit;
mod written;
