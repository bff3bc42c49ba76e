//! A task that a call needs.

use dni_core::time::Millis;

use super::TaskKind;
use crate::{event::MAX_ID, text::Text};

/// Longest name of what a task rests on, in bytes: 24 bytes of a hash in base64.
const MAX_BASIS: usize = 32;

/// What a task is about: a recording's id, or nothing where it is about the call as a whole.
pub type Subject = Text<MAX_ID>;

/// What a task rests on, where that may change: a name of it, of which nothing but a difference is read.
pub type Basis = Text<MAX_BASIS>;

/// A task that a call needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its kind.
    pub kind: TaskKind,
    /// What it is about.
    pub subject: Subject,
    /// From when on it may be done.
    pub from: Millis,
    /// What it rests on: once that is another, what was done or given up is done anew.
    pub rests_on: Basis,
}

impl Need {
    /// Makes one that rests on nothing that could change.
    pub fn new(kind: TaskKind, subject: Subject, from: Millis) -> Self {
        Self { kind, subject, from, rests_on: Basis::default() }
    }
}
