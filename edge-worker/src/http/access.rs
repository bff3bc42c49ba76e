//! Whom Cloudflare Access let through: its token, checked by the runtime's own cryptography with the team's keys.

use core::cell::RefCell;
use core::time::Duration;
use std::collections::BTreeMap;

use dni_core::time::Millis;
use edge_core::account::access_token::{AccessApplication, AccessToken, BadAccessToken};
use serde::Deserialize;
use serde_json::Value;
use web_sys::{CryptoKey, SubtleCrypto, WorkerGlobalScope};
use worker::js_sys::{Array, JSON, Object, Reflect, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Fetch, Url};

use super::problem::Problem;
use super::request::{ACCESS_TOKEN, Request};
use crate::clock::{now, within};

/// Where a team's keys are, behind its address.
const KEYS: &str = "/cdn-cgi/access/certs";
/// How long the team's keys may take. Somebody waits to sign in.
const FETCH_WITHIN: Duration = Duration::from_secs(5);
/// Shortest time between two fetches of the keys: tokens with made-up names of keys bring no more.
const FETCH_GAP: Duration = Duration::from_mins(1);
/// How long keys hold without being fetched anew: one that the team took back opens nothing any more by then.
const HOLD_FOR: Duration = Duration::from_hours(1);
/// Most keys taken of a team, which has two.
const MAX_KEYS: usize = 16;
const ALGORITHM: &str = "RSASSA-PKCS1-v1_5";
const HASH: &str = "SHA-256";

thread_local! {
    /// The team's keys, for as long as the isolate lives. A thread is all that a worker has.
    static TEAM: RefCell<Option<Team>> = const { RefCell::new(None) };
}

/// A team's keys by their names.
#[derive(Clone)]
struct Team {
    issuer: String,
    fetched_at: Millis,
    keys: BTreeMap<String, CryptoKey>,
}

/// Returns the e-mail address of whoever Cloudflare Access let through to here.
pub async fn email(request: &Request) -> Result<String, Problem> {
    let application = request.settings().access().ok_or(Problem::NotSetUp("ACCESS_TEAM_DOMAIN"))?;
    let header = request.header(ACCESS_TOKEN)?;
    let token = AccessToken::parse(&header).map_err(Problem::AccessRefused)?;
    let key = key(&application, &token.key_id).await?.ok_or(Problem::AccessRefused(BadAccessToken::UnknownKey))?;
    if !is_signed_by(&key, &token).await.unwrap_or(false) {
        return Err(Problem::AccessRefused(BadAccessToken::WrongSignature));
    }
    token.email(&application, now()).map_err(Problem::AccessRefused)
}

/// Finds a key of the team, and asks the team where it is not known: keys change every six weeks.
async fn key(application: &AccessApplication, id: &str) -> Result<Option<CryptoKey>, Problem> {
    let now = now();
    let known = TEAM.with_borrow(Clone::clone).filter(|team| team.issuer == application.issuer);
    if let Some(team) = &known {
        let age = now.since(team.fetched_at);
        let found = team.keys.get(id);
        if (found.is_some() && age < HOLD_FOR) || age < FETCH_GAP {
            return Ok(found.cloned());
        }
    }
    let team = Team { issuer: application.issuer.clone(), fetched_at: now, keys: fetch(&application.issuer).await? };
    let found = team.keys.get(id).cloned();
    TEAM.set(Some(team));
    Ok(found)
}

async fn fetch(issuer: &str) -> Result<BTreeMap<String, CryptoKey>, Problem> {
    #[derive(Deserialize)]
    struct KeySet {
        keys: Vec<Value>,
    }
    let url: Url = [issuer, KEYS].concat().parse().map_err(|_| Problem::NotSetUp("ACCESS_TEAM_DOMAIN"))?;
    let set: KeySet = within(FETCH_WITHIN, async {
        let mut response = Fetch::Url(url).send().await?;
        Ok(response.json().await?)
    })
    .await?;
    let crypto = crypto().ok_or_else(|| Problem::Unavailable("the runtime has no cryptography".to_owned()))?;
    let mut keys = BTreeMap::new();
    for jwk in set.keys.iter().take(MAX_KEYS) {
        // A key of another kind is none of those that tokens are checked with.
        if let (Some(id), Ok(key)) = (jwk.get("kid").and_then(Value::as_str), import(&crypto, jwk).await) {
            keys.insert(id.to_owned(), key);
        }
    }
    Ok(keys)
}

async fn import(crypto: &SubtleCrypto, jwk: &Value) -> Result<CryptoKey, JsValue> {
    let jwk: Object = JSON::parse(&jwk.to_string())?.dyn_into()?;
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &ALGORITHM.into())?;
    Reflect::set(&algorithm, &"hash".into(), &HASH.into())?;
    let usages = Array::of1(&"verify".into());
    JsFuture::from(crypto.import_key_with_object("jwk", &jwk, &algorithm, false, &usages)?).await?.dyn_into()
}

async fn is_signed_by(key: &CryptoKey, token: &AccessToken<'_>) -> Result<bool, JsValue> {
    let crypto = crypto().ok_or(JsValue::NULL)?;
    let (signature, signed) = (token.signature.as_slice(), token.signed.as_bytes());
    let verified =
        JsFuture::from(crypto.verify_with_str_and_u8_array_and_u8_array(ALGORITHM, key, signature, signed)?).await?;
    Ok(verified.as_bool() == Some(true))
}

fn crypto() -> Option<SubtleCrypto> {
    Some(global().unchecked_into::<WorkerGlobalScope>().crypto().ok()?.subtle())
}
