//! Asks a directory about the caller's number.

use call_router::after_call::TaskError;
use call_router::event::Caller;
use call_router::lookup::{LookupFields, LookupProvider, LookupResult};
use dni_core::phone::E164;
use dni_core::pii::Pii;
use edge_core::account::signing::Purpose;
use edge_core::keys::KvKey;
use edge_core::site::DialledNumber;
use serde::{Deserialize, Serialize};
use worker::{Env, KvError, KvStore, Method, console_error};

use super::http::ask;
use super::task_errors::stored;
use super::work::{Done, Outcome, Work};
use crate::settings::Settings;

/// How long an entry is taken for true, in seconds: 30 days. Numbers change hands, and each look-up is paid for.
const FRESH_FOR: u64 = 30 * 24 * 60 * 60;

/// An entry as it is kept for the next call: in KV, because any call of any site may want it, it is read far more often than
/// written, and KV forgets it by itself when its time is over.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    wanted: LookupFields,
    entry: LookupResult,
}

/// Looks the number up, unless an earlier call did.
pub async fn run(work: &Work<'_>) -> Outcome {
    let Some(Caller::Number(number)) = work.state.call.caller.as_ref().map(Pii::expose) else {
        return Ok(Done::default());
    };
    let wishes = work.state.dialled.as_ref().map(DialledNumber::after_call_settings).unwrap_or_default();
    let wanted = wishes.lookup_of(&work.state.call);
    if wanted.is_nothing() {
        return Ok(Done::default());
    }
    let store = work.env.kv("CONFIG").map_err(|error| stored(&error))?;
    let settings = Settings(work.env);
    let keys = keys_of(&settings, *number)?;
    let entry = if let Some(entry) = kept(&store, &keys, wanted).await {
        entry
    } else {
        let entry = ask_directory(&settings, work, *number, wanted).await?;
        // It is paid for already: that it could not be kept is no reason to ask again.
        if keep(&store, &keys, &Kept { wanted, entry: entry.clone() }).await.is_err() {
            console_error!("what was looked up about a number could not be kept for the next call");
        }
        entry
    };
    let result = serde_json::to_value(&entry).map_err(|error| stored(&error))?;
    Ok(Done { result: Some(result), ..Done::default() })
}

/// Names the entry: a hash that only this worker can make, so that the key tells nobody the number. During a rotation of the
/// worker's secret there is a second name, that of entries which are kept already.
fn keys_of(settings: &Settings, number: E164) -> Result<Vec<KvKey>, TaskError> {
    let names = settings.signing_keys(Purpose::CallerLookup).map_err(|error| stored(&error.for_log()))?;
    Ok(names.names_of(&number.to_string()).iter().map(|name| KvKey::caller_lookup(name)).collect())
}

/// Tells what a directory said of a number, as long as it is kept.
///
/// # Errors
/// The store cannot be reached.
pub async fn known(env: &Env, number: E164) -> Result<Option<LookupResult>, TaskError> {
    let store = env.kv("CONFIG").map_err(|error| stored(&error))?;
    Ok(kept(&store, &keys_of(&Settings(env), number)?, LookupFields::default()).await)
}

/// Forgets what a directory says of a number.
///
/// # Errors
/// The store cannot be reached.
pub async fn forget(env: &Env, number: E164) -> Result<(), TaskError> {
    let store = env.kv("CONFIG").map_err(|error| stored(&error))?;
    for key in keys_of(&Settings(env), number)? {
        store.delete(key.as_str()).await.map_err(|error| stored(&error))?;
    }
    Ok(())
}

/// Returns what is kept, if it answers what is wanted. A store that fails has nothing.
async fn kept(store: &KvStore, keys: &[KvKey], wanted: LookupFields) -> Option<LookupResult> {
    for key in keys {
        if let Ok(Some(kept)) = store.get(key.as_str()).json::<Kept>().await
            && kept.wanted.covers(wanted)
        {
            return Some(kept.entry);
        }
    }
    None
}

async fn keep(store: &KvStore, keys: &[KvKey], kept: &Kept) -> Result<(), KvError> {
    let Some(key) = keys.first() else { return Ok(()) };
    store.put(key.as_str(), serde_json::to_string(kept)?)?.expiration_ttl(FRESH_FOR).execute().await
}

async fn ask_directory(
    settings: &Settings<'_>,
    work: &Work<'_>,
    number: E164,
    wanted: LookupFields,
) -> Result<LookupResult, TaskError> {
    // The call's own carrier, if it has a directory, otherwise the first one that is set up.
    let own = LookupProvider::of(work.state.carrier);
    let all = own.into_iter().chain(LookupProvider::all());
    let mut askable = all.filter_map(|directory| {
        let account = settings.account_of(directory.carrier());
        Some((directory, directory.request(&account, settings.lookup_url(directory).as_deref(), number, wanted)?))
    });
    let (directory, request) = askable.next().ok_or_else(|| {
        let sentence = "No look-up is set up; set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TELNYX_API_KEY, and restart the task.";
        TaskError::lasting("lookup_not_set_up", sentence)
    })?;
    let answered = ask(Method::Get, &request).await?;
    match answered.response.status_code() {
        200 => directory
            .read(&answered.text().await?)
            .map_err(|error| TaskError::lasting(error.code(), &error.to_string())),
        // The number is none that the directory has, or serves.
        404 | 422 => Ok(LookupResult::default()),
        401 | 403 => Err(TaskError::lasting(
            "lookup_refused",
            "The carrier refuses the look-up; check the account's credentials and that it may look numbers up.",
        )),
        408 | 425 | 429 | 500..=599 => {
            Err(TaskError::passing("lookup_unavailable", "The carrier's look-up could not answer at the moment."))
        }
        status => Err(TaskError::lasting("lookup_bad_request", &format!("The carrier's look-up answered {status}."))),
    }
}
