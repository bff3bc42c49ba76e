//! How people get into the console: with a key, by an invitation, or by Cloudflare Access.

use askama::Template;
use edge_core::account::invitation;
use edge_core::account::member::Member;
use edge_core::account::principal::Principal;
use edge_core::account::session::SignIn;
use edge_core::account::token::{Token, TokenKind};
use edge_core::audit::{Action, AuditEntry};
use edge_core::console::{CONSOLE, return_path};
use url::form_urlencoded;

use super::{form_field, page};
use crate::clock::now;
use crate::http::extract::anyone::Anyone;
use crate::http::extract::console_member::{begin_session, session_of, sign_out_cookie};
use crate::http::handler::Outcome;
use crate::http::problem::Problem;
use crate::http::{access, brake, response};
use crate::random::random;
use crate::store::d1::{audit, members, sessions};

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage {
    pub wrong_key: bool,
    /// The page that was asked for.
    pub to: String,
}

#[derive(Template)]
#[template(path = "join.html")]
pub(super) struct JoinPage {
    pub wrong_invitation: bool,
}

#[derive(Template)]
#[template(path = "joined.html")]
pub(super) struct JoinedPage<'a> {
    pub name: &'a str,
    pub key: &'a str,
}

/// `GET /console/sign-in`: where a browser is that tried a wrong key.
pub async fn sign_in_page(_: Anyone) -> Outcome {
    sign_in_form(CONSOLE)
}

/// Shows the form to sign in, to whoever asks for a page and is not signed in.
pub fn sign_in_form(asked: &str) -> Outcome {
    page(200, &SignInPage { wrong_key: false, to: return_path(asked) })
}

/// `POST /console/sign-in`: goes on to the page that was asked for.
pub async fn sign_in(mut anyone: Anyone) -> Outcome {
    anyone.request().require_own_page()?;
    let body = anyone.request_mut().body().await?;
    let request = anyone.request();
    let to = return_path(&form_field(&body, "to"));
    let given = form_field(&body, "key");
    let found = if request.settings().deployment_keys()?.allow(&given) {
        Some((Principal::deployment(), SignIn::DeploymentKey))
    } else if let Some(key) = Token::parse(TokenKind::SignInKey, &given) {
        let member = members::by_sign_in_key(&request.env().d1("DB")?, &key).await?;
        member.map(|member| (principal_of(member), SignIn::SignInKey))
    } else {
        None
    };
    let Some((principal, signed_in_by)) = found else {
        brake::count_wrong_key(request).await?;
        return page(401, &SignInPage { wrong_key: true, to });
    };
    let cookie = begin_session(request, &principal, signed_in_by).await?;
    Ok(response::see_other(&to, Some(&cookie))?)
}

/// Sends a browser that Cloudflare Access let through to where it is signed in, to come back to what was asked for.
pub fn go_to_access(asked: &str) -> Outcome {
    let to: String = form_urlencoded::byte_serialize(return_path(asked).as_bytes()).collect();
    Ok(response::see_other(&format!("/console/access?to={to}"), None)?)
}

/// `GET /console/access`: signs in whomever Cloudflare Access let through, and goes on to the page that was asked for.
pub async fn by_access(anyone: Anyone) -> Outcome {
    let request = anyone.request();
    if !request.is_let_in_by_access()? {
        return sign_in_form(&request.parameter("to").unwrap_or_default());
    }
    let email = access::email(request).await?;
    let member = members::by_email(&request.env().d1("DB")?, &email).await?.ok_or(Problem::NoMember)?;
    let cookie = begin_session(request, &principal_of(member), SignIn::Access).await?;
    let to = return_path(&request.parameter("to").unwrap_or_default());
    Ok(response::see_other(&to, Some(&cookie))?)
}

/// `GET /console/join`: where an invitation's link leads. What stands behind its `#` the page's script puts into the form, and who has
/// no scripts puts it there by hand.
pub async fn join_page(_: Anyone) -> Outcome {
    page(200, &JoinPage { wrong_invitation: false })
}

/// `POST /console/join`: takes the invitation, signs the member in, and shows the key by which they come back.
pub async fn join(mut anyone: Anyone) -> Outcome {
    anyone.request().require_own_page()?;
    let body = anyone.request_mut().body().await?;
    let request = anyone.request();
    let (db, now) = (request.env().d1("DB")?, now());
    let member = match invitation::read(&form_field(&body, "invitation")) {
        Some(token) => members::take_invitation(&db, &token, now).await?,
        None => None,
    };
    let Some(member) = member else {
        brake::count_wrong_key(request).await?;
        return page(401, &JoinPage { wrong_invitation: true });
    };
    let key = Token::make(TokenKind::SignInKey, random()?);
    members::add_sign_in_key(&db, &member.id, &key, now).await?;
    let name = member.name.clone();
    let principal = principal_of(member);
    let subject = principal.actor.id.clone().unwrap_or_default();
    audit::write(&db, &AuditEntry::new(&principal, Action::MemberJoined, None, &subject), now).await?;
    let cookie = begin_session(request, &principal, SignIn::SignInKey).await?;
    let mut shown = response::as_told_once(page(200, &JoinedPage { name: &name, key: key.text() })?)?;
    shown.headers_mut().set("Set-Cookie", &cookie)?;
    Ok(shown)
}

/// `POST /console/sign-out`: ends the session itself, so that a copy of its cookie opens nothing.
pub async fn sign_out(anyone: Anyone) -> Outcome {
    let request = anyone.request();
    request.require_own_page()?;
    if let Some((id, principal)) = session_of(request).await? {
        let (db, now) = (request.env().d1("DB")?, now());
        audit::write(&db, &AuditEntry::new(&principal, Action::SessionEnded, None, &id), now).await?;
        sessions::end(&db, principal.actor.id.as_deref(), &id, now).await?;
    }
    Ok(response::see_other(CONSOLE, Some(&sign_out_cookie(&request.settings())))?)
}

fn principal_of(member: Member) -> Principal {
    Principal::member(member.id, member.name, member.role, member.sites)
}
