//! The console: the call log for people, and a page for each call.

mod call;
mod call_log;
mod player;
mod words;

use askama::Template;
use edge_core::api::CallFilter;
use edge_core::call::record::{CallRecord, TranscriptRecord};
use worker::{Response, ResponseBuilder};

use self::call::CallPage;
use self::call_log::CallLogPage;
use crate::api::recordings;
use crate::clock::now;
use crate::http::access;
use crate::http::problem::Problem;
use crate::http::response;
use crate::http::router::{Asked, Replied};
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
pub async fn call_log(asked: Asked) -> Replied {
    if !access::is_signed_in(&asked.request, &asked.settings(), now())? {
        return sign_in_page(200, false);
    }
    let filter = CallFilter { limit: PAGE, ..CallFilter::default() };
    let calls = list(&asked.env.d1("DB")?, &filter).await?;
    // One that cannot be read, which would be a fault of ours, must not hide the others.
    let records = calls.iter().filter_map(|call| serde_json::from_str(&call.record).ok());
    page(200, &CallLogPage::of(records))
}

/// `GET /console/calls/{call}`: all that is known of one call.
pub async fn call(asked: Asked) -> Replied {
    if !access::is_signed_in(&asked.request, &asked.settings(), now())? {
        return sign_in_page(200, false);
    }
    let Some(stored) = one(&asked.env.d1("DB")?, asked.parameter()).await? else { return page(404, &NoCallPage) };
    let record: CallRecord = serde_json::from_str(&stored.record).map_err(Problem::unavailable)?;
    let transcript: Option<TranscriptRecord> =
        stored.transcript.as_deref().map(serde_json::from_str).transpose().map_err(Problem::unavailable)?;
    page(200, &CallPage::of(&record, &transcript.unwrap_or_default()))
}

/// `GET /console/recordings/{call}/{recording}`: what the call log's players play.
pub async fn play(asked: Asked) -> Replied {
    if access::is_signed_in(&asked.request, &asked.settings(), now())? {
        recordings::play(asked).await
    } else {
        Err(Problem::WrongKey)
    }
}

/// `POST /console/sign-in`.
pub async fn sign_in(mut asked: Asked) -> Replied {
    let body = asked.body().await?;
    let key = form_key(&body);
    if !access::is_key(&key, &asked.settings())? {
        return sign_in_page(401, true);
    }
    let cookie = access::sign_in_cookie(&asked.settings(), now())?;
    Ok(response::see_other("/console", Some(&cookie))?)
}

/// `POST /console/sign-out`.
pub fn sign_out() -> Replied {
    Ok(response::see_other("/console", Some(&access::sign_out_cookie()))?)
}

/// `GET /console/style.css`.
pub fn style() -> Replied {
    let style = include_bytes!("../../templates/style.css");
    let builder = ResponseBuilder::new()
        .with_header("Content-Type", "text/css; charset=utf-8")?
        .with_header("Cache-Control", "public, max-age=300")?;
    Ok(builder.fixed(style.to_vec()))
}

fn sign_in_page(status: u16, wrong_key: bool) -> Replied {
    page(status, &SignInPage { wrong_key })
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
