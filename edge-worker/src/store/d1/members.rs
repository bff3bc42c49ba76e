//! Members, their sign-in keys and their invitations, in D1.

use dni_core::time::Millis;
use edge_core::account::member::Member;
use edge_core::account::role::Role;
use edge_core::account::token::Token;
use serde::Deserialize;
use worker::{D1Database, D1PreparedStatement, D1Type, Result};

use super::{number, sites_text, text_or_null};

/// Most members that an account has.
pub const MAX_MEMBERS: u32 = 500;

const COLUMNS: &str = "id, name, email, role, sites, created_at, updated_at, signed_in_at";

/// A member's row.
#[derive(Deserialize)]
struct Row {
    id: String,
    name: String,
    email: String,
    role: Role,
    sites: Option<String>,
    created_at: Millis,
    updated_at: Millis,
    signed_in_at: Option<Millis>,
}

impl Row {
    fn into_member(self) -> Result<Member> {
        let Self { id, name, email, role, sites, created_at, updated_at, signed_in_at } = self;
        let sites = super::sites_of(sites.as_deref())?;
        Ok(Member { id, name, email, role, sites, created_at, updated_at, signed_in_at })
    }
}

/// Reads all members, by name.
pub async fn all(db: &D1Database) -> Result<Vec<Member>> {
    let query = ["SELECT ", COLUMNS, " FROM member WHERE removed_at IS NULL ORDER BY name, id LIMIT ?1"].concat();
    let rows: Vec<Row> = db.prepare(query).bind_refs(&number(u64::from(MAX_MEMBERS)))?.all().await?.results()?;
    rows.into_iter().map(Row::into_member).collect()
}

/// Reads one member.
pub async fn one(db: &D1Database, id: &str) -> Result<Option<Member>> {
    let query = ["SELECT ", COLUMNS, " FROM member WHERE id = ?1 AND removed_at IS NULL"].concat();
    first(db.prepare(query).bind_refs(&D1Type::Text(id))?).await
}

/// Finds the member with an e-mail address, in whatever case it is written.
pub async fn by_email(db: &D1Database, email: &str) -> Result<Option<Member>> {
    let query = ["SELECT ", COLUMNS, " FROM member WHERE email = ?1 AND removed_at IS NULL"].concat();
    first(db.prepare(query).bind_refs(&D1Type::Text(email))?).await
}

async fn first(statement: D1PreparedStatement) -> Result<Option<Member>> {
    statement.first::<Row>(None).await?.map(Row::into_member).transpose()
}

/// Adds a member, if nobody has the address and the account is not full of members.
pub fn add(db: &D1Database, member: &Member) -> Result<D1PreparedStatement> {
    let sites = sites_text(&member.sites)?;
    let values = [
        D1Type::Text(&member.id),
        D1Type::Text(&member.name),
        D1Type::Text(&member.email),
        D1Type::Text(member.role.code()),
        text_or_null(sites.as_deref()),
        number(member.created_at.unix_ms()),
        number(u64::from(MAX_MEMBERS)),
    ];
    db.prepare(
        "INSERT INTO member (id, name, email, role, sites, created_at, updated_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6 WHERE (SELECT COUNT(*) FROM member WHERE removed_at IS NULL) < ?7
         ON CONFLICT DO NOTHING",
    )
    .bind_refs(&values)
}

/// Replaces a member, unless they were changed after `read_at` or another one has the address.
pub fn replace(db: &D1Database, member: &Member, read_at: Millis) -> Result<D1PreparedStatement> {
    let sites = sites_text(&member.sites)?;
    let values = [
        D1Type::Text(&member.id),
        D1Type::Text(&member.name),
        D1Type::Text(&member.email),
        D1Type::Text(member.role.code()),
        text_or_null(sites.as_deref()),
        number(member.updated_at.unix_ms()),
        number(read_at.unix_ms()),
    ];
    db.prepare(
        "UPDATE OR IGNORE member SET name = ?2, email = ?3, role = ?4, sites = ?5, updated_at = ?6
         WHERE id = ?1 AND removed_at IS NULL AND updated_at = ?7",
    )
    .bind_refs(&values)
}

/// Removes a member, with all of their ways into the console.
pub fn remove(db: &D1Database, id: &str, now: Millis) -> Result<Vec<D1PreparedStatement>> {
    let (id, now) = (D1Type::Text(id), number(now.unix_ms()));
    Ok(vec![
        db.prepare("UPDATE member SET removed_at = ?2, updated_at = ?2 WHERE id = ?1 AND removed_at IS NULL")
            .bind_refs([&id, &now])?,
        db.prepare("DELETE FROM sign_in_key WHERE member = ?1").bind_refs(&id)?,
        db.prepare("DELETE FROM invitation WHERE member = ?1").bind_refs(&id)?,
        db.prepare("UPDATE session SET ended_at = ?2 WHERE member = ?1 AND ended_at IS NULL").bind_refs([&id, &now])?,
    ])
}

/// Keeps an invitation, in place of an earlier one of the member.
pub fn invite(db: &D1Database, id: &str, invitation: &Token, open_until: Millis) -> Result<Vec<D1PreparedStatement>> {
    let hash = invitation.hash();
    let (id, hash) = (D1Type::Text(id), D1Type::Text(&hash));
    Ok(vec![
        db.prepare("DELETE FROM invitation WHERE member = ?1").bind_refs(&id)?,
        db.prepare("INSERT INTO invitation (hash, member, open_until) VALUES (?2, ?1, ?3)").bind_refs([
            &id,
            &hash,
            &number(open_until.unix_ms()),
        ])?,
    ])
}

/// Takes an invitation, which works once, and tells whom it was for.
pub async fn take_invitation(db: &D1Database, invitation: &Token, now: Millis) -> Result<Option<Member>> {
    #[derive(Deserialize)]
    struct Taken {
        member: String,
    }
    let hash = invitation.hash();
    let taken: Option<Taken> = db
        .prepare(
            "UPDATE invitation SET used_at = ?2 WHERE hash = ?1 AND used_at IS NULL AND open_until > ?2 RETURNING member",
        )
        .bind_refs(&[D1Type::Text(&hash), number(now.unix_ms())])?
        .first(None)
        .await?;
    match taken {
        Some(taken) => one(db, &taken.member).await,
        None => Ok(None),
    }
}

/// Most sign-in keys of one member: those before are forgotten.
const MAX_SIGN_IN_KEYS: &str = "5";

/// Gives a member a sign-in key.
pub async fn add_sign_in_key(db: &D1Database, id: &str, key: &Token, now: Millis) -> Result<()> {
    let hash = key.hash();
    let (id, hash) = (D1Type::Text(id), D1Type::Text(&hash));
    let forget = [
        "DELETE FROM sign_in_key WHERE member = ?1 AND hash NOT IN (
            SELECT hash FROM sign_in_key WHERE member = ?1 ORDER BY created_at DESC LIMIT ",
        MAX_SIGN_IN_KEYS,
        ")",
    ];
    db.batch(vec![
        db.prepare("INSERT INTO sign_in_key (hash, member, created_at) VALUES (?2, ?1, ?3)").bind_refs([
            &id,
            &hash,
            &number(now.unix_ms()),
        ])?,
        db.prepare(forget.concat()).bind_refs(&id)?,
    ])
    .await?;
    Ok(())
}

/// Finds the member whose sign-in key it is.
pub async fn by_sign_in_key(db: &D1Database, key: &Token) -> Result<Option<Member>> {
    let query = [
        "SELECT ",
        COLUMNS,
        " FROM member WHERE removed_at IS NULL AND id = (SELECT member FROM sign_in_key WHERE hash = ?1)",
    ]
    .concat();
    first(db.prepare(query).bind_refs(&D1Type::Text(&key.hash()))?).await
}

/// Forgets a member's sign-in keys, so that they need an invitation to come back.
pub fn forget_sign_in_keys(db: &D1Database, id: &str) -> Result<D1PreparedStatement> {
    db.prepare("DELETE FROM sign_in_key WHERE member = ?1").bind_refs(&D1Type::Text(id))
}

/// Takes a site out of the selections of members and keys: nobody sees another one that gets the same name later.
pub fn forget_site(db: &D1Database, site: &str) -> Result<Vec<D1PreparedStatement>> {
    ["member", "api_key"]
        .into_iter()
        .map(|table| {
            let query = [
                "UPDATE ",
                table,
                " SET sites = (SELECT json_group_array(value) FROM json_each(sites) WHERE value <> ?1)
                  WHERE sites IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(sites) WHERE value = ?1)",
            ];
            db.prepare(query.concat()).bind_refs(&D1Type::Text(site))
        })
        .collect()
}
