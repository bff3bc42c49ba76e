//! Bandwidth's Programmable Voice: JSON webhooks with Basic authentication, BXML documents.

mod document;
mod files;
mod webhook;

use super::{
    profile::{Forwarding, Profile, Quirk},
    setting_names::{AccountNames, SecretNames},
    xml,
};

/// The account's id.
const ACCOUNT_ID: &str = "BANDWIDTH_ACCOUNT_ID";
/// The user that the interface is asked as.
const API_USERNAME: &str = "BANDWIDTH_API_USERNAME";
/// Its password.
const API_PASSWORD: &str = "BANDWIDTH_API_PASSWORD";

pub(super) const PROFILE: Profile = Profile {
    id: "bandwidth",
    name: "Bandwidth",
    verify: |request, secrets, _| webhook::verify(request, secrets),
    failed_url: |_| None,
    read: |webhook| webhook::read(webhook.hook, webhook.query, webhook.body, webhook.at),
    render: document::render,
    content_type: xml::CONTENT_TYPE,
    takes_empty_documents: true,
    names_call_and_source: false,
    asks_for_repeats: "",
    asks_by_get: false,
    // Its word for how a forward ended is `hangup` in both cases, and it follows a `<Redirect>` on the leg before it bridges
    // (dev.bandwidth.com/docs/voice/webhooks/transferAnswer). Twilio, Plivo and jambonz tell who was bridged. Of SignalWire
    // and Telnyx nothing is written about a `<Redirect>` there, and a call that is not connected is worse than one that is
    // called answered.
    forwarding: Forwarding { asks_before_connecting: true, dials_extensions: false, ..Forwarding::USUAL },
    quirks: &[Quirk::AnswersWhatIsRefused],
    secrets: SecretNames::Login("BANDWIDTH_USERNAME", "BANDWIDTH_PASSWORD"),
    account: AccountNames {
        id: Some(ACCOUNT_ID),
        user: Some(API_USERNAME),
        secret: Some(API_PASSWORD),
        ..AccountNames::NONE
    },
    recordings: Some(files::RECORDINGS),
    call_status: None,
    lookup: None,
};
