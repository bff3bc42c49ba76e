//! The pure core of call tracking with dynamic number insertion.
//!
//! What a visit's source was ([`visit`]), what a phone number is and how a page writes it ([`phone`]), who holds
//! which tracking number when and whom a call belongs to ([`pool`]), whose arrival is shown a number of its own
//! ([`source`]), and what browser and edge say to each other
//! ([`wire`]). The same code runs in the visitor's browser, at the edge and in Node.
//!
//! Architecture invariant: nothing here does I/O, reads a clock, draws random numbers or awaits. Time is an
//! argument ([`time::Millis`]), and so are random bytes.

pub mod bot;
pub mod id;
pub mod phone;
pub mod pii;
pub mod place;
pub mod pool;
pub mod source;
pub mod time;
pub mod visit;
pub mod wire;
