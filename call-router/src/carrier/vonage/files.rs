//! Where is a recording? Vonage keeps it as a file with an id of its own, which only its address tells.

use url::Url;

use super::{APPLICATION_ID, PRIVATE_KEY, application::Application};
use crate::carrier::{
    profile::Recordings,
    rest_request::{Account, Login, Media, RestError, RestRequest, base, is_plain_https, require_one_part},
};

/// Where Vonage keeps files: its interface, its regions, its data centres, and those of its older name.
const HOSTS: [&str; 17] = [
    "api.nexmo.com",
    "api-us.nexmo.com",
    "api-eu.nexmo.com",
    "api-ap.nexmo.com",
    "api-us-1.nexmo.com",
    "api-us-2.nexmo.com",
    "api-eu-1.nexmo.com",
    "api-sg-1.nexmo.com",
    "api-us.vonage.com",
    "api-eu.vonage.com",
    "api-ap.vonage.com",
    "api-us-3.vonage.com",
    "api-us-4.vonage.com",
    "api-eu-3.vonage.com",
    "api-eu-4.vonage.com",
    "api-ap-3.vonage.com",
    "api-ap-4.vonage.com",
];
/// Where Vonage hands a recording out, in front of the file's id. A webhook's address begins so, too.
const FILES: &str = "/v1/files/";
/// Where its Media API deletes the same file.
const MEDIA: &str = "/v3/media/";

pub(super) const RECORDINGS: Recordings = Recordings {
    fetch: |of| file(of.account, of.url.as_ref()).map(Media::At),
    delete: |of| deleted_file(of.account, of.url.as_ref()),
    read_url: None,
};

/// Says how a file is fetched that a webhook says to be there.
fn file(account: &Account, told: Option<&Url>) -> Result<RestRequest, RestError> {
    request(account, told, FILES)
}

/// Says how it is deleted.
fn deleted_file(account: &Account, told: Option<&Url>) -> Result<RestRequest, RestError> {
    request(account, told, MEDIA)
}

fn request(account: &Account, told: Option<&Url>, place: &str) -> Result<RestRequest, RestError> {
    let id = account.id.clone().ok_or(RestError::NotSetUp(APPLICATION_ID))?;
    let key = account.secret.as_deref().ok_or(RestError::NotSetUp(PRIVATE_KEY))?;
    let application = Application::new(id, key).ok_or(RestError::BadKey(PRIVATE_KEY))?;
    let url = told.filter(|url| is_plain_https(url)).ok_or(RestError::WrongAddress)?;
    let host = HOSTS.into_iter().find(|host| url.host_str() == Some(*host)).ok_or(RestError::WrongAddress)?;
    let file = url.path().strip_prefix(FILES).ok_or(RestError::WrongAddress)?;
    require_one_part(file)?;
    if !file.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        return Err(RestError::WrongAddress);
    }
    let usual = format!("https://{host}");
    Ok(RestRequest { url: format!("{}{place}{file}", base(account, &usual)), login: Login::Signed(application) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_file_is() {
        const KEY: &str = "-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----";
        let account = Account { id: Some("owner".to_owned()), secret: Some(KEY.to_owned()), ..Account::default() };
        let cases = [
            ("https://api.nexmo.com/v1/files/f-1", Some("https://api.nexmo.com/v1/files/f-1")),
            ("https://api-us.nexmo.com/v1/files/f-1?x=1", Some("https://api-us.nexmo.com/v1/files/f-1")),
            ("https://api-eu-3.vonage.com/v1/files/f-1", Some("https://api-eu-3.vonage.com/v1/files/f-1")),
            ("https://api-ap-4.vonage.com:443/v1/files/f-1", Some("https://api-ap-4.vonage.com/v1/files/f-1")),
            ("", None),
            ("http://api.nexmo.com/v1/files/f-1", None),
            ("https://api.nexmo.com:8443/v1/files/f-1", None),
            ("https://user@api.nexmo.com/v1/files/f-1", None),
            ("https://api.nexmo.com.evil.example/v1/files/f-1", None),
            ("https://evil.example/api.nexmo.com/v1/files/f-1", None),
            ("https://api-evil.vonage.com/v1/files/f-1", None),
            ("https://api.nexmo.com@evil.example/v1/files/f-1", None),
            ("https://api.nexmo.com/v2/files/f-1", None),
            ("https://api.nexmo.com/v1/files/", None),
            ("https://api.nexmo.com/v1/files/f/1", None),
            ("https://api.nexmo.com/v1/files/f%2F1", None),
            ("https://api.nexmo.com/v1/files/...", None),
            ("https://api.nexmo.com/v1/files/../calls", None),
        ];
        let login = || Login::Signed(Application::new("owner".to_owned(), KEY).unwrap());
        for (url, expected) in cases {
            let expected =
                expected.map(|url| RestRequest { url: url.to_owned(), login: login() }).ok_or(RestError::WrongAddress);
            assert_eq!(file(&account, Url::parse(url).ok().as_ref()), expected, "{url}");
        }
        let told = Url::parse("https://api-us.nexmo.com/v1/files/f-1").ok();
        let asked = |account: &Account| deleted_file(account, told.as_ref());
        let deleted_at = |url: &str| Ok(RestRequest { url: url.to_owned(), login: login() });
        assert_eq!(asked(&account), deleted_at("https://api-us.nexmo.com/v3/media/f-1"));
        let moved = Account { api_url: Some("http://127.0.0.1:8702/".to_owned()), ..account };
        assert_eq!(asked(&moved), deleted_at("http://127.0.0.1:8702/v3/media/f-1"));
        let broken = Account { secret: Some("secret".to_owned()), ..moved };
        assert_eq!(asked(&broken), Err(RestError::BadKey("VONAGE_PRIVATE_KEY")));
        let keyless = Account { secret: None, ..broken };
        assert_eq!(asked(&keyless), Err(RestError::NotSetUp("VONAGE_PRIVATE_KEY")));
    }
}
