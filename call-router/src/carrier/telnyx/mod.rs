//! Telnyx's `TeXML` applications: Twilio's webhooks and documents, signed with Ed25519.

mod document;
mod files;
mod lookup;
mod webhook;

use super::{
    profile::{Forwarding, Profile},
    setting_names::{AccountNames, SecretNames},
    twiml, xml,
};

/// The key that the interface is asked with.
const API_KEY: &str = "TELNYX_API_KEY";

pub(super) const PROFILE: Profile = Profile {
    id: "telnyx",
    name: "Telnyx",
    verify: webhook::verify,
    failed_url: twiml::failed_url,
    read: |webhook| twiml::read_either(*webhook),
    render: |document, _| twiml::render(&document::DIALECT, document),
    content_type: xml::CONTENT_TYPE,
    takes_empty_documents: true,
    names_call_and_source: false,
    asks_for_repeats: "",
    asks_by_get: false,
    forwarding: Forwarding::USUAL,
    quirks: &[],
    secrets: SecretNames::One("TELNYX_PUBLIC_KEY"),
    account: AccountNames { api_url: Some("TELNYX_API_URL"), secret: Some(API_KEY), ..AccountNames::NONE },
    recordings: Some(files::RECORDINGS),
    call_status: None,
    lookup: Some(lookup::LOOKUP),
};
