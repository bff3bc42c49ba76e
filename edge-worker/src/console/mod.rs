//! The console: the call log for people, and a page for each call.

mod call;
mod call_log;
mod player;
#[cfg(test)]
mod tests;
mod words;

use askama::Template;
use edge_core::api::CallFilter;
use edge_core::call::record::{CallRecord, TranscriptRecord};
use worker::{Response, ResponseBuilder};

use self::call::CallPage;
use self::call_log::CallLogPage;
use crate::api::recordings;
use crate::http::extract::anyone::Anyone;
use crate::http::extract::console_member::{ConsoleMember, File, Page, sign_in_cookie, sign_out_cookie};
use crate::http::extract::path::Path;
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::response;
use crate::store::d1::call_log::{list, one};

/// Calls on the page.
const PAGE: u32 = 100;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    wrong_key: bool,
}

#[derive(Template)]
#[template(path = "no_call.html")]
struct NoCallPage;

/// `GET /console`.
pub async fn call_log(member: ConsoleMember<Page>) -> Outcome {
    let filter = CallFilter { limit: PAGE, ..CallFilter::default() };
    let calls = list(&member.request().env().d1("DB")?, &filter).await?;
    // One that cannot be read, which would be a fault of ours, must not hide the others.
    let records = calls.iter().filter_map(|call| serde_json::from_str(&call.record).ok());
    page(200, &CallLogPage::of(records))
}

/// `GET /console/calls/{call}`: all that is known of one call.
pub async fn call(member: ConsoleMember<Page>, Path(call): Path<String>) -> Outcome {
    let Some(stored) = one(&member.request().env().d1("DB")?, &call).await? else { return page(404, &NoCallPage) };
    let record: CallRecord = serde_json::from_str(&stored.record).map_err(Problem::unavailable)?;
    let transcript: Option<TranscriptRecord> =
        stored.transcript.as_deref().map(serde_json::from_str).transpose().map_err(Problem::unavailable)?;
    page(200, &CallPage::of(&record, &transcript.unwrap_or_default()))
}

/// `GET /console/recordings/{call}/{recording}`: what the call log's players play.
pub async fn recording(member: ConsoleMember<File>, Path((call, recording)): Path<(String, String)>) -> Outcome {
    recordings::play(member.request(), &call, &recording).await
}

/// `POST /console/sign-in`.
pub async fn sign_in(mut anyone: Anyone) -> Outcome {
    let body = anyone.request_mut().body().await?;
    let settings = anyone.request().settings();
    if !settings.api_keys()?.allow(&form_key(&body)) {
        return page(401, &SignInPage { wrong_key: true });
    }
    let cookie = sign_in_cookie(&settings)?;
    Ok(response::see_other("/console", Some(&cookie))?)
}

/// `POST /console/sign-out`.
pub async fn sign_out(_: Anyone) -> Outcome {
    Ok(response::see_other("/console", Some(&sign_out_cookie()))?)
}

/// `GET /console/style.css`.
pub async fn style(_: Anyone) -> Outcome {
    let style = include_bytes!("../../templates/style.css");
    let builder = ResponseBuilder::new()
        .with_header("Content-Type", "text/css; charset=utf-8")?
        .with_header("Cache-Control", "public, max-age=300")?;
    Ok(builder.fixed(style.to_vec()))
}

/// Shows the form to sign in, to whoever asks for a page and is not signed in.
pub fn sign_in_form() -> Outcome {
    page(200, &SignInPage { wrong_key: false })
}

fn page<T: Template>(status: u16, template: &T) -> Result<Response, Problem> {
    let html = template.render().map_err(Problem::unavailable)?;
    Ok(response::page(status, html)?)
}

/// Reads the key out of the sign-in form.
fn form_key(body: &[u8]) -> String {
    let mut fields = url::form_urlencoded::parse(body);
    fields.find(|(name, _)| name == "key").map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}
