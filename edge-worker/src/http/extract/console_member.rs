//! Whoever is signed in to the console.

use core::marker::PhantomData;

use edge_core::account::id::IdKind;
use edge_core::account::principal::Principal;
use edge_core::account::session::{ABSOLUTE_END, SignIn};
use edge_core::account::signing::Purpose;
use edge_core::account::token::{Token, TokenKind};
use edge_core::audit::{Action, AuditEntry};
use edge_core::console::Reader;
use worker::D1Database;

use super::api_key::principal_of;
use super::{Access, Credential, Proof};
use crate::clock::now;
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::random::random;
use crate::settings::Settings;
use crate::store::d1::audit;
use crate::store::d1::call_log::CallLog;
use crate::store::d1::sessions::{self, NewSession};

/// The console's cookie, where it goes over TLS alone: no other host, and no page of another path, can set one of this name.
const COOKIE: &str = "__Host-dni_console";
/// The same on the owner's own machine, where a browser would not send the other one back.
const COOKIE_WITHOUT_TLS: &str = "dni_console";
/// Longest name of a browser that is kept, in characters.
const MAX_BROWSER: usize = 200;

/// A request from a signed-in console, or with an API key. `K` is what is asked for.
pub struct ConsoleMember<K> {
    request: Request,
    principal: Principal,
    session: Option<String>,
    kind: PhantomData<K>,
}

/// A page.
pub enum Page {}

/// What a page plays or shows.
pub enum File {}

/// A form that changes something. It must be one of the console's own.
pub enum Form {}

/// What is asked for.
pub trait Kind: 'static {
    /// Who is taken to ask for it: people who are not signed in see the form to sign in instead, programs are refused.
    const READER: Reader;
    /// Whether it changes something.
    const CHANGES: bool;
}

impl Kind for Page {
    const READER: Reader = Reader::Person;
    const CHANGES: bool = false;
}

impl Kind for File {
    const READER: Reader = Reader::Program;
    const CHANGES: bool = false;
}

impl Kind for Form {
    const READER: Reader = Reader::Person;
    const CHANGES: bool = true;
}

impl<K> ConsoleMember<K> {
    /// Returns the request.
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Returns who asks, and which sites they see.
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Returns the id of the session; `None` for whoever asks with a key.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Returns the first database, which has members, keys and the directory of the sites.
    pub fn db(&self) -> Result<D1Database, Problem> {
        Ok(self.request.env().d1("DB")?)
    }

    /// Opens the call log.
    pub fn call_log(&self) -> Result<CallLog, Problem> {
        Ok(CallLog::of(self.request.env())?)
    }
}

impl<K: Kind> Credential for ConsoleMember<K> {
    const ACCESS: Access = Access::ConsoleMember;

    async fn of(request: Request) -> Result<Self, Problem> {
        if let Some((id, principal)) = session_of(&request).await? {
            if K::CHANGES {
                request.require_own_page()?;
            }
            return Ok(Self { request, principal, session: Some(id), kind: PhantomData });
        }
        if !request.header("Authorization")?.is_empty() {
            match principal_of(&request).await {
                Ok(principal) => return Ok(Self { request, principal, session: None, kind: PhantomData }),
                Err(Problem::WrongKey) => {}
                Err(problem) => return Err(problem),
            }
        }
        match Reader::of(&request.header("Accept")?, K::READER) {
            Reader::Person if request.is_let_in_by_access()? => Err(Problem::SignsInByAccess),
            Reader::Person => Err(Problem::NotSignedIn),
            Reader::Program => Err(Problem::WrongKey),
        }
    }
}

impl<K: Kind> Proof for ConsoleMember<K> {}

/// Finds the session of a request, if it has one that lasts.
pub async fn session_of(request: &Request) -> Result<Option<(String, Principal)>, Problem> {
    let settings = request.settings();
    let cookies = request.header("Cookie")?;
    let name = cookie_name(&settings);
    let value = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='));
    let Some(token) = value.and_then(|value| Token::parse(TokenKind::Session, value)) else { return Ok(None) };
    let db = request.env().d1("DB")?;
    let hashes = settings.signing_keys(Purpose::ConsoleSession)?.names_of(token.text());
    let now = now();
    let Some(open) = sessions::find(&db, &hashes).await?.filter(|open| open.times.lasts(now)) else {
        return Ok(None);
    };
    if !open.times.is_use_noted(now) {
        let id = open.id.clone();
        request.wait_until(async move {
            let _ = sessions::note_use(&db, &id, now).await;
        });
    }
    Ok(Some((open.id, open.principal)))
}

/// Begins a session and returns its cookie. The name under which the store has it depends on the signing key, so that a new one ends
/// all sessions.
pub async fn begin_session(request: &Request, principal: &Principal, signed_in_by: SignIn) -> Result<String, Problem> {
    let settings = request.settings();
    let token = Token::make(TokenKind::Session, random()?);
    let names = settings.signing_keys(Purpose::ConsoleSession)?.names_of(token.text());
    let hash = names.first().ok_or(Problem::NotSetUp("SIGNING_KEY"))?;
    let id = IdKind::Session.make(random()?);
    let browser: String = request.header("User-Agent")?.chars().take(MAX_BROWSER).collect();
    let member = principal.actor.id.as_deref();
    let new = NewSession { id: &id, hash, member, signed_in_by, browser: &browser };
    let db = request.env().d1("DB")?;
    let now = now();
    let mut statements = sessions::begin(&db, &new, now)?;
    statements.push(audit::row(&db, &AuditEntry::new(principal, Action::SessionBegun, None, &id), now)?);
    db.batch(statements).await?;
    Ok(cookie(&settings, token.text(), ABSOLUTE_END.as_secs()))
}

/// Makes the cookie that ends a sign-in.
pub fn sign_out_cookie(settings: &Settings<'_>) -> String {
    cookie(settings, "", 0)
}

fn cookie(settings: &Settings<'_>, value: &str, seconds: u64) -> String {
    let secure = if settings.is_encrypted() { "; Secure" } else { "" };
    format!("{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}", cookie_name(settings))
}

fn cookie_name(settings: &Settings<'_>) -> &'static str {
    if settings.is_encrypted() { COOKIE } else { COOKIE_WITHOUT_TLS }
}
