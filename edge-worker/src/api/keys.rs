//! Keys of the REST API in the REST API: made, listed, revoked.

use edge_core::account::api_key::{ApiKey as StoredKey, ApiKeyRecord, NewApiKey};
use edge_core::account::id::IdKind;
use edge_core::account::principal::Principal;
use edge_core::account::scope::{Admin, Read};
use edge_core::account::token::{Token, TokenKind};
use edge_core::audit::{Action, AuditEntry, difference};
use serde_json::json;
use worker::D1Database;

use super::answers::{KeyList, MadeKey, Me};
use crate::clock::now;
use crate::durable_objects::call_feed;
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::random::random;
use crate::store::d1::{api_keys, audit};

/// Tells who asks: what the key is, what it allows, and with which sites.
#[utoipa::path(
    get,
    path = "/v1/me",
    operation_id = "get_me",
    tag = "keys",
    responses((status = 200, description = "Who asks, and what they may do", body = Me)),
)]
pub async fn me(key: ApiKey<Read>) -> Outcome {
    let Principal { actor, scope, sites } = key.principal().clone();
    let sites = sites.listed().map(|sites| sites.iter().map(ToString::to_string).collect());
    Ok(response::json(200, &Me { actor, scope, sites })?)
}

/// Lists the keys, the newest first, those that are revoked or have ended among them.
#[utoipa::path(
    get,
    path = "/v1/keys",
    operation_id = "list_keys",
    tag = "keys",
    responses((status = 200, description = "The keys, without what opens anything", body = KeyList)),
)]
pub async fn list(key: ApiKey<Admin>) -> Outcome {
    let all = api_keys::all(&key.db()?).await?;
    let keys = all.iter().filter(|one| is_shown(key.principal(), one)).map(ApiKeyRecord::from).collect();
    Ok(response::json(200, &KeyList { keys })?)
}

/// Makes a key. It is told this once.
#[utoipa::path(
    post,
    path = "/v1/keys",
    operation_id = "make_key",
    tag = "keys",
    request_body = NewApiKey,
    responses(
        (status = 201, description = "The key itself, and what it allows", body = MadeKey),
        (status = 400, description = "The body is no key"),
        (status = 403, description = "It would allow more than the key that makes it"),
        (status = 409, description = "The account is full of keys"),
        (status = 422, description = "Fields have faults, each with its place"),
    ),
)]
pub async fn make(mut key: ApiKey<Admin>) -> Outcome {
    let now = now();
    let new: NewApiKey = key.request_mut().document("key").await?;
    let expires_at = new.check(now).map_err(Problem::BadFields)?;
    key.principal().require_to_give(new.scope, &new.sites)?;
    let db = key.db()?;
    let token = Token::make(TokenKind::ApiKey, random()?);
    let made = StoredKey {
        id: IdKind::ApiKey.make(random()?),
        name: new.name,
        hint: token.hint(),
        scope: new.scope,
        sites: new.sites,
        created_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    let record = ApiKeyRecord::from(&made);
    let entry = AuditEntry::new(key.principal(), Action::KeyMade, None, &made.id)
        .with(difference(&json!(null), &json!(record)));
    db.batch(vec![api_keys::add(&db, &made, &token)?, audit::row_if_changed(&db, &entry, now)?]).await?;
    if api_keys::one(&db, &made.id).await?.is_none() {
        return Err(Problem::Full("keys"));
    }
    Ok(response::as_told_once(response::json(201, &MadeKey { key: token.text().to_owned(), record })?)?)
}

/// Tells one key.
#[utoipa::path(
    get,
    path = "/v1/keys/{id}",
    operation_id = "get_key",
    tag = "keys",
    params(("id" = String, Path, description = "the key")),
    responses((status = 200, description = "The key", body = ApiKeyRecord), (status = 404, description = "There is no such key")),
)]
pub async fn get(key: ApiKey<Admin>, Path(id): Path<String>) -> Outcome {
    let found = one(&key.db()?, key.principal(), &id).await?;
    Ok(response::json(200, &ApiKeyRecord::from(&found))?)
}

/// Revokes a key: the next request with it is refused. One that is revoked stays so.
#[utoipa::path(
    delete,
    path = "/v1/keys/{id}",
    operation_id = "revoke_key",
    tag = "keys",
    params(("id" = String, Path, description = "the key")),
    responses((status = 200, description = "The key, revoked", body = ApiKeyRecord), (status = 404, description = "There is no such key")),
)]
pub async fn revoke(key: ApiKey<Admin>, Path(id): Path<String>) -> Outcome {
    let (db, now) = (key.db()?, now());
    one(&db, key.principal(), &id).await?;
    let entry = AuditEntry::new(key.principal(), Action::KeyRevoked, None, &id);
    db.batch(vec![api_keys::revoke(&db, &id, now)?, audit::row_if_changed(&db, &entry, now)?]).await?;
    let revoked = one(&db, key.principal(), &id).await?;
    call_feed::let_go(key.request().env(), &id).await;
    Ok(response::json(200, &ApiKeyRecord::from(&revoked))?)
}

/// Reads a key that somebody may see. To others there is none.
async fn one(db: &D1Database, principal: &Principal, id: &str) -> Result<StoredKey, Problem> {
    let found = if IdKind::ApiKey.is_one(id) { api_keys::one(db, id).await? } else { None };
    found.filter(|key| is_shown(principal, key)).ok_or(Problem::UnknownKey)
}

/// Owners of some sites see those that open no others.
fn is_shown(principal: &Principal, key: &StoredKey) -> bool {
    principal.sites.includes(&key.sites)
}
