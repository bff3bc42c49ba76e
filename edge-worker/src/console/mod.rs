//! The console: the call log for people, and a page for each call.

mod account;
mod call;
mod call_log;
mod player;
mod sign_in;
#[cfg(test)]
mod tests;
mod words;

use askama::Template;
use edge_core::api::{CallFilter, CallSlice};
use edge_core::audit::{Action, AuditEntry};
use edge_core::call::record::{CallRecord, TranscriptRecord};
use worker::{Response, ResponseBuilder};

pub use self::account::{account, end_session};
use self::call::CallPage;
use self::call_log::CallLogPage;
pub use self::sign_in::{by_access, go_to_access, join, join_page, sign_in, sign_in_form, sign_in_page, sign_out};
use crate::api::recordings;
use crate::clock::now;
use crate::http::extract::anyone::Anyone;
use crate::http::extract::console_member::{ConsoleMember, File, Page};
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::audit;

/// Calls on the page.
const PAGE: u32 = 100;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    title: &'static str,
    sentence: String,
    code: &'static str,
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage;

#[derive(Template)]
#[template(path = "no_call.html")]
struct NoCallPage;

/// `GET /console`.
pub async fn call_log(member: ConsoleMember<Page>) -> Outcome {
    let latest = CallSlice { limit: PAGE, ..CallSlice::default() };
    let all = CallFilter::all_of(member.principal().sites.clone());
    let calls = member.call_log()?.list(&all, &latest).await?;
    // One that cannot be read, which would be a fault of ours, must not hide the others.
    let records = calls.iter().filter_map(|call| serde_json::from_str(&call.record).ok());
    page(200, &CallLogPage::of(records))
}

/// `GET /console/calls/{call}`: all that is known of one call.
pub async fn call(member: ConsoleMember<Page>, Path(call): Path<String>) -> Outcome {
    let (db, principal) = (member.db()?, member.principal());
    let Some(stored) = member.call_log()?.one(&call, &principal.sites).await? else { return page(404, &NoCallPage) };
    if stored.transcript.is_some() {
        let entry = AuditEntry::new(principal, Action::TranscriptRead, stored.site.as_deref(), &call);
        audit::write_once(&db, &entry, now()).await?;
    }
    let record: CallRecord = serde_json::from_str(&stored.record).map_err(Problem::unavailable)?;
    let transcript: Option<TranscriptRecord> =
        stored.transcript.as_deref().map(serde_json::from_str).transpose().map_err(Problem::unavailable)?;
    page(200, &CallPage::of(&record, &transcript.unwrap_or_default()))
}

/// `GET /console/recordings/{call}/{recording}`: what the call log's players play.
pub async fn recording(member: ConsoleMember<File>, Path((call, recording)): Path<(String, String)>) -> Outcome {
    recordings::play(member.request(), member.principal(), &call, &recording).await
}

/// `GET /console/style.css`.
pub async fn style(_: Anyone) -> Outcome {
    static_file("text/css; charset=utf-8", include_bytes!("../../templates/style.css"))
}

/// `GET /console/join.js`.
pub async fn join_script(_: Anyone) -> Outcome {
    static_file("text/javascript; charset=utf-8", include_bytes!("../../templates/join.js"))
}

/// `GET /favicon.svg`: what browsers show beside a page's title.
pub async fn icon(_: Anyone) -> Outcome {
    static_file("image/svg+xml", include_bytes!("../../templates/favicon.svg"))
}

/// `GET /favicon.ico`: the same for browsers that take no drawing, and where a page names none.
pub async fn icon_of_old(_: Anyone) -> Outcome {
    static_file("image/x-icon", include_bytes!("../../templates/favicon.ico"))
}

fn static_file(content_type: &str, content: &[u8]) -> Outcome {
    let builder = ResponseBuilder::new()
        .with_header("Content-Type", content_type)?
        .with_header("Cache-Control", "public, max-age=300")?;
    Ok(builder.fixed(content.to_vec()))
}

/// Says what this place is, to whoever opens the worker's address.
pub fn welcome() -> Outcome {
    page(200, &WelcomePage)
}

/// Says what is wrong, to a person.
pub fn problem_page(problem: &Problem) -> Outcome {
    page(problem.status(), &ProblemPage::of(problem))
}

impl ProblemPage {
    fn of(problem: &Problem) -> Self {
        let (title, sentence) = match problem {
            Problem::NoSuchRoute => ("No such page", "There is nothing at this address.".into()),
            Problem::UnknownCall => ("No such call", problem.message()),
            Problem::Unavailable(_) => ("This does not work at the moment", "Try again in a few seconds.".into()),
            _ => ("This does not work", problem.message()),
        };
        Self { title, sentence: sentence.into_owned(), code: problem.code() }
    }
}

fn page<T: Template>(status: u16, template: &T) -> Result<Response, Problem> {
    let html = template.render().map_err(Problem::unavailable)?;
    Ok(response::page(status, html)?)
}

/// Reads a field of a form.
fn form_field(body: &[u8], name: &str) -> String {
    let mut fields = url::form_urlencoded::parse(body);
    fields.find(|(known, _)| known == name).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}
