//! A call whose stored state cannot be read, rebuilt from its webhooks.
//!
//! A newer version of the worker may have written it, before the owner went back to this one. What can be read of it stays; the
//! rest follows from the webhooks, which are kept as they came.

use core::time::Duration;

use call_router::carrier::{self, Carrier, Hook};
use dni_core::time::Millis;
use edge_core::call::salvage::Salvaged;
use edge_core::call::state::CallState;
use edge_core::call::webhook::{CallWebhook, content_type_of};
use worker::{Result, console_error};

use super::{CallObject, new_id};
use crate::clock::within;
use crate::http::problem::Problem;
use crate::store::d1::call_log::{CallLog, LoggedCall};
use crate::store::object::call_events::{Stored, StoredWebhook};
use crate::store::published::of_event;

/// How long log and configuration may take to be asked. Somebody may be on the line.
const ASK_WITHIN: Duration = Duration::from_millis(500);

impl CallObject {
    /// Returns what is known of the call, rebuilt if it cannot be read. `webhook` is the one that is about to be taken in.
    pub(super) async fn mended_state(&self, webhook: Option<&CallWebhook>) -> Result<Option<CallState>> {
        match self.object.with(|store| store.events.state())? {
            Stored::Nothing => Ok(None),
            Stored::State(state) => Ok(Some(state)),
            Stored::Unreadable(text) => {
                console_error!("what is stored of a call cannot be read, it is rebuilt from its webhooks");
                self.rebuild(&Salvaged::of(&text), webhook).await?;
                self.state()
            }
        }
    }

    async fn rebuild(&self, salvaged: &Salvaged, webhook: Option<&CallWebhook>) -> Result<()> {
        let carrier =
            salvaged.carrier().or_else(|| webhook.map(|webhook| webhook.carrier)).or_else(|| self.named_carrier());
        let carrier = carrier.ok_or_else(|| "nothing says which carrier the call came from".to_owned())?;
        let stored = self.object.with(|store| store.events.all())?;
        let webhooks: Vec<_> = stored.iter().filter_map(|stored| read(carrier, stored)).collect();
        let first = webhooks.first().or(webhook).ok_or_else(|| "the call has no webhook".to_owned())?;
        let logged = self.logged(salvaged, first).await?;
        let id = salvaged.id().or_else(|| logged.as_ref().map(|logged| logged.id.clone())).map_or_else(new_id, Ok)?;
        let mut state = salvaged.state(id, first, logged.map_or(0, |logged| logged.revision));
        if state.dialled.is_none() {
            state.dialled = self.dialled_by(&webhooks, webhook).await;
        }
        let tells_flow = salvaged.tells_flow(first);
        for webhook in &webhooks {
            state.take(webhook, None, None);
            if !tells_flow {
                self.answer_of(&mut state, webhook)?;
            }
        }
        self.object.with(|store| match store.events.state::<CallState>()? {
            Stored::Unreadable(_) => store.events.write_state(&state),
            // Another webhook has come meanwhile, and was quicker.
            Stored::Nothing | Stored::State(_) => Ok(()),
        })
    }

    /// Reads the object's name, which begins with the carrier's.
    fn named_carrier(&self) -> Option<Carrier> {
        Carrier::from_id(self.object.name()?.split_once('/')?.0)
    }

    /// Looks for the call in the log, if its own id cannot be read: it must not be there twice.
    async fn logged(&self, salvaged: &Salvaged, first: &CallWebhook) -> Result<Option<LoggedCall>> {
        if salvaged.id().is_some() {
            return Ok(None);
        }
        let log = CallLog::of(&self.env)?;
        let (carrier, call, at): (_, _, Millis) = (first.carrier.id(), first.event.call.as_str(), first.event.at);
        let found = within(ASK_WITHIN, async { Ok(log.of_carrier(carrier, call, at).await?) }).await;
        found.map_err(|problem: Problem| problem.for_log().into_owned().into())
    }

    async fn dialled_by(
        &self,
        webhooks: &[CallWebhook],
        webhook: Option<&CallWebhook>,
    ) -> Option<edge_core::site::DialledNumber> {
        if let Some(dialled) = webhook.and_then(|webhook| webhook.dialled.clone()) {
            return Some(dialled);
        }
        let mut events = webhooks.iter().map(|webhook| &webhook.event);
        let event = events.find(|event| event.number.is_some() || event.dialled.is_some())?;
        within(ASK_WITHIN, of_event(&self.env, event)).await.ok().flatten()
    }
}

/// Reads a webhook again; `None` if this version of the worker does not understand it.
fn read(carrier: Carrier, stored: &StoredWebhook) -> Option<CallWebhook> {
    let hook = Hook::from_id(&stored.hook)?;
    let content_type = content_type_of(&stored.body);
    let event =
        carrier::read(carrier, hook, &stored.query, content_type, stored.body.as_bytes(), stored.received_at).ok()?;
    Some(CallWebhook {
        carrier,
        hook: stored.hook.clone(),
        query: stored.query.clone(),
        body: stored.body.clone(),
        event,
        dialled: None,
        listed: None,
        is_replay: false,
    })
}
