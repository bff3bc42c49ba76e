//! What says which calls are wanted, for the description of the API. They are read by `edge_core::api::CallFilter`.

use utoipa::IntoParams;

/// Which calls are wanted: of several conditions, those that meet all.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what is read elsewhere")]
pub struct FilterParameters {
    /// only calls of this site
    site: Option<String>,
    /// only calls with this outcome: `in_progress`, answered, missed, voicemail, abandoned
    outcome: Option<String>,
    /// only calls from this source
    source: Option<String>,
    /// only calls by this medium
    medium: Option<String>,
    /// only calls in this channel, under the name of the reports: Paid Search
    channel: Option<String>,
    /// only calls with this campaign
    campaign: Option<String>,
    /// only calls with this keyword
    keywords: Option<String>,
    /// only calls of visitors who arrived on this page, whatever stood behind its question mark
    landing_page_url: Option<String>,
    /// only calls to this number
    tracking_phone_number: Option<String>,
    /// only calls from this number
    customer_phone_number: Option<String>,
    /// only first calls of a caller to the site, or only others
    first_call: Option<bool>,
    /// only calls that reach the site's threshold of risk, or only others
    flagged_as_spam: Option<bool>,
    /// only calls with a recording that can be heard, or only others
    has_recording: Option<bool>,
    /// only calls with this state of attribution: attributed, unattributed, ambiguous, pending
    attribution: Option<String>,
    /// only calls with this tag, be it the flow's or the summary's
    tag: Option<String>,
    /// only calls that somebody said to be `good_lead`, `not_a_lead`, or `not_scored` for all others
    lead_status: Option<String>,
    /// only calls that somebody said to be spam, or only others
    spam: Option<bool>,
    /// only calls with these words in number, name, note, transcript, summary or landing page
    search: Option<String>,
    /// the least risk, 0 to 100
    min_risk_score: Option<u64>,
    /// the highest risk
    max_risk_score: Option<u64>,
    /// the least seconds
    min_duration: Option<u64>,
    /// the most seconds
    max_duration: Option<u64>,
    /// begun at or after: a day in the time zone, or an instant in ISO 8601 with its offset
    start_date: Option<String>,
    /// begun before the instant, or on the day at the latest
    end_date: Option<String>,
    /// changed at or after
    updated_since: Option<String>,
    /// in which days are meant; the site's if it is not given
    time_zone: Option<String>,
}
