//! What carriers sell about a caller's number: the name it is registered under, and what kind of line it is.

mod result;

use dni_core::phone::E164;
use serde_json::Value;

pub use result::{LookupError, LookupFields, LookupResult};

use crate::carrier::{
    Carrier, Lookup,
    rest::{Account, RestRequest},
};

/// Longest answer read, in bytes; real ones have about 1,000.
const MAX_REPLY: usize = 64 * 1024;

/// A carrier that can be asked about numbers. All sell the same two things.
#[derive(Clone, Copy)]
pub struct LookupProvider {
    carrier: Carrier,
    lookup: &'static Lookup,
}

impl LookupProvider {
    /// Returns the look-up of a carrier that has one.
    pub fn of(carrier: Carrier) -> Option<Self> {
        Some(Self { carrier, lookup: carrier.lookup()? })
    }

    /// Lists all of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Carrier::ALL.iter().copied().filter_map(Self::of)
    }

    /// Returns the carrier that is asked.
    pub const fn carrier(self) -> Carrier {
        self.carrier
    }

    /// Returns the name of the worker's variable that says where the look-up is, if not at its usual host.
    pub const fn url_variable(self) -> &'static str {
        self.lookup.url_variable
    }

    /// Says how the carrier is asked about a number: by the method GET. `origin` stands in for its usual host.
    ///
    /// `None` if the account is not set up for it.
    pub fn request(
        self,
        account: &Account,
        origin: Option<&str>,
        number: E164,
        fields: LookupFields,
    ) -> Option<RestRequest> {
        let login = (self.lookup.login)(account)?;
        let url = format!("{}{}", origin.unwrap_or(self.lookup.url), (self.lookup.path)(number, fields));
        Some(RestRequest { url, login })
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`LookupError`] if it is none.
    pub fn read(self, body: &[u8]) -> Result<LookupResult, LookupError> {
        if body.len() > MAX_REPLY {
            return Err(LookupError);
        }
        let answer: Value = serde_json::from_slice(body).map_err(|_| LookupError)?;
        (self.lookup.read)(&answer).ok_or(LookupError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{carrier::rest::Login, event::LineType, text::Text};

    fn provider(carrier: Carrier) -> LookupProvider {
        LookupProvider::of(carrier).unwrap()
    }

    #[test]
    fn who_has_one() {
        let carriers: Vec<_> = LookupProvider::all().map(|provider| provider.carrier().id()).collect();
        assert_eq!(carriers, ["twilio", "telnyx"]);
        assert!(LookupProvider::of(Carrier::Plivo).is_none());
    }

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
            (provider(Carrier::Twilio), wanted(true, false), basic(), twilio, "Fields=caller_name"),
            (provider(Carrier::Twilio), wanted(false, true), basic(), twilio, "Fields=line_type_intelligence"),
            (
                provider(Carrier::Twilio),
                wanted(true, true),
                basic(),
                twilio,
                "Fields=caller_name,line_type_intelligence",
            ),
            (provider(Carrier::Telnyx), wanted(true, true), bearer(), telnyx, "type=caller-name&type=carrier"),
            (provider(Carrier::Telnyx), wanted(false, true), bearer(), telnyx, "type=carrier"),
        ] {
            let url = format!("{base}/+13125550123?{rest}");
            assert!(directory.request(&account, None, number, wanted) == Some(RestRequest { url, login }), "{rest}");
        }
        let here = provider(Carrier::Telnyx)
            .request(&account, Some("http://127.0.0.1:1"), number, wanted(false, true))
            .unwrap();
        assert_eq!(here.url, "http://127.0.0.1:1/v2/number_lookup/+13125550123?type=carrier");
        assert!(
            provider(Carrier::Twilio)
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
            (provider(Carrier::Twilio), named.as_str(), (Some("Sergio Suarez"), None, None)),
            (provider(Carrier::Twilio), &lined, (None, Some(LineType::NonFixedVoip), Some("Twilio - SMS/MMS-SVR"))),
            (provider(Carrier::Twilio), &unknown, (None, None, None)),
            (provider(Carrier::Telnyx), telnyx, (Some("TELNYX LLC"), Some(LineType::Voip), Some("Telnyx/4"))),
            (provider(Carrier::Telnyx), none, (None, Some(LineType::Landline), None)),
        ] {
            let entry = directory.read(body.as_bytes()).unwrap();
            let name = entry.name.as_ref().map(|name| name.expose().as_str());
            assert_eq!((name, entry.line_type, entry.company.as_ref().map(Text::as_str)), expected);
            assert!(!format!("{entry:?}").contains("Suarez"));
        }
        for body in ["", "[]", "{\"code\":20404,\"status\":404}", "{\"errors\":[]}", "{\"data\":null}"] {
            assert_eq!(provider(Carrier::Twilio).read(body.as_bytes()), Err(LookupError), "{body}");
            assert_eq!(provider(Carrier::Telnyx).read(body.as_bytes()), Err(LookupError), "{body}");
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
