//! The page of whoever is signed in: what they may do, and the browsers that they are signed in with.

use askama::Template;
use dni_core::time::Millis;
use edge_core::account::id::IdKind;
use edge_core::account::principal::Principal;
use edge_core::account::scope::Scope;
use edge_core::audit::{Action, AuditEntry};
use edge_core::console::browser_name;
use edge_core::timestamp::iso;

use super::page;
use crate::clock::now;
use crate::http::extract::console_member::{ConsoleMember, Form, Page};
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::audit;
use crate::store::d1::sessions::{ListedSession, end, list};

/// Where the page is.
const ACCOUNT: &str = "/console/account";

#[derive(Template)]
#[template(path = "account.html")]
pub(super) struct AccountPage {
    name: String,
    may: &'static str,
    sites: String,
    sessions: Vec<SessionRow>,
}

struct SessionRow {
    id: String,
    browser: String,
    signed_in_by: &'static str,
    began_at: Instant,
    seen_at: Instant,
    is_this: bool,
}

/// An instant for people and for programs. No site's zone is meant: a member has several sites.
struct Instant {
    iso: String,
    shown: String,
}

impl Instant {
    fn of(at: Millis) -> Self {
        let iso = iso(at);
        // `2026-11-22T21:00:00.000Z` to the minute.
        let shown = iso.get(..16).map(|text| format!("{} UTC", text.replace('T', " "))).unwrap_or_default();
        Self { iso, shown }
    }
}

impl AccountPage {
    pub(super) fn of(principal: &Principal, sessions: Vec<ListedSession>, this: Option<&str>) -> Self {
        let may = match principal.scope {
            Scope::Admin => "Owner: everything, and who else may do what",
            Scope::Write => "Editor: look at calls and change them and the configuration",
            Scope::Read => "Viewer: look at calls and the configuration",
        };
        let sites = principal.sites.listed().map_or_else(
            || "All sites of the account".to_owned(),
            |sites| sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        );
        let rows = sessions.into_iter().map(|session| SessionRow {
            is_this: this == Some(session.id.as_str()),
            id: session.id,
            browser: browser_name(&session.browser).unwrap_or(session.browser),
            signed_in_by: match session.signed_in_by.as_str() {
                "deployment_key" => "with the worker's API key",
                "access" => "by Cloudflare Access",
                _ => "with a sign-in key",
            },
            began_at: Instant::of(session.began_at),
            seen_at: Instant::of(session.seen_at),
        });
        Self { name: principal.actor.name.clone(), may, sites, sessions: rows.collect() }
    }
}

/// `GET /console/account`.
pub async fn account(member: ConsoleMember<Page>) -> Outcome {
    let sessions = list(&member.db()?, member.principal().actor.id.as_deref()).await?;
    page(200, &AccountPage::of(member.principal(), sessions, member.session()))
}

/// `POST /console/account/sessions/{id}/end`: signs another browser out, or this one.
pub async fn end_session(member: ConsoleMember<Form>, Path(id): Path<String>) -> Outcome {
    let (db, now) = (member.db()?, now());
    let is_ended = IdKind::Session.is_one(&id) && end(&db, member.principal().actor.id.as_deref(), &id, now).await?;
    if !is_ended {
        return Err(Problem::UnknownSession);
    }
    audit::write(&db, &AuditEntry::new(member.principal(), Action::SessionEnded, None, &id), now).await?;
    Ok(response::see_other(ACCOUNT, None)?)
}
