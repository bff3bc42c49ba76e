//! Plivo's Voice API: form webhooks signed with HMAC-SHA256, Plivo XML documents.

mod document;
mod files;
mod webhook;

use super::{
    profile::{Forwarding, Profile},
    setting_names::{AccountNames, SecretNames},
    xml,
};

/// The account's id.
const AUTH_ID: &str = "PLIVO_AUTH_ID";
/// The secret that signs webhooks, and that the interface is asked with.
const AUTH_TOKEN: &str = "PLIVO_AUTH_TOKEN";

pub(super) const PROFILE: Profile = Profile {
    id: "plivo",
    name: "Plivo",
    verify: |request, secrets, _| webhook::verify(request, secrets),
    failed_url: |_| None,
    read: |webhook| webhook::read(webhook.hook, webhook.query, webhook.body, webhook.at),
    render: |document, _| document::render(document),
    content_type: xml::CONTENT_TYPE,
    takes_empty_documents: true,
    names_call_and_source: false,
    asks_for_repeats: "",
    asks_by_get: false,
    forwarding: Forwarding::USUAL,
    quirks: &[],
    secrets: SecretNames::One(AUTH_TOKEN),
    account: AccountNames { id: Some(AUTH_ID), secret: Some(AUTH_TOKEN), ..AccountNames::NONE },
    recordings: Some(files::RECORDINGS),
    call_status: None,
    lookup: None,
};
