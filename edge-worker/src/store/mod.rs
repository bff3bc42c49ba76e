//! The stores. All SQL of the worker stands in here, always with bound parameters.

pub mod d1;
pub mod object;
pub mod published;
