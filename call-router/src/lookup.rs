//! What carriers sell about a caller's number: the name it is registered under, and what kind of line it is.

use core::fmt;

use dni_core::phone::E164;
use dni_core::pii::Pii;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::carrier::Carrier;
use crate::carrier::rest::{Account, Login, RestRequest};
use crate::event::{LineType, MAX_NAME};
use crate::text::Text;

const TWILIO: &str = "https://lookups.twilio.com";
const TELNYX: &str = "https://api.telnyx.com";
/// Longest answer read, in bytes; real ones have about 1,000.
const MAX_REPLY: usize = 64 * 1024;
/// Longest name of a telephone company, in bytes.
const MAX_COMPANY: usize = 128;

/// Whom to ask. Both sell the same two things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupProvider {
    /// Twilio's Lookup, version 2.
    Twilio,
    /// Telnyx's number lookup.
    Telnyx,
}

/// What is asked; each part is paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookupFields {
    /// The name that the number is registered under.
    pub caller_name: bool,
    /// The kind of line, and the company that serves it.
    pub line_type: bool,
}

/// What a directory knows of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupResult {
    /// The name that the number is registered under.
    pub name: Option<Pii<Text<MAX_NAME>>>,
    /// The kind of line.
    pub line_type: Option<LineType>,
    /// The company that serves it.
    pub company: Option<Text<MAX_COMPANY>>,
}

impl LookupFields {
    /// Says whether nothing is asked.
    pub const fn is_nothing(self) -> bool {
        !self.caller_name && !self.line_type
    }

    /// Says whether an answer to this is one to `other` as well.
    pub const fn covers(self, other: Self) -> bool {
        (self.caller_name || !other.caller_name) && (self.line_type || !other.line_type)
    }
}

impl LookupProvider {
    /// Returns the directory of a carrier that has one.
    pub const fn of(carrier: Carrier) -> Option<Self> {
        match carrier {
            Carrier::Twilio => Some(Self::Twilio),
            Carrier::Telnyx => Some(Self::Telnyx),
            _ => None,
        }
    }

    /// Returns the carrier that has the directory.
    pub const fn carrier(self) -> Carrier {
        match self {
            Self::Twilio => Carrier::Twilio,
            Self::Telnyx => Carrier::Telnyx,
        }
    }

    /// Says how the directory is asked about a number: by the method GET. `origin` stands in for its usual host.
    ///
    /// `None` if the account is not set up for it.
    pub fn request(
        self,
        account: &Account,
        origin: Option<&str>,
        number: E164,
        wanted: LookupFields,
    ) -> Option<RestRequest> {
        let secret = account.secret.clone()?;
        let (host, login) = match self {
            Self::Twilio => (TWILIO, Login::Basic(account.id.clone()?, secret)),
            Self::Telnyx => (TELNYX, Login::Bearer(secret)),
        };
        let url = format!("{}{}", origin.unwrap_or(host), self.path(number, wanted));
        Some(RestRequest { url, login })
    }

    fn path(self, number: E164, wanted: LookupFields) -> String {
        let (start, name, line, between) = match self {
            Self::Twilio => ("/v2/PhoneNumbers/", "caller_name", "line_type_intelligence", ","),
            Self::Telnyx => ("/v2/number_lookup/", "type=caller-name", "type=carrier", "&"),
        };
        let parts = [wanted.caller_name.then_some(name), wanted.line_type.then_some(line)];
        let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(between);
        let before = if self == Self::Twilio { "Fields=" } else { "" };
        format!("{start}{number}?{before}{parts}")
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`LookupError`] if it is none.
    pub fn read(self, body: &[u8]) -> Result<LookupResult, LookupError> {
        if body.len() > MAX_REPLY {
            return Err(LookupError);
        }
        let reply: Value = serde_json::from_slice(body).map_err(|_| LookupError)?;
        let (mark, name, line_type, company) = match self {
            Self::Twilio => (
                "/phone_number",
                "/caller_name/caller_name",
                "/line_type_intelligence/type",
                "/line_type_intelligence/carrier_name",
            ),
            Self::Telnyx => ("/data", "/data/caller_name/caller_name", "/data/carrier/type", "/data/carrier/name"),
        };
        // Every answer has this; an error in the same form has not.
        if reply.pointer(mark).is_none_or(Value::is_null) {
            return Err(LookupError);
        }
        let text =
            |pointer| reply.pointer(pointer).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        Ok(LookupResult {
            name: text(name).map(|name| Pii::new(Text::cut(name))),
            line_type: text(line_type).and_then(line_type_of),
            company: text(company).map(Text::cut),
        })
    }
}

/// Reads both directories' words; they do not contradict each other.
fn line_type_of(word: &str) -> Option<LineType> {
    Some(match word {
        "mobile" => LineType::Mobile,
        "landline" | "fixed line" => LineType::Landline,
        "fixedVoip" => LineType::FixedVoip,
        "nonFixedVoip" => LineType::NonFixedVoip,
        "voip" => LineType::Voip,
        "tollFree" | "toll free" => LineType::TollFree,
        // "fixed line or mobile" says nothing either.
        "unknown" | "fixed line or mobile" => return None,
        _ => LineType::Other,
    })
}

/// An answer that is none of a directory's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupError;

impl LookupError {
    /// Returns the stable code for machines.
    pub const fn code(self) -> &'static str {
        "lookup_not_an_entry"
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("The carrier's look-up answered something else than an entry; look at its status page, and restart the task.")
    }
}

impl core::error::Error for LookupError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_name_what_is_wanted() {
        let number = E164::parse("+13125550123").unwrap();
        let wanted = |caller_name, line_type| LookupFields { caller_name, line_type };
        let account = Account { id: Some("AC1".to_owned()), secret: Some("s".to_owned()), ..Account::default() };
        let basic = || Login::Basic("AC1".to_owned(), "s".to_owned());
        let bearer = || Login::Bearer("s".to_owned());
        let (twilio, telnyx) =
            ("https://lookups.twilio.com/v2/PhoneNumbers", "https://api.telnyx.com/v2/number_lookup");
        for (directory, wanted, login, base, rest) in [
            (LookupProvider::Twilio, wanted(true, false), basic(), twilio, "Fields=caller_name"),
            (LookupProvider::Twilio, wanted(false, true), basic(), twilio, "Fields=line_type_intelligence"),
            (LookupProvider::Twilio, wanted(true, true), basic(), twilio, "Fields=caller_name,line_type_intelligence"),
            (LookupProvider::Telnyx, wanted(true, true), bearer(), telnyx, "type=caller-name&type=carrier"),
            (LookupProvider::Telnyx, wanted(false, true), bearer(), telnyx, "type=carrier"),
        ] {
            let url = format!("{base}/+13125550123?{rest}");
            assert!(directory.request(&account, None, number, wanted) == Some(RestRequest { url, login }), "{rest}");
        }
        let here =
            LookupProvider::Telnyx.request(&account, Some("http://127.0.0.1:1"), number, wanted(false, true)).unwrap();
        assert_eq!(here.url, "http://127.0.0.1:1/v2/number_lookup/+13125550123?type=carrier");
        assert!(
            LookupProvider::Twilio
                .request(&Account { id: None, ..account }, None, number, wanted(true, true))
                .is_none()
        );
    }

    #[test]
    fn answers() {
        let twilio = |parts: &str| format!("{{\"phone_number\":\"+14159929960\",\"valid\":true,{parts}}}");
        let named = twilio(
            r#""caller_name":{"caller_name":"Sergio Suarez","caller_type":"CONSUMER","error_code":null},"line_type_intelligence":null"#,
        );
        let lined = twilio(
            r#""caller_name":null,"line_type_intelligence":{"carrier_name":"Twilio - SMS/MMS-SVR","type":"nonFixedVoip","error_code":null}"#,
        );
        let unknown = twilio(
            r#""caller_name":{"caller_name":null,"error_code":null},"line_type_intelligence":{"carrier_name":null,"type":"unknown"}"#,
        );
        let telnyx = r#"{"data":{"caller_name":{"caller_name":"TELNYX LLC","error_code":"10001"},"carrier":{"name":"Telnyx/4","type":"voip"}}}"#;
        let none = r#"{"data":{"caller_name":{"caller_name":"","error_code":null},"carrier":{"name":null,"type":"fixed line"}}}"#;
        for (directory, body, expected) in [
            (LookupProvider::Twilio, named.as_str(), (Some("Sergio Suarez"), None, None)),
            (LookupProvider::Twilio, &lined, (None, Some(LineType::NonFixedVoip), Some("Twilio - SMS/MMS-SVR"))),
            (LookupProvider::Twilio, &unknown, (None, None, None)),
            (LookupProvider::Telnyx, telnyx, (Some("TELNYX LLC"), Some(LineType::Voip), Some("Telnyx/4"))),
            (LookupProvider::Telnyx, none, (None, Some(LineType::Landline), None)),
        ] {
            let entry = directory.read(body.as_bytes()).unwrap();
            let name = entry.name.as_ref().map(|name| name.expose().as_str());
            assert_eq!((name, entry.line_type, entry.company.as_ref().map(Text::as_str)), expected);
            assert!(!format!("{entry:?}").contains("Suarez"));
        }
        for body in ["", "[]", "{\"code\":20404,\"status\":404}", "{\"errors\":[]}", "{\"data\":null}"] {
            assert_eq!(LookupProvider::Twilio.read(body.as_bytes()), Err(LookupError), "{body}");
            assert_eq!(LookupProvider::Telnyx.read(body.as_bytes()), Err(LookupError), "{body}");
        }
    }

    #[test]
    fn what_was_asked_covers_what_is_asked() {
        let wanted = |caller_name, line_type| LookupFields { caller_name, line_type };
        for (had, asked, covered) in [
            (wanted(true, true), wanted(true, false), true),
            (wanted(true, false), wanted(true, true), false),
            (wanted(false, true), wanted(true, false), false),
            (wanted(false, false), wanted(false, false), true),
        ] {
            assert_eq!(had.covers(asked), covered);
        }
    }
}
