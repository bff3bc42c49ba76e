//! Sessions of the console, in D1.

use dni_core::time::Millis;
use edge_core::account::principal::Principal;
use edge_core::account::role::Role;
use edge_core::account::session::{ABSOLUTE_END, SessionTimes, SignIn};
use serde::Deserialize;
use worker::{D1Database, D1PreparedStatement, D1Type, Result};

use super::{number, returns_row, text_or_null};

/// Most sessions that are listed of one member.
const MAX_LISTED: &str = "100";

/// A session with whoever is signed in.
pub struct OpenSession {
    /// Its id.
    pub id: String,
    /// When it began and was last used.
    pub times: SessionTimes,
    /// Who is signed in.
    pub principal: Principal,
}

/// A session as its member sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct ListedSession {
    /// Its id.
    pub id: String,
    /// By what they signed in.
    pub signed_in_by: String,
    /// What the browser calls itself.
    pub browser: String,
    /// When they signed in.
    pub began_at: Millis,
    /// When they last asked for something.
    pub seen_at: Millis,
}

/// A session that begins.
pub struct NewSession<'a> {
    /// Its id.
    pub id: &'a str,
    /// The name under which it is found.
    pub hash: &'a str,
    /// The member; `None` for whoever has the deployment's key.
    pub member: Option<&'a str>,
    /// By what they signed in.
    pub signed_in_by: SignIn,
    /// What the browser calls itself.
    pub browser: &'a str,
}

/// Begins a session, and forgets those that nobody can take up any more.
pub fn begin(db: &D1Database, new: &NewSession<'_>, now: Millis) -> Result<Vec<D1PreparedStatement>> {
    let values = [
        D1Type::Text(new.id),
        D1Type::Text(new.hash),
        text_or_null(new.member),
        D1Type::Text(new.signed_in_by.code()),
        D1Type::Text(new.browser),
        number(now.unix_ms()),
    ];
    let mut statements = vec![
        db.prepare("DELETE FROM session WHERE began_at < ?1").bind_refs(&number(now.before(ABSOLUTE_END).unix_ms()))?,
        db.prepare(
            "INSERT INTO session (id, hash, member, signed_in_by, browser, began_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )
        .bind_refs(&values)?,
    ];
    if let Some(member) = new.member {
        let signed_in = db.prepare("UPDATE member SET signed_in_at = ?2 WHERE id = ?1");
        statements.push(signed_in.bind_refs(&[D1Type::Text(member), number(now.unix_ms())])?);
    }
    Ok(statements)
}

/// Finds the session that a browser has, under the names that its token has by the keys in force; with what its member may do now.
pub async fn find(db: &D1Database, hashes: &[String]) -> Result<Option<OpenSession>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        member: Option<String>,
        began_at: Millis,
        seen_at: Millis,
        name: Option<String>,
        role: Option<Role>,
        sites: Option<String>,
    }
    let hashes = serde_json::to_string(hashes)?;
    let row: Option<Row> = db
        .prepare(
            "SELECT session.id, session.member, session.began_at, session.seen_at, member.name, member.role, member.sites
             FROM session LEFT JOIN member ON member.id = session.member AND member.removed_at IS NULL
             WHERE session.hash IN (SELECT value FROM json_each(?1)) AND session.ended_at IS NULL
               AND (session.member IS NULL OR member.id IS NOT NULL)",
        )
        .bind_refs(&D1Type::Text(&hashes))?
        .first(None)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let principal = match (row.member, row.name, row.role) {
        (Some(id), Some(name), Some(role)) => Principal::member(id, name, role, super::sites_of(row.sites.as_deref())?),
        _ => Principal::deployment(),
    };
    Ok(Some(OpenSession {
        id: row.id,
        times: SessionTimes { began_at: row.began_at, seen_at: row.seen_at },
        principal,
    }))
}

/// Notes that a session was used.
pub async fn note_use(db: &D1Database, id: &str, now: Millis) -> Result<()> {
    let statement = db.prepare("UPDATE session SET seen_at = ?2 WHERE id = ?1");
    statement.bind_refs(&[D1Type::Text(id), number(now.unix_ms())])?.run().await?;
    Ok(())
}

/// Lists the sessions of a member, or of those who have the deployment's key, the last used first.
pub async fn list(db: &D1Database, member: Option<&str>) -> Result<Vec<ListedSession>> {
    let query = [
        "SELECT id, signed_in_by, browser, began_at, seen_at FROM session
         WHERE member IS ?1 AND ended_at IS NULL ORDER BY seen_at DESC, id LIMIT ",
        MAX_LISTED,
    ];
    db.prepare(query.concat()).bind_refs(&text_or_null(member))?.all().await?.results()
}

/// Ends a session of a member, and says whether there was one.
pub async fn end(db: &D1Database, member: Option<&str>, id: &str, now: Millis) -> Result<bool> {
    let query = "UPDATE session SET ended_at = ?3 WHERE id = ?2 AND member IS ?1 AND ended_at IS NULL RETURNING id";
    returns_row(db, query, &[text_or_null(member), D1Type::Text(id), number(now.unix_ms())]).await
}

/// Ends all sessions of a member.
pub fn end_all(db: &D1Database, member: &str, now: Millis) -> Result<D1PreparedStatement> {
    db.prepare("UPDATE session SET ended_at = ?2 WHERE member = ?1 AND ended_at IS NULL")
        .bind_refs(&[D1Type::Text(member), number(now.unix_ms())])
}
