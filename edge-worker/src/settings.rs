//! What the owner set up: variables and secrets of the worker.

use dni_core::phone::E164;
use worker::Env;

use crate::problem::Problem;

/// Reads the worker's variables and secrets, each when it is needed.
pub struct Settings<'a>(pub &'a Env);

impl Settings<'_> {
    /// The public address that carriers were given.
    pub fn public_url(&self) -> Result<String, Problem> {
        self.text("PUBLIC_URL").ok_or(Problem::NotSetUp("PUBLIC_URL"))
    }

    /// The key of the REST API and the console.
    pub fn api_key(&self) -> Result<String, Problem> {
        self.text("API_KEY").ok_or(Problem::NotSetUp("API_KEY"))
    }

    /// Twilio's auth token; during a rotation the old and the new one, separated by a comma.
    pub fn twilio_auth_tokens(&self) -> Result<Vec<String>, Problem> {
        self.text("TWILIO_AUTH_TOKEN").as_deref().map(two_of).ok_or(Problem::NotSetUp("TWILIO_AUTH_TOKEN"))
    }

    /// The keys that sign links between a site's domains, the newest first; during a rotation two, separated by a comma. Where
    /// none is set, it is the API key: such links live for minutes, so nothing is lost when that one changes.
    pub fn link_keys(&self) -> Result<Vec<String>, Problem> {
        self.text("LINK_KEY").map_or_else(|| Ok(vec![self.api_key()?]), |text| Ok(two_of(&text)))
    }

    /// Where a call goes if not even the configuration can be read.
    pub fn fallback_destination(&self) -> Option<E164> {
        self.text("FALLBACK_DESTINATION").and_then(|text| E164::parse(&text).ok())
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
