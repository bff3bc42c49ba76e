//! Whom does a number belong to? Twilio's Lookup, version 2.

use crate::{
    carrier::{profile::Lookup, rest_request::Login},
    lookup::LookupResult,
};

pub(super) const LOOKUP: Lookup = Lookup {
    url: "https://lookups.twilio.com",
    url_variable: "TWILIO_LOOKUP_URL",
    login: |account| Some(Login::Basic(account.id.clone()?, account.secret.clone()?)),
    path: |number, fields| {
        let fields = fields.written("caller_name", "line_type_intelligence", ",");
        format!("/v2/PhoneNumbers/{number}?Fields={fields}")
    },
    read: |answer| {
        // Every answer has this; an error in the same form has not.
        answer.get("phone_number").filter(|number| !number.is_null())?;
        let line = answer.get("line_type_intelligence");
        Some(LookupResult::of(
            answer.pointer("/caller_name/caller_name"),
            line.and_then(|line| line.get("type")),
            line.and_then(|line| line.get("carrier_name")),
        ))
    },
};
