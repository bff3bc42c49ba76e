//! From the ring to the call log, without I/O.
//!
//! A carrier's webhook is verified and read into a neutral [`event::CallEvent`] ([`carrier`]). The owner's call
//! [`flow`] decides what happens next and answers a neutral [`document::Document`], which the carrier's module writes
//! in the carrier's own language. Every event also goes into the [`call::Call`] record, in any order and any number
//! of times. [`fail_open`] holds the answers for the moment when nothing but the published configuration is there.
//!
//! Architecture invariants: nothing here does I/O, reads a clock, draws random numbers or awaits; only
//! `carrier/*/document.rs` writes a carrier's document language, and only `carrier/xml.rs` writes XML; nothing outside
//! `carrier` knows a carrier's words.

pub mod after_call;
pub mod call;
pub mod caller;
pub mod carrier;
pub mod config_json;
pub mod document;
pub mod event;
pub mod fail_open;
pub mod flow;
mod language;
pub mod lookup;
pub mod recording;
pub mod risk;
pub mod speech;
pub mod text;
pub mod time_zone;
