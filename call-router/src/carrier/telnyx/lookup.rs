//! Whom does a number belong to? Telnyx's number lookup.

use crate::{
    carrier::{profile::Lookup, rest_request::Login},
    lookup::LookupResult,
};

pub(super) const LOOKUP: Lookup = Lookup {
    url: "https://api.telnyx.com",
    url_variable: "TELNYX_LOOKUP_URL",
    login: |account| account.secret.clone().map(Login::Bearer),
    path: |number, fields| {
        let fields = fields.written("type=caller-name", "type=carrier", "&");
        format!("/v2/number_lookup/{number}?{fields}")
    },
    read: |answer| {
        // Every answer has this; an error in the same form has not.
        let data = answer.get("data").filter(|data| !data.is_null())?;
        Some(LookupResult::of(
            data.pointer("/caller_name/caller_name"),
            data.pointer("/carrier/type"),
            data.pointer("/carrier/name"),
        ))
    },
};
