//! Any two texts as landing page and referrer: first line and the rest.

use dni_core::time::Millis;
use dni_core::visit::{Arrival, Classified, History, PageUrl, Touch, classify};

/// Longest address kept, in bytes.
const MAX_URL: usize = 4096;
/// Longest campaign value.
const MAX_VALUE: usize = 255;
/// Longest click id.
const MAX_CLICK_ID: usize = 512;

/// Tries one input; panics if it breaks what is promised.
pub fn try_input(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (landing, referrer) = text.split_once('\n').unwrap_or((&text, ""));
    for read in [PageUrl::from_serialized, PageUrl::parse] {
        let arrival = Arrival { at: Millis::from_unix_ms(1_790_000_000_000), url: read(landing), referrer: read(referrer) };
        for url in [&arrival.url, &arrival.referrer] {
            check_url(url);
        }
        let found = classify(&arrival, &[]);
        assert_eq!(found, classify(&arrival, &[]), "the same arrival is read the same");
        check_bounds(&found);
        check_touch(&arrival, &found);
        check_history(arrival);
    }
}

fn check_url(url: &PageUrl) {
    assert!(url.as_str().len() <= MAX_URL);
    assert_eq!(PageUrl::from_serialized(url.as_str()), *url, "what was kept is kept again");
    assert!(url.as_str().contains(url.host()) && url.host().starts_with(url.host_name()));
    assert!(url.as_str().contains(url.path()));
    let json = serde_json::to_string(url).unwrap();
    assert_eq!(serde_json::from_str::<PageUrl>(&json).unwrap(), *url);
}

fn check_bounds(found: &Classified) {
    let campaign = &found.campaign;
    for value in [&campaign.source, &campaign.medium, &campaign.campaign, &campaign.term, &campaign.content].into_iter().flatten() {
        assert!(!value.is_empty() && value.len() <= MAX_VALUE, "{value:?}");
    }
    assert!(found.source.len() <= MAX_URL && !found.source.is_empty());
    assert!(!found.medium.is_empty() && found.medium.len() <= MAX_VALUE);
    assert!(campaign.click_ids.len() <= 8 && found.marks.len() <= 24);
    for (place, id) in campaign.click_ids.iter().enumerate() {
        assert!(!id.value.is_empty() && id.value.len() <= MAX_CLICK_ID);
        assert!(campaign.click_ids.iter().skip(place + 1).all(|other| other.kind != id.kind), "each kind once");
        assert_eq!(campaign.click_id(id.kind.name()), Some(id.value.as_str()));
    }
    assert!(found.search_term.as_ref().is_none_or(|term| term.len() <= MAX_URL));
    assert_eq!(found.is_paid, found.channel.is_paid());
}

/// The short reading and the full one agree about the same landing page, and a touch survives its own JSON.
fn check_touch(arrival: &Arrival, found: &Classified) {
    let arrival = &Arrival { url: found.landing.clone(), referrer: found.referrer.clone(), at: arrival.at };
    let touch = Touch::read(arrival, &[]);
    assert_eq!((&touch.source, &touch.medium, touch.rule), (&found.source, &found.medium, found.touch_rule));
    let json = serde_json::to_string(&touch).unwrap();
    assert_eq!(serde_json::from_str::<Touch>(&json).unwrap(), touch);
}

/// The first arrival is a touch, the same again is none.
fn check_history(arrival: Arrival) {
    let mut history = History::default();
    assert!(history.arrive(arrival.clone(), &[]));
    let again = Arrival { at: Millis::from_unix_ms(arrival.at.unix_ms() + 1), ..arrival };
    assert!(!history.arrive(again, &[]), "a reload of the landing page is no touch");
    assert_eq!(history.touches.len(), 1);
}
