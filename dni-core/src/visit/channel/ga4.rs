//! GA4's default channel group for manual traffic: the first rule that matches decides.
//!
//! The published conditions are regular expressions over short values. Each is a predicate here, because a regex engine
//! would be larger than the rest of the core; the tests hold each against its expression.

use super::{Channel, ChannelRule};
use crate::visit::ReferrerKind;

/// Classifies by source, medium and campaign, all without regard to case. `site` is what kind of place the source is.
pub(super) fn classify(
    source: &str,
    medium: &str,
    campaign: &str,
    site: Option<ReferrerKind>,
) -> (Channel, ChannelRule) {
    use ChannelRule as Rule;
    let [source, medium, campaign] = [source, medium, campaign].map(str::to_ascii_lowercase);
    let paid = is_paid(&medium);
    let shop = speaks_of_shop(&campaign);
    let is = |kind| site == Some(kind);
    let rules = [
        (is_direct(&source, &medium), Channel::Direct, Rule::NoSource),
        (campaign.contains("cross-network"), Channel::CrossNetwork, Rule::CrossNetworkCampaign),
        (paid && is(ReferrerKind::Shopping), Channel::PaidShopping, Rule::PaidShoppingSite),
        (paid && shop, Channel::PaidShopping, Rule::PaidShoppingCampaign),
        (paid && is(ReferrerKind::Search), Channel::PaidSearch, Rule::PaidSearchSite),
        (paid && is(ReferrerKind::Social), Channel::PaidSocial, Rule::PaidSocialSite),
        (paid && is(ReferrerKind::Video), Channel::PaidVideo, Rule::PaidVideoSite),
        // Before other paid media, for `cpm` is one of both; after the sites, where `cpm` is the site's paid channel.
        (is_display(&medium), Channel::Display, Rule::DisplayMedium),
        (paid, Channel::PaidOther, Rule::PaidMedium),
        (is(ReferrerKind::Shopping), Channel::OrganicShopping, Rule::ShoppingSite),
        (shop, Channel::OrganicShopping, Rule::ShoppingCampaign),
        (is(ReferrerKind::Social), Channel::OrganicSocial, Rule::SocialSite),
        (is_social(&medium), Channel::OrganicSocial, Rule::SocialMedium),
        (is(ReferrerKind::Video), Channel::OrganicVideo, Rule::VideoSite),
        (is_video(&medium), Channel::OrganicVideo, Rule::VideoMedium),
        (is(ReferrerKind::Search), Channel::OrganicSearch, Rule::SearchSite),
        (medium == "organic", Channel::OrganicSearch, Rule::OrganicMedium),
        (is_referral(&medium), Channel::Referral, Rule::ReferralMedium),
        (is_email(&source) || is_email(&medium), Channel::Email, Rule::EmailName),
        (medium == "affiliate", Channel::Affiliates, Rule::AffiliateMedium),
        (medium == "audio", Channel::Audio, Rule::AudioMedium),
        (source == "sms" || medium == "sms", Channel::Sms, Rule::SmsName),
        (is_push(&medium) || source == "firebase", Channel::MobilePush, Rule::PushName),
    ];
    let first = rules.into_iter().find(|(matches, ..)| *matches);
    first.map_or((Channel::Unassigned, Rule::NoRule), |(_, channel, rule)| (channel, rule))
}

/// Says whether a rule goes by this medium: then it says what the visit was, paid or not.
pub(super) fn knows_medium(medium: &str) -> bool {
    classify("", medium, "", None).0 != Channel::Unassigned
}

fn is_direct(source: &str, medium: &str) -> bool {
    source == "(direct)" && matches!(medium, "(none)" | "(not set)")
}

/// `^(.*cp.*|ppc|retargeting|paid.*)$`
fn is_paid(medium: &str) -> bool {
    medium.contains("cp") || medium == "ppc" || medium == "retargeting" || medium.starts_with("paid")
}

/// `^(.*(([^a-df-z]|^)shop|shopping).*)$`: a shop of its own or an `eshop`, but no `workshop`.
fn speaks_of_shop(campaign: &str) -> bool {
    campaign.contains("shopping")
        || campaign.match_indices("shop").any(|(at, _)| {
            let before = campaign.get(..at).and_then(|text| text.chars().next_back());
            before.is_none_or(|before| before == 'e' || !before.is_ascii_lowercase())
        })
}

fn is_display(medium: &str) -> bool {
    matches!(medium, "display" | "banner" | "expandable" | "interstitial" | "cpm")
}

fn is_social(medium: &str) -> bool {
    matches!(medium, "social" | "social-network" | "social-media" | "sm" | "social network" | "social media")
}

/// `^(.*video.*)$`
fn is_video(medium: &str) -> bool {
    medium.contains("video")
}

fn is_referral(medium: &str) -> bool {
    matches!(medium, "referral" | "app" | "link")
}

/// `email|e-mail|e_mail|e mail`
fn is_email(name: &str) -> bool {
    matches!(name, "email" | "e-mail" | "e_mail" | "e mail")
}

/// Ends in `push`, or contains `mobile` or `notification`.
fn is_push(medium: &str) -> bool {
    medium.ends_with("push") || medium.contains("mobile") || medium.contains("notification")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::site;
    use super::*;

    #[test]
    fn rules_in_their_order() {
        use Channel as C;
        use ChannelRule as R;
        let cases = [
            ("(direct)", "(none)", "", C::Direct, R::NoSource),
            ("(direct)", "(not set)", "", C::Direct, R::NoSource),
            ("(Direct)", "(None)", "cross-network", C::Direct, R::NoSource),
            ("(direct)", "", "", C::Unassigned, R::NoRule),
            ("direct", "(none)", "", C::Unassigned, R::NoRule),
            ("(direct)", "email", "", C::Email, R::EmailName),
            ("google", "cpc", "PMax Cross-Network 1", C::CrossNetwork, R::CrossNetworkCampaign),
            ("google", "cpc", "cross network", C::PaidSearch, R::PaidSearchSite),
            ("amazon", "cpc", "", C::PaidShopping, R::PaidShoppingSite),
            ("amazon.com", "cpm", "", C::PaidShopping, R::PaidShoppingSite),
            ("google", "cpc", "shopping", C::PaidShopping, R::PaidShoppingCampaign),
            ("google", "cpc", "workshop", C::PaidSearch, R::PaidSearchSite),
            ("facebook", "ppc", "eshop", C::PaidShopping, R::PaidShoppingCampaign),
            ("google", "cpc", "", C::PaidSearch, R::PaidSearchSite),
            ("Google", "CPC", "", C::PaidSearch, R::PaidSearchSite),
            ("bing", "ppc", "", C::PaidSearch, R::PaidSearchSite),
            ("google", "retargeting", "", C::PaidSearch, R::PaidSearchSite),
            ("google", "cpm", "", C::PaidSearch, R::PaidSearchSite),
            ("facebook", "cpm", "", C::PaidSocial, R::PaidSocialSite),
            ("fb", "paid_social", "", C::PaidSocial, R::PaidSocialSite),
            ("youtube", "cpv", "", C::PaidVideo, R::PaidVideoSite),
            ("youtube", "cpm", "", C::PaidVideo, R::PaidVideoSite),
            ("news.example", "cpm", "", C::Display, R::DisplayMedium),
            ("google", "display", "", C::Display, R::DisplayMedium),
            ("facebook", "banner", "", C::Display, R::DisplayMedium),
            ("x.example", "Interstitial", "", C::Display, R::DisplayMedium),
            ("x.example", "expandable", "", C::Display, R::DisplayMedium),
            ("x.example", "displays", "", C::Unassigned, R::NoRule),
            ("news.example", "cpc", "", C::PaidOther, R::PaidMedium),
            ("x.example", "paid-video", "", C::PaidOther, R::PaidMedium),
            ("x.example", "scope", "", C::Unassigned, R::NoRule),
            ("x.example", "tcp", "", C::PaidOther, R::PaidMedium),
            ("etsy", "referral", "", C::OrganicShopping, R::ShoppingSite),
            ("x.example", "email", "Shop now", C::OrganicShopping, R::ShoppingCampaign),
            ("facebook", "referral", "", C::OrganicSocial, R::SocialSite),
            ("facebook", "organic", "", C::OrganicSocial, R::SocialSite),
            ("facebook", "email", "", C::OrganicSocial, R::SocialSite),
            ("x.example", "social", "", C::OrganicSocial, R::SocialMedium),
            ("x.example", "Social Media", "", C::OrganicSocial, R::SocialMedium),
            ("x.example", "sm", "", C::OrganicSocial, R::SocialMedium),
            ("x.example", "socials", "", C::Unassigned, R::NoRule),
            ("youtube", "social", "", C::OrganicSocial, R::SocialMedium),
            ("youtube", "referral", "", C::OrganicVideo, R::VideoSite),
            ("google", "my-video-ad", "", C::OrganicVideo, R::VideoMedium),
            ("google", "", "", C::OrganicSearch, R::SearchSite),
            ("google", "email", "", C::OrganicSearch, R::SearchSite),
            ("google", "referral", "", C::OrganicSearch, R::SearchSite),
            ("x.example", "organic", "", C::OrganicSearch, R::OrganicMedium),
            ("x.example", "referral", "", C::Referral, R::ReferralMedium),
            ("x.example", "app", "", C::Referral, R::ReferralMedium),
            ("x.example", "link", "", C::Referral, R::ReferralMedium),
            ("email", "referral", "", C::Referral, R::ReferralMedium),
            ("email", "", "", C::Email, R::EmailName),
            ("x.example", "E-Mail", "", C::Email, R::EmailName),
            ("x.example", "e_mail", "", C::Email, R::EmailName),
            ("x.example", "e mail", "", C::Email, R::EmailName),
            ("x.example", "emails", "", C::Unassigned, R::NoRule),
            ("x.example", "affiliate", "", C::Affiliates, R::AffiliateMedium),
            ("x.example", "affiliates", "", C::Unassigned, R::NoRule),
            ("x.example", "audio", "", C::Audio, R::AudioMedium),
            ("sms", "", "", C::Sms, R::SmsName),
            ("x.example", "SMS", "", C::Sms, R::SmsName),
            ("x.example", "web-push", "", C::MobilePush, R::PushName),
            ("x.example", "pushed", "", C::Unassigned, R::NoRule),
            ("x.example", "mobile_app", "", C::MobilePush, R::PushName),
            ("x.example", "notifications", "", C::MobilePush, R::PushName),
            ("firebase", "x", "", C::MobilePush, R::PushName),
            ("", "", "", C::Unassigned, R::NoRule),
        ];
        for (source, medium, campaign, channel, rule) in cases {
            check(source, medium, campaign, (channel, rule));
        }
    }

    fn check(source: &str, medium: &str, campaign: &str, found: (Channel, ChannelRule)) {
        assert_eq!(classify(source, medium, campaign, site::of(source)), found, "{source} / {medium} / {campaign}");
    }

    #[test]
    fn predicates_refuse_what_their_expressions_refuse() {
        /// Expression, its predicate, values that match, values that do not.
        type Case<'a> = (&'a str, fn(&str) -> bool, &'a [&'a str], &'a [&'a str]);
        let cases: &[Case] = &[
            (
                "^(.*cp.*|ppc|retargeting|paid.*)$",
                is_paid,
                &[
                    "cpc",
                    "cpm",
                    "cpa",
                    "cp",
                    "xcpx",
                    "tcp/ip",
                    "ppc",
                    "retargeting",
                    "paid",
                    "paidsearch",
                    "paid social",
                ],
                &["", "p", "pc", "xppc", "ppcs", "retarget", "retargetings", "prepaid", "unpaid", "c p", "organic"],
            ),
            (
                "^(.*(([^a-df-z]|^)shop|shopping).*)$",
                speaks_of_shop,
                &[
                    "shop",
                    "shops",
                    "shopping",
                    "eshop",
                    "my shop",
                    "my-shop",
                    "1shop",
                    "windowshopping",
                    "workshop shop",
                    "üshop",
                    "(shop)",
                    "shopshop",
                    "e-shop",
                    "workshopping",
                    "eeshop",
                    "_shop_",
                ],
                &[
                    "",
                    "sho",
                    "workshop",
                    "workshops",
                    "bishop",
                    "ashop",
                    "dshop",
                    "fshop",
                    "zshop",
                    "photoshop",
                    "sh op",
                ],
            ),
            ("^(.*video.*)$", is_video, &["video", "videos", "my video ad"], &["", "vide", "vid eo"]),
            (
                "^(email|e-mail|e_mail|e mail)$",
                is_email,
                &["email", "e-mail", "e_mail", "e mail"],
                &["", "mail", "e--mail", "emails"],
            ),
            (
                "^(.*push|.*mobile.*|.*notification.*)$",
                is_push,
                &["push", "webpush", "mobile", "automobiles", "a notification"],
                &["", "pushy", "mobil", "notify"],
            ),
        ];
        for (expression, predicate, matching, others) in cases {
            for value in *matching {
                assert!(predicate(value), "{expression} matches {value:?}");
            }
            for value in *others {
                assert!(!predicate(value), "{expression} does not match {value:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn paid_media_are_those_of_the_expression(medium in "(.*cp.*|ppc|retargeting|paid.*)") {
            prop_assert!(is_paid(&medium));
        }

        #[test]
        fn shop_campaigns_are_those_of_the_expression(campaign in "(.*[^a-df-z]shop.*|shop.*|.*shopping.*)") {
            prop_assert!(speaks_of_shop(&campaign));
        }

        #[test]
        fn a_shop_behind_another_letter_is_none(campaign in "([a-gi-z ]{0,6}[a-df-z]shop){0,3}[a-gi-z ]{0,6}") {
            prop_assert!(!speaks_of_shop(&campaign));
        }

        #[test]
        fn case_changes_nothing(source in "[a-z.()]{0,9}", medium in "[a-z _-]{0,9}|cpm|social|email", campaign in "[a-z -]{0,9}|my shop") {
            let shout = classify(&source.to_uppercase(), &medium.to_uppercase(), &campaign.to_uppercase(), None);
            prop_assert_eq!(classify(&source, &medium, &campaign, None), shout);
        }

        #[test]
        fn any_text_is_classified(source in "\\PC{0,20}", medium in "\\PC{0,20}", campaign in "\\PC{0,20}") {
            let (channel, rule) = classify(&source, &medium, &campaign, site::of(&source));
            prop_assert_eq!(channel == Channel::Unassigned, rule == ChannelRule::NoRule);
        }
    }
}
