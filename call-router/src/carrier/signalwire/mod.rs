//! `SignalWire`'s compatibility API: Twilio's webhooks and documents with a signing key of its own.

mod files;
mod webhook;

use super::{
    profile::{Forwarding, Profile},
    setting_names::{AccountNames, SecretNames},
    twiml::{self, Dialect},
    xml,
};

/// Where the owner's space is.
const SPACE_URL: &str = "SIGNALWIRE_SPACE_URL";
/// The project's id.
const PROJECT_ID: &str = "SIGNALWIRE_PROJECT_ID";
/// The token that the interface is asked with.
const API_TOKEN: &str = "SIGNALWIRE_API_TOKEN";

pub(super) const PROFILE: Profile = Profile {
    id: "signalwire",
    name: "SignalWire",
    verify: |request, secrets, _| webhook::verify(request, secrets),
    failed_url: twiml::failed_url,
    read: |webhook| twiml::read_either(*webhook),
    render: |document, _| twiml::render(&Dialect::TWILIO, document),
    content_type: xml::CONTENT_TYPE,
    takes_empty_documents: true,
    names_call_and_source: false,
    asks_for_repeats: "",
    asks_by_get: false,
    forwarding: Forwarding::USUAL,
    quirks: &[],
    secrets: SecretNames::One("SIGNALWIRE_SIGNING_KEY"),
    account: AccountNames {
        api_url: Some(SPACE_URL),
        id: Some(PROJECT_ID),
        secret: Some(API_TOKEN),
        ..AccountNames::NONE
    },
    recordings: Some(files::RECORDINGS),
    call_status: Some(files::call_status),
    lookup: None,
};
