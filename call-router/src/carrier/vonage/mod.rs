//! Vonage's Voice API: JSON webhooks signed by a JSON Web Token, NCCO documents.

mod application;
mod document;
mod files;
mod webhook;

pub use application::{Application, signed_token};

use super::{
    json,
    profile::{Forwarding, Profile, Quirk},
    setting_names::{AccountNames, SecretNames},
};

/// The id of the owner's application.
const APPLICATION_ID: &str = "VONAGE_APPLICATION_ID";
/// Its private key.
const PRIVATE_KEY: &str = "VONAGE_PRIVATE_KEY";

pub(super) const PROFILE: Profile = Profile {
    id: "vonage",
    name: "Vonage",
    verify: webhook::verify,
    failed_url: webhook::failed_url,
    read: webhook::read,
    render: |document, _| document::render(document),
    content_type: json::CONTENT_TYPE,
    // An empty NCCO would be the end of the call.
    takes_empty_documents: false,
    names_call_and_source: false,
    asks_for_repeats: "",
    asks_by_get: true,
    // Vonage shows only numbers of the account, and an NCCO has no word for letting a leg go.
    forwarding: Forwarding { shows_callers_number: false, lets_business_decline: false, ..Forwarding::USUAL },
    quirks: &[
        Quirk::RingsOneAtATime,
        Quirk::EndsWithTheBusiness,
        Quirk::AnswersWhatIsRefused,
        Quirk::TellsStatusesToDial,
    ],
    secrets: SecretNames::One("VONAGE_SIGNATURE_SECRET"),
    account: AccountNames {
        api_url: Some("VONAGE_API_URL"),
        id: Some(APPLICATION_ID),
        secret: Some(PRIVATE_KEY),
        ..AccountNames::NONE
    },
    recordings: Some(files::RECORDINGS),
    call_status: None,
    lookup: None,
};
