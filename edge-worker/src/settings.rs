//! What the owner set up: variables and secrets of the worker.

use core::ops::RangeInclusive;
use core::time::Duration;

use call_router::carrier::rest::Account;
use call_router::carrier::{Carrier, Secrets};
use call_router::lookup::LookupProvider;
use dni_core::phone::Callee;
use edge_core::account::access_token::AccessApplication;
use edge_core::account::deployment_key::DeploymentKeys;
use edge_core::account::secret::Secret;
use edge_core::account::signing::{Purpose, SigningKeys};
use edge_core::transport::is_encrypted;
use worker::Env;

use crate::http::problem::Problem;

/// How long after its last sign a call is taken for over: Twilio ends calls after four hours, and a quarter for what comes
/// late.
const SWEEP_AFTER: Duration = Duration::from_mins(4 * 60 + 15);
/// What may be set instead, in seconds: up to a day.
const SWEEP_AFTER_SECONDS: RangeInclusive<u64> = 1..=86_400;

/// Reads the worker's variables and secrets, each when it is needed.
pub struct Settings<'a>(pub &'a Env);

impl Settings<'_> {
    /// The public address that carriers were given.
    pub fn public_url(&self) -> Result<String, Problem> {
        self.text("PUBLIC_URL").ok_or(Problem::NotSetUp("PUBLIC_URL"))
    }

    /// Whether that address is one of https.
    pub fn is_encrypted(&self) -> bool {
        self.public_url().is_ok_and(|url| is_encrypted(&url))
    }

    /// The first owner's key; during a rotation the old one stands in `API_KEY_PREVIOUS`.
    pub fn deployment_keys(&self) -> Result<DeploymentKeys, Problem> {
        let (current, previous) = self.secrets_named("API_KEY", "API_KEY_PREVIOUS")?;
        Ok(DeploymentKeys::new(current, previous))
    }

    /// The application of Cloudflare Access that stands before the console, where one does.
    pub fn access(&self) -> Option<AccessApplication> {
        let issuer = outside_url(&self.text("ACCESS_TEAM_DOMAIN")?)?;
        Some(AccessApplication { issuer, audience: self.text("ACCESS_AUDIENCE")? })
    }

    /// The keys that sign, or name by a hash, for one purpose. They are derived from `SIGNING_KEY`, or from the API key where none
    /// is set; during a rotation the old one stands in `…_PREVIOUS`. Links may have keys of their own in `LINK_KEY`, the newest
    /// first, separated by a comma.
    pub fn signing_keys(&self, purpose: Purpose) -> Result<SigningKeys, Problem> {
        if let (Purpose::Link, Some(text)) = (purpose, self.text("LINK_KEY")) {
            return Ok(SigningKeys::given(purpose, two_of(&text).iter().map(String::as_str)));
        }
        let (current, previous) = if self.text("SIGNING_KEY").is_some() {
            self.secrets_named("SIGNING_KEY", "SIGNING_KEY_PREVIOUS")?
        } else {
            self.secrets_named("API_KEY", "API_KEY_PREVIOUS")?
        };
        Ok(SigningKeys::derive(purpose, &current, previous.as_ref()))
    }

    /// Reads a secret and the one before it.
    fn secrets_named(
        &self,
        current: &'static str,
        previous: &'static str,
    ) -> Result<(Secret, Option<Secret>), Problem> {
        let text = self.text(current).ok_or(Problem::NotSetUp(current))?;
        let before = self.text(previous).map(|text| Secret::new(previous, &text)).transpose()?;
        Ok((Secret::new(current, &text)?, before))
    }

    /// What a carrier's requests are checked with.
    pub fn secrets_of(&self, carrier: Carrier) -> Result<Secrets, Problem> {
        carrier.secrets(&|name| self.text(name)).map_err(Problem::NotSetUp)
    }

    /// The carriers whose webhooks can be checked: those that the owner set up.
    pub fn carriers(&self) -> Vec<Carrier> {
        Carrier::ALL.iter().copied().filter(|carrier| self.secrets_of(*carrier).is_ok()).collect()
    }

    /// What is set up to ask a carrier with: for its recordings, and how a call ended.
    pub fn account_of(&self, carrier: Carrier) -> Account {
        carrier.account(&|name| self.text(name))
    }

    /// How long after its last sign a call is taken for over whose end was not told.
    pub fn sweep_after(&self) -> Duration {
        let set = self.text("SWEEP_AFTER_SECONDS").and_then(|text| text.parse().ok());
        set.filter(|seconds| SWEEP_AFTER_SECONDS.contains(seconds)).map_or(SWEEP_AFTER, Duration::from_secs)
    }

    /// Where a call goes if not even the configuration can be read.
    pub fn fallback_destination(&self) -> Option<Callee> {
        self.text("FALLBACK_DESTINATION").and_then(|text| Callee::parse(&text).ok())
    }

    /// Where an AI service is asked instead of Workers AI, without a slash at the end. What is said in calls goes over https only,
    /// but for services on the same machine.
    pub fn ai_url(&self) -> Result<Option<String>, Problem> {
        let Some(text) = self.text("AI_URL") else { return Ok(None) };
        outside_url(&text).map(Some).ok_or(Problem::NotSetUp("AI_URL"))
    }

    /// The AI service's key.
    pub fn ai_key(&self) -> Option<String> {
        self.text("AI_KEY")
    }

    /// The model that transcribes.
    pub fn ai_transcription_model(&self) -> Option<String> {
        self.text("AI_TRANSCRIPTION_MODEL")
    }

    /// The model of Workers AI that transcribes two channels at once.
    pub fn ai_channels_model(&self) -> Option<String> {
        self.text("AI_CHANNELS_MODEL")
    }

    /// The model that summarises.
    pub fn ai_text_model(&self) -> Option<String> {
        self.text("AI_TEXT_MODEL")
    }

    /// Where a carrier's directory is, if not at its usual address.
    pub fn lookup_url(&self, directory: LookupProvider) -> Option<String> {
        outside_url(&self.text(directory.url_variable())?)
    }

    /// Secrets and variables are read the same way.
    fn text(&self, name: &str) -> Option<String> {
        let value = self.0.var(name).ok()?.to_string();
        (!value.is_empty()).then_some(value)
    }
}

/// Splits a secret and its predecessor.
fn two_of(text: &str) -> Vec<String> {
    text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).take(2).collect()
}

/// Takes the address of a service outside, without a slash at its end, if what is sent there cannot be read on the way.
fn outside_url(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    (url.scheme() == "https" || (here && url.scheme() == "http")).then(|| text.trim_end_matches('/').to_owned())
}
