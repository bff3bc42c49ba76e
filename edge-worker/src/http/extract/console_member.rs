//! Whoever is signed in to the console.

use core::marker::PhantomData;

use edge_core::account::session::{self, SIGNED_IN_FOR};
use edge_core::account::signing::Purpose;
use edge_core::console::{CONSOLE, Reader};

use super::api_key::require_key;
use super::{Access, Credential, Proof};
use crate::clock::now;
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::settings::Settings;

/// The console's cookie.
const COOKIE: &str = "dni_console";

/// A request from a signed-in console, or with the API key itself. `K` is what is asked for.
pub struct ConsoleMember<K> {
    request: Request,
    kind: PhantomData<K>,
}

/// A page.
pub enum Page {}

/// What a page plays or shows.
pub enum File {}

/// What is asked for.
pub trait Kind: 'static {
    /// Who is taken to ask for it: people who are not signed in see the form to sign in instead, programs are refused.
    const READER: Reader;
}

impl Kind for Page {
    const READER: Reader = Reader::Person;
}

impl Kind for File {
    const READER: Reader = Reader::Program;
}

impl<K> ConsoleMember<K> {
    /// Returns the request.
    pub const fn request(&self) -> &Request {
        &self.request
    }
}

impl<K: Kind> Credential for ConsoleMember<K> {
    const ACCESS: Access = Access::ConsoleMember;

    async fn of(request: Request) -> Result<Self, Problem> {
        if is_signed_in(&request)? {
            return Ok(Self { request, kind: PhantomData });
        }
        match Reader::of(&request.header("Accept")?, K::READER) {
            Reader::Person => Err(Problem::NotSignedIn),
            Reader::Program => Err(Problem::WrongKey),
        }
    }
}

impl<K: Kind> Proof for ConsoleMember<K> {}

fn is_signed_in(request: &Request) -> Result<bool, Problem> {
    if require_key(request).is_ok() {
        return Ok(true);
    }
    let cookies = request.header("Cookie")?;
    let token = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    let keys = request.settings().signing_keys(Purpose::ConsoleSession);
    Ok(token.zip(keys.ok()).is_some_and(|(token, keys)| session::lasts(token, &keys, now())))
}

/// Makes the cookie of a signed-in console.
pub fn sign_in_cookie(settings: &Settings<'_>) -> Result<String, Problem> {
    let keys = settings.signing_keys(Purpose::ConsoleSession)?;
    let token = session::begin(&keys, now()).ok_or(Problem::NotSetUp("SIGNING_KEY"))?;
    // Without TLS, on the owner's own machine, a Secure cookie would not come back.
    let secure = if settings.public_url()?.starts_with("https://") { "; Secure" } else { "" };
    let seconds = SIGNED_IN_FOR.as_secs();
    Ok(format!("{COOKIE}={token}; Path={CONSOLE}; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"))
}

/// Makes the cookie that ends a sign-in.
pub fn sign_out_cookie() -> String {
    format!("{COOKIE}=; Path={CONSOLE}; HttpOnly; SameSite=Strict; Max-Age=0")
}
