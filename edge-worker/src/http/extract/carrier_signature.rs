//! A carrier's webhook, with its signature.

use call_router::carrier::{self, Carrier, Hook, Hooks, Secrets};
use worker::console_error;

use super::{Access, Credential, Proof};
use crate::clock::now;
use crate::http::problem::Problem;
use crate::http::request::Request;
use crate::settings::Settings;

/// The path of a webhook, up to the carrier.
const PATH: &str = "/carrier/";

/// A webhook that is known to come from the carrier: the signature covers address and body.
pub struct CarrierSignature {
    request: Request,
    hooks: Hooks,
    secrets: Secrets,
    hook: Hook,
    body: Vec<u8>,
}

impl CarrierSignature {
    /// Returns the request.
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Returns the carrier's webhooks, as they are configured there.
    pub const fn hooks(&self) -> &Hooks {
        &self.hooks
    }

    /// Returns what the carrier's requests are checked with.
    pub const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Returns which of the webhooks this is.
    pub const fn hook(&self) -> Hook {
        self.hook
    }

    /// Returns the body as it came.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl Credential for CarrierSignature {
    const ACCESS: Access = Access::CarrierSignature;

    async fn of(mut request: Request) -> Result<Self, Problem> {
        let (carrier, hook) = hook_of(request.path()).ok_or(Problem::NoSuchRoute)?;
        let body = request.body().await?;
        let secrets = request.settings().secrets_of(carrier)?;
        let hooks = hooks(carrier, &request.settings())?;
        require_signature(&request, &hooks, &secrets, &body)?;
        Ok(Self { request, hooks, secrets, hook, body })
    }
}

impl Proof for CarrierSignature {}

fn hook_of(path: &str) -> Option<(Carrier, Hook)> {
    let (carrier, hook) = path.strip_prefix(PATH)?.split_once('/')?;
    Some((Carrier::from_id(carrier)?, Hook::from_id(hook)?))
}

fn hooks(carrier: Carrier, settings: &Settings<'_>) -> Result<Hooks, Problem> {
    Hooks::new(carrier, &settings.public_url()?).map_err(|error| {
        console_error!("{error}");
        Problem::NotSetUp("PUBLIC_URL")
    })
}

fn require_signature(request: &Request, hooks: &Hooks, secrets: &Secrets, body: &[u8]) -> Result<(), Problem> {
    let (path, query) = (request.path(), request.query());
    let path_and_query = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let header = |name: &str| request.header(name).ok();
    let method = request.method();
    let signed = carrier::Request { method: &method, url: &hooks.received(&path_and_query), header: &header, body };
    carrier::verify(hooks.carrier(), &signed, secrets, now()).map_err(|error| Problem::WrongSignature(error.code()))
}
