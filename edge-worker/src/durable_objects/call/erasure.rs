//! Forgetting a call, or a part of it.

use dni_core::id::VisitorId;
use edge_core::call::erasure::ErasureRecord;
use edge_core::call::feed::FeedMessage;
use edge_core::call::part::CallPart;
use edge_core::call::state::CallState;
use worker::{Result, console_error};

use super::{CallObject, readable};
use crate::clock::now;
use crate::durable_objects::messages::ErasureOutcome;
use crate::durable_objects::stranger::stranger;
use crate::jobs;
use crate::store::d1::call_log::CallLog;

impl CallObject {
    /// Forgets the call, here and in the log, and begins to delete its recordings. Asked once more, it tries again what has failed.
    pub(super) async fn erase(&self) -> Result<ErasureOutcome> {
        let Some(state) = self.state()? else { return Ok(ErasureOutcome::UnknownCall) };
        if !state.call.is_end_told() {
            return Ok(ErasureOutcome::GoesOn);
        }
        if state.erased_at.is_none() {
            self.object.with(|store| {
                store.events.forget()?;
                store.tasks()?.forget()?;
                store.events.write_state(&state.erased(now()))
            })?;
        } else {
            self.object.with(|store| jobs::restart_failed(store.tasks()?))?;
            // Whoever asks again may have found it in a log that was put back.
            self.change(|state| state.revision += 1)?;
        }
        self.plan_tasks()?;
        // Where the log cannot be reached now, the alarm goes on.
        self.erase_from_log().await?;
        Ok(self.erasure()?.map_or(ErasureOutcome::UnknownCall, ErasureOutcome::Erased))
    }

    /// Forgets a part of the call, whose time is over, here and in the log; says whether there is such a call. Once more it writes the log
    /// once more: whoever asks has found that part in there.
    pub(super) async fn forget(&self, part: CallPart) -> Result<bool> {
        let Some(mut state) = self.state()? else { return Ok(false) };
        if state.erased_at.is_none() {
            state.forgotten.insert(part);
            state.revision += 1;
            self.object.with(|store| {
                match part {
                    CallPart::Transcripts => store.tasks()?.forget_words()?,
                    CallPart::Webhooks => store.events.forget_texts()?,
                }
                store.events.write_state(&state)
            })?;
        }
        // Where the log cannot be reached now, the alarm goes on.
        self.log().await?;
        Ok(true)
    }

    /// Forgets a visitor among those that the call may belong to, and says whether they were one of them.
    pub(super) async fn forget_candidate(&self, visitor: &VisitorId) -> Result<bool> {
        let stranger = stranger()?;
        let mut found = false;
        self.change(|state| {
            found = state.attribution.as_mut().is_some_and(|known| known.forget_candidate(visitor, &stranger));
            state.revision += u32::from(found);
        })?;
        self.log().await?;
        Ok(found)
    }

    /// Takes the call out of the log, and writes there what is left of it; says whether the log has that now.
    pub(super) async fn erase_from_log(&self) -> Result<bool> {
        let Some(state) = self.state()?.filter(|state| state.logged < state.revision) else { return Ok(true) };
        let Some(record) = self.erasure()? else { return Ok(true) };
        let erased = async { CallLog::of(&self.env)?.erase(&state, &record).await };
        if let Err(error) = erased.await {
            console_error!("a call could not be taken out of the log, it is tried again: {error}");
            return Ok(false);
        }
        self.change(|now| {
            now.logged = now.logged.max(state.revision);
            now.end_is_told = true;
        })?;
        if !state.end_is_told {
            let site = record.site_id.as_ref().map(ToString::to_string);
            self.tell(FeedMessage { site, text: record.message()? }).await;
        }
        Ok(true)
    }

    /// Tells what is left of the call; `None` if it is not forgotten.
    fn erasure(&self) -> Result<Option<ErasureRecord>> {
        self.object.with(|store| {
            let Some(state) = readable::<CallState>(store.events.state()?)? else { return Ok(None) };
            Ok(ErasureRecord::of(&state, &store.tasks()?.all()?))
        })
    }
}
