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
        let text = self.text("TWILIO_AUTH_TOKEN").ok_or(Problem::NotSetUp("TWILIO_AUTH_TOKEN"))?;
        Ok(text.split(',').map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()).take(2).collect())
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
