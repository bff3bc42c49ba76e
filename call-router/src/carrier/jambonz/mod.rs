//! jambonz, the open telephone server: JSON webhooks signed with HMAC-SHA256, documents of verbs.

mod document;
mod webhook;

use super::{
    json,
    profile::{Forwarding, Profile, Quirk},
    setting_names::{AccountNames, SecretNames},
};

pub(super) const PROFILE: Profile = Profile {
    id: "jambonz",
    name: "jambonz",
    verify: webhook::verify,
    failed_url: |_| None,
    read: |webhook| webhook::read(webhook.hook, webhook.query, webhook.body, webhook.at),
    render: |document, _| document::render(document),
    content_type: json::CONTENT_TYPE,
    takes_empty_documents: false,
    names_call_and_source: false,
    asks_for_repeats: "",
    asks_by_get: false,
    forwarding: Forwarding { dials_extensions: false, ..Forwarding::USUAL },
    quirks: &[Quirk::RecordsNothing],
    secrets: SecretNames::One("JAMBONZ_WEBHOOK_SECRET"),
    account: AccountNames::NONE,
    recordings: None,
    call_status: None,
    lookup: None,
};
