//! What the pages show, as snapshots: read the difference before you take one over.

use askama::Template;
use dni_core::id::SiteId;
use dni_core::time::Millis;
use edge_core::account::principal::Principal;
use edge_core::account::role::Role;
use edge_core::account::site_selection::SiteSelection;
use edge_core::call::record::{CallRecord, TranscriptRecord};

use super::account::AccountPage;
use super::call::CallPage;
use super::call_log::CallLogPage;
use super::sign_in::{JoinPage, JoinedPage, SignInPage};
use super::{NoCallPage, ProblemPage, WelcomePage};
use crate::http::problem::Problem;
use crate::store::d1::sessions::ListedSession;

/// An answered call with all that can be known of one.
const FULL: &str = include_str!("../../tests/fixtures/call.json");
/// What was said in it.
const WORDS: &str = include_str!("../../tests/fixtures/transcript.json");

fn full() -> CallRecord {
    serde_json::from_str(FULL).unwrap()
}

/// A call of which hardly anything is known: the number withheld, the pool not asked, nobody has answered yet.
fn bare() -> CallRecord {
    let mut call: serde_json::Value = serde_json::from_str(FULL).unwrap();
    let fields = call.as_object_mut().unwrap();
    for (name, value) in fields.iter_mut() {
        let is_needed =
            matches!(name.as_str(), "id" | "carrier" | "carrier_call_id" | "direction" | "start_time" | "updated_at");
        if !is_needed {
            *value = match value {
                serde_json::Value::Array(_) => serde_json::json!([]),
                serde_json::Value::Bool(_) => false.into(),
                _ => serde_json::Value::Null,
            };
        }
    }
    fields.insert("talk_time".to_owned(), 0.into());
    fields.insert("outcome".to_owned(), "in_progress".into());
    fields.insert("milestones".to_owned(), serde_json::json!({ "first_touch": null, "last_touch": null }));
    let pending = serde_json::json!({
        "state": "pending", "reason": null, "rule": null, "evidence": null, "candidates": [],
        "explanation": "Whom the call belongs to could not be asked yet; it is asked again.",
    });
    fields.insert("attribution".to_owned(), pending);
    serde_json::from_value(call).unwrap()
}

/// A call whose texts, which strangers choose, are markup.
fn hostile() -> CallRecord {
    let mut call = full();
    let markup = || "<script>alert(1)</script>\"'&".to_owned();
    call.customer_name = Some(dni_core::pii::Pii::new(markup()));
    call.site_name = Some(markup());
    call.source = Some(markup());
    call.campaign = Some(markup());
    call.keywords = Some(markup());
    call.landing_page_url = Some("https://harbor.example/<script>alert(1)</script>".to_owned());
    call.call_summary = Some(dni_core::pii::Pii::new(markup()));
    call
}

fn check(name: &str, page: &impl Template) {
    let html = page.render().unwrap();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../../tests/snapshots" }, {
        insta::assert_snapshot!(name, html);
    });
}

#[test]
fn the_call_log() {
    check("call_log", &CallLogPage::of([full(), bare()].into_iter()));
    check("call_log_empty", &CallLogPage::of(std::iter::empty()));
}

#[test]
fn the_page_of_a_call() {
    let words: TranscriptRecord = serde_json::from_str(WORDS).unwrap();
    check("call", &CallPage::of(&full(), &words));
    check("call_bare", &CallPage::of(&bare(), &TranscriptRecord::default()));
}

#[test]
fn pages_without_a_call() {
    check("sign_in", &SignInPage { wrong_key: false, to: "/console".to_owned() });
    check("sign_in_wrong_key", &SignInPage { wrong_key: true, to: "/console/calls/CAL0?a=\"b\"&c".to_owned() });
    check("no_call", &NoCallPage);
    check("welcome", &WelcomePage);
    check("no_such_page", &ProblemPage::of(&Problem::NoSuchRoute));
    check("not_set_up", &ProblemPage::of(&Problem::NotSetUp("API_KEY")));
}

#[test]
fn pages_of_members() {
    check("join", &JoinPage { wrong_invitation: false });
    check("join_wrong_invitation", &JoinPage { wrong_invitation: true });
    check("joined", &JoinedPage { name: "Ann <b>", key: "dni_login_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc" });
    let at = Millis::from_unix_ms(1_795_381_200_000);
    let session = |id: &str, by: &str| ListedSession {
        id: id.to_owned(),
        signed_in_by: by.to_owned(),
        browser: "Firefox <script>".to_owned(),
        began_at: at,
        seen_at: at,
    };
    let sites = SiteSelection::Listed([SiteId::parse("harbor").unwrap(), SiteId::parse("valley").unwrap()].into());
    let ann = Principal::member("MEM1".to_owned(), "Ann <b>".to_owned(), Role::Editor, sites);
    let sessions = vec![session("SES1", "sign_in_key"), session("SES2", "access")];
    check("account", &AccountPage::of(&ann, sessions, Some("SES1")));
    check("account_by_key", &AccountPage::of(&Principal::deployment(), Vec::new(), None));
}

#[test]
fn what_strangers_write_is_never_markup() {
    let pages = [
        CallLogPage::of([hostile()].into_iter()).render(),
        CallPage::of(&hostile(), &TranscriptRecord::default()).render(),
    ];
    for page in pages {
        let html = page.unwrap();
        assert!(html.contains("alert(1)"));
        assert!(!html.contains("<script"), "{html}");
    }
}
