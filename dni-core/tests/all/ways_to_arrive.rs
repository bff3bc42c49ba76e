//! What the call log says of each way to arrive: addresses as the ad systems write them.

use dni_core::time::Millis;
use dni_core::visit::{Arrival, PageUrl, classify};

#[test]
fn each_way_to_arrive_has_its_source_and_channel() {
    let cases = [
        (
            "Google Ads",
            "/emergency.html?utm_source=google&utm_medium=cpc&utm_campaign=furnace-repair-chicago\
             &utm_term=emergency+furnace+repair&utm_content=headline-b&gclid=Cj0KCQ-abcBwE_",
            "https://www.google.com/",
            ["google", "cpc", "Paid Search", "gclid"],
            [Some("furnace-repair-chicago"), Some("emergency furnace repair"), Some("headline-b")],
        ),
        (
            "Facebook Ads",
            "/services.html?utm_source=facebook&utm_medium=paid_social&utm_campaign=spring-tune-up\
             &utm_content=carousel-family&fbclid=IwY2xjaw_aem_x",
            "https://l.facebook.com/",
            ["facebook", "paid_social", "Paid Social", "fbclid"],
            [Some("spring-tune-up"), None, Some("carousel-family")],
        ),
        (
            "Microsoft Ads on Bing",
            "/services.html?utm_source=bing&utm_medium=cpc&utm_campaign=heat-pumps-il\
             &utm_term=heat+pump+installation&msclkid=0123456789abcdef0123456789abcdef",
            "https://www.bing.com/",
            ["bing", "cpc", "Paid Search", "msclkid"],
            [Some("heat-pumps-il"), Some("heat pump installation"), None],
        ),
        (
            "the newsletter",
            "/contact.html?utm_source=newsletter&utm_medium=email&utm_campaign=october-check-up&utm_content=button-top",
            "",
            ["newsletter", "email", "Email", ""],
            [Some("october-check-up"), None, Some("button-top")],
        ),
        ("a search result", "/", "https://www.google.com/", ["google", "organic", "Organic Search", ""], [None; 3]),
        ("nowhere", "/", "", ["(direct)", "(none)", "Direct", ""], [None; 3]),
    ];
    for (from, landing, referrer, [source, medium, channel, click_id], of_campaign) in cases {
        let found = classify(
            &Arrival {
                at: Millis::from_unix_ms(1_790_000_000_000),
                url: PageUrl::from_serialized(&format!("https://harbor.example{landing}")),
                referrer: PageUrl::from_serialized(referrer),
            },
            &[],
        );
        let clicked = found.campaign.click_ids.first().map_or("", |id| id.kind.name());
        assert_eq!(
            [found.source.as_str(), found.medium.as_str(), found.channel_name, clicked],
            [source, medium, channel, click_id],
            "{from}"
        );
        let campaign = [&found.campaign.campaign, &found.campaign.term, &found.campaign.content];
        assert_eq!(campaign.map(|value| value.as_deref()), of_campaign, "{from}");
        assert_eq!(found.referrer.as_str(), referrer, "{from}");
        assert!(found.landing.as_str().ends_with(landing), "{from}");
    }
}
