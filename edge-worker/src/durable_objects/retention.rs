//! When an object forgets what is too old: by its alarm, in small steps, as calls come first.

use core::time::Duration;
use std::cell::Cell;

use worker::{Result, Storage};

/// How long the object waits between two steps.
const NEXT_STEP: Duration = Duration::from_secs(1);

/// An object's forgetting, which its alarm does.
pub struct Forgetting {
    every: Duration,
    /// Whether the alarm is known to be set.
    is_planned: Cell<bool>,
}

impl Forgetting {
    /// Forgets so often.
    pub const fn every(every: Duration) -> Self {
        Self { every, is_planned: Cell::new(false) }
    }

    /// Sets the alarm, unless it is set. Whoever is new has something to forget one day.
    pub async fn plan(&self, storage: &Storage) -> Result<()> {
        if !self.is_planned.replace(true) && storage.get_alarm().await?.is_none() {
            storage.set_alarm(self.every).await?;
        }
        Ok(())
    }

    /// Sets the alarm after a step; there is `more` to forget, or not.
    pub async fn go_on(&self, storage: &Storage, more: bool) -> Result<()> {
        storage.set_alarm(if more { NEXT_STEP } else { self.every }).await
    }
}
