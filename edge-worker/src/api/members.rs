//! Members in the REST API: added, invited, changed, removed.

use core::time::Duration;

use edge_core::account::id::IdKind;
use edge_core::account::invitation;
use edge_core::account::member::{Member, MemberEdit, MemberRecord, NewMember};
use edge_core::account::principal::Principal;
use edge_core::account::scope::Admin;
use edge_core::account::token::{Token, TokenKind};
use edge_core::audit::{Action, AuditEntry, difference};
use edge_core::timestamp::iso;
use serde_json::json;
use worker::D1Database;

use super::answers::{Invitation, MemberList, RemovedMember, SignedOutMember};
use crate::clock::now;
use crate::http::extract::api_key::ApiKey;
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::random::random;
use crate::store::d1::{audit, members, sessions};

/// Lists the members, by name: those whose sites are all among one's own.
#[utoipa::path(
    get,
    path = "/v1/members",
    operation_id = "list_members",
    tag = "members",
    responses((status = 200, description = "The members", body = MemberList)),
)]
pub async fn list(key: ApiKey<Admin>) -> Outcome {
    let all = members::all(&key.db()?).await?;
    let members = all.iter().filter(|member| is_shown(key.principal(), member)).map(MemberRecord::from).collect();
    Ok(response::json(200, &MemberList { members })?)
}

/// Adds a member. They come in by an invitation, or by Cloudflare Access.
#[utoipa::path(
    post,
    path = "/v1/members",
    operation_id = "add_member",
    tag = "members",
    request_body = NewMember,
    responses(
        (status = 201, description = "The member", body = MemberRecord),
        (status = 400, description = "The body is no member"),
        (status = 409, description = "Another member has the e-mail address, or the account is full of members"),
        (status = 422, description = "Fields have faults, each with its place"),
    ),
)]
pub async fn add(mut key: ApiKey<Admin>) -> Outcome {
    let new: NewMember = key.request_mut().document("member").await?;
    Problem::of_fields(new.check())?;
    key.principal().require_to_give(new.role.scope(), &new.sites)?;
    let (db, now) = (key.db()?, now());
    let NewMember { name, email, role, sites } = new;
    let id = IdKind::Member.make(random()?);
    let member = Member { id, name, email, role, sites, created_at: now, updated_at: now, signed_in_at: None };
    let record = MemberRecord::from(&member);
    let entry = AuditEntry::new(key.principal(), Action::MemberAdded, None, &member.id)
        .with(difference(&json!(null), &json!(record)));
    db.batch(vec![members::add(&db, &member)?, audit::row_if_changed(&db, &entry, now)?]).await?;
    if members::one(&db, &member.id).await?.is_none() {
        let is_taken = members::by_email(&db, &member.email).await?.is_some();
        return Err(if is_taken { Problem::EmailTaken } else { Problem::Full("members") });
    }
    Ok(response::json(201, &record)?)
}

/// Tells one member.
#[utoipa::path(
    get,
    path = "/v1/members/{id}",
    operation_id = "get_member",
    tag = "members",
    params(("id" = String, Path, description = "the member")),
    responses((status = 200, description = "The member", body = MemberRecord), (status = 404, description = "There is no such member")),
)]
pub async fn get(key: ApiKey<Admin>, Path(id): Path<String>) -> Outcome {
    let member = one(&key.db()?, key.principal(), &id).await?;
    Ok(response::json(200, &MemberRecord::from(&member))?)
}

/// Changes what the body names of a member; sessions that they have go on with what they may do now.
#[utoipa::path(
    patch,
    path = "/v1/members/{id}",
    operation_id = "change_member",
    tag = "members",
    params(("id" = String, Path, description = "the member")),
    request_body = MemberEdit,
    responses(
        (status = 200, description = "The member", body = MemberRecord),
        (status = 400, description = "The body is no change of a member"),
        (status = 404, description = "There is no such member"),
        (status = 409, description = "Another member has the e-mail address, or this one was changed at the same time"),
        (status = 422, description = "Fields have faults, each with its place"),
    ),
)]
pub async fn change(mut key: ApiKey<Admin>, Path(id): Path<String>) -> Outcome {
    let edit: MemberEdit = key.request_mut().document("change of a member").await?;
    Problem::of_fields(edit.check())?;
    let (db, now) = (key.db()?, now());
    let before = one(&db, key.principal(), &id).await?;
    let after = edit.apply(&before, now.max(before.updated_at.after(Duration::from_millis(1))));
    key.principal().require_to_give(after.role.scope(), &after.sites)?;
    let (old, new) = (MemberRecord::from(&before), MemberRecord::from(&after));
    let entry =
        AuditEntry::new(key.principal(), Action::MemberChanged, None, &id).with(difference(&json!(old), &json!(new)));
    let replace = members::replace(&db, &after, before.updated_at)?;
    db.batch(vec![replace, audit::row_if_changed(&db, &entry, now)?]).await?;
    match members::one(&db, &id).await? {
        Some(stored) if stored.updated_at == after.updated_at => Ok(response::json(200, &new)?),
        Some(stored) if stored.updated_at == before.updated_at => Err(Problem::EmailTaken),
        _ => Err(Problem::ChangedMeanwhile),
    }
}

/// Removes a member, with their sign-in keys and sessions. What they did stays in the audit.
#[utoipa::path(
    delete,
    path = "/v1/members/{id}",
    operation_id = "remove_member",
    tag = "members",
    params(("id" = String, Path, description = "the member")),
    responses((status = 200, description = "The member is removed", body = RemovedMember), (status = 404, description = "There is no such member")),
)]
pub async fn remove(key: ApiKey<Admin>, Path(id): Path<String>) -> Outcome {
    let (db, now) = (key.db()?, now());
    let member = one(&db, key.principal(), &id).await?;
    let entry = AuditEntry::new(key.principal(), Action::MemberRemoved, None, &id)
        .with(difference(&json!(MemberRecord::from(&member)), &json!(null)));
    let mut statements = members::remove(&db, &id, now)?;
    statements.push(audit::row(&db, &entry, now)?);
    db.batch(statements).await?;
    Ok(response::json(200, &RemovedMember { id, removed: true })?)
}

/// Makes an invitation for a member, in place of an earlier one. Whoever opens its link gets a sign-in key of the member's, once.
#[utoipa::path(
    post,
    path = "/v1/members/{id}/invitation",
    operation_id = "invite_member",
    tag = "members",
    params(("id" = String, Path, description = "the member")),
    responses(
        (status = 201, description = "The link, which is told this once, and until when it is open", body = Invitation),
        (status = 404, description = "There is no such member"),
    ),
)]
pub async fn invite(key: ApiKey<Admin>, Path(id): Path<String>) -> Outcome {
    let (db, now) = (key.db()?, now());
    let member = one(&db, key.principal(), &id).await?;
    // Whoever opens it does what the member may.
    key.principal().require_to_give(member.role.scope(), &member.sites)?;
    let token = Token::make(TokenKind::Invitation, random()?);
    let open_until = invitation::open_until(now);
    let mut statements = members::invite(&db, &id, &token, open_until)?;
    let entry = AuditEntry::new(key.principal(), Action::MemberInvited, None, &id);
    statements.push(audit::row(&db, &entry, now)?);
    db.batch(statements).await?;
    let link = invitation::link(&key.request().settings().public_url()?, &token);
    let invitation = Invitation { member_id: id, link, open_until: iso(open_until) };
    Ok(response::as_told_once(response::json(201, &invitation)?)?)
}

/// Signs a member out of every browser, and forgets their sign-in keys: to come back they need an invitation, or Cloudflare Access.
#[utoipa::path(
    delete,
    path = "/v1/members/{id}/sessions",
    operation_id = "sign_member_out",
    tag = "members",
    params(("id" = String, Path, description = "the member")),
    responses((status = 200, description = "They are signed out", body = SignedOutMember), (status = 404, description = "There is no such member")),
)]
pub async fn sign_out(key: ApiKey<Admin>, Path(id): Path<String>) -> Outcome {
    let (db, now) = (key.db()?, now());
    one(&db, key.principal(), &id).await?;
    let entry = AuditEntry::new(key.principal(), Action::SessionEnded, None, &id);
    let statements =
        vec![sessions::end_all(&db, &id, now)?, members::forget_sign_in_keys(&db, &id)?, audit::row(&db, &entry, now)?];
    db.batch(statements).await?;
    Ok(response::json(200, &SignedOutMember { id, signed_out: true })?)
}

/// Reads a member whom somebody may see. To others there is none.
async fn one(db: &D1Database, principal: &Principal, id: &str) -> Result<Member, Problem> {
    let found = if IdKind::Member.is_one(id) { members::one(db, id).await? } else { None };
    found.filter(|member| is_shown(principal, member)).ok_or(Problem::UnknownMember)
}

/// Owners of some sites see those who have no others.
fn is_shown(principal: &Principal, member: &Member) -> bool {
    principal.sites.includes(&member.sites)
}
