//! What the owner sets up for a carrier: the names of the worker's secrets and variables.

use super::{Secrets, rest_request::Account};

/// The names of the secrets that a carrier's webhooks are checked with. During a rotation the old one stands in a second
/// secret, whose name ends with `_PREVIOUS`.
#[derive(Clone, Copy)]
pub(super) enum SecretNames {
    /// One secret.
    One(&'static str),
    /// One secret, in which the old one may stand as well, behind a comma.
    OneOrTwo(&'static str),
    /// A user name and a password.
    Login(&'static str, &'static str),
}

/// The names of what a carrier's interface is asked with.
#[derive(Clone, Copy)]
pub(super) struct AccountNames {
    /// Where the interface is, if not at its usual address.
    pub(super) api_url: Option<&'static str>,
    /// The account's id.
    pub(super) id: Option<&'static str>,
    /// The user name, where it is not the account's id.
    pub(super) user: Option<&'static str>,
    /// The token, key or password. Where it is the secret that webhooks are checked with, today's counts.
    pub(super) secret: Option<&'static str>,
}

impl SecretNames {
    /// Reads the secrets by their names. The error is the name of one that is missing.
    pub(super) fn read(self, setting: &dyn Fn(&str) -> Option<String>) -> Result<Secrets, &'static str> {
        let named = |name: &'static str| setting(name).ok_or(name);
        let previous = |name: &str| setting(&format!("{name}_PREVIOUS"));
        match self {
            Self::One(name) => Ok(Secrets::new(named(name)?, previous(name))),
            Self::OneOrTwo(name) => {
                let text = named(name)?;
                let mut both = each_of(&text);
                let current = both.next().ok_or(name)?;
                Ok(Secrets::new(current, both.next().or_else(|| previous(name))))
            }
            Self::Login(user, password) => {
                let login = format!("{}:{}", named(user)?, named(password)?);
                let before = previous(user).zip(previous(password));
                Ok(Secrets::new(login, before.map(|(user, password)| format!("{user}:{password}"))))
            }
        }
    }
}

impl AccountNames {
    /// The names of an account that nothing can be asked of.
    pub(super) const NONE: Self = Self { api_url: None, id: None, user: None, secret: None };

    /// Reads the account by its names, as far as it is set up.
    pub(super) fn read(self, secrets: SecretNames, setting: &dyn Fn(&str) -> Option<String>) -> Account {
        let named = |name: Option<&str>| name.and_then(setting);
        let secret = match (secrets, self.secret) {
            (SecretNames::OneOrTwo(both), Some(name)) if both == name => {
                named(self.secret).and_then(|text| each_of(&text).next())
            }
            _ => named(self.secret),
        };
        Account { api_url: named(self.api_url), id: named(self.id), user: named(self.user), secret }
    }
}

/// Splits a secret and its predecessor.
fn each_of(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: [(&str, &str); 9] = [
        ("TOKEN", "new"),
        ("TOKEN_PREVIOUS", "old"),
        ("BOTH", " new , old , older "),
        ("COMMA", " , "),
        ("USER", "u"),
        ("USER_PREVIOUS", "v"),
        ("PASSWORD", "p"),
        ("PASSWORD_PREVIOUS", "q"),
        ("URL", "https://h"),
    ];

    fn setting(name: &str) -> Option<String> {
        SET.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn secrets_and_those_of_yesterday() {
        let secrets =
            |current: &str, previous: Option<&str>| Ok(Secrets::new(current.to_owned(), previous.map(str::to_owned)));
        let cases = [
            (SecretNames::One("TOKEN"), secrets("new", Some("old"))),
            (SecretNames::One("URL"), secrets("https://h", None)),
            (SecretNames::One("BOTH"), secrets(" new , old , older ", None)),
            (SecretNames::One("NOTHING"), Err("NOTHING")),
            (SecretNames::OneOrTwo("BOTH"), secrets("new", Some("old"))),
            (SecretNames::OneOrTwo("TOKEN"), secrets("new", Some("old"))),
            (SecretNames::OneOrTwo("COMMA"), Err("COMMA")),
            (SecretNames::Login("USER", "PASSWORD"), secrets("u:p", Some("v:q"))),
            (SecretNames::Login("USER", "URL"), secrets("u:https://h", None)),
            (SecretNames::Login("USER", "NOTHING"), Err("NOTHING")),
        ];
        for (place, (names, expected)) in cases.into_iter().enumerate() {
            assert!(names.read(&setting) == expected, "{place}");
        }
    }

    #[test]
    fn accounts() {
        let names = AccountNames { api_url: Some("URL"), id: Some("USER"), user: None, secret: Some("BOTH") };
        let account = names.read(SecretNames::OneOrTwo("BOTH"), &setting);
        assert_eq!((account.api_url.as_deref(), account.id.as_deref()), (Some("https://h"), Some("u")));
        assert_eq!((account.user, account.secret.as_deref()), (None, Some("new")));
        let account = names.read(SecretNames::OneOrTwo("TOKEN"), &setting);
        assert_eq!(account.secret.as_deref(), Some(" new , old , older "));
        assert!(AccountNames::NONE.read(SecretNames::One("TOKEN"), &setting) == Account::default());
    }
}
