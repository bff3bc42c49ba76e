//! What kind of place a source is, by the names that campaigns and referrers give it.

use crate::visit::{PageUrl, Referrer, ReferrerKind};

/// Returns the kind of place that `source` names, if it is a known one: by a name (`fb`, `facebook`) or a host
/// (`m.facebook.com`), without regard to case.
pub(super) fn of(source: &str) -> Option<ReferrerKind> {
    let name = source.to_ascii_lowercase();
    let at = NAMES.binary_search_by_key(&name.as_str(), |(name, _)| name).ok();
    at.and_then(|at| NAMES.get(at)).map(|(_, kind)| *kind).or_else(|| known(Referrer::of_host(&name).kind))
}

/// Returns the kind of the place that a touch came from by its referrer.
pub(super) fn of_referrer(page: &PageUrl) -> Option<ReferrerKind> {
    known(Referrer::of(page).kind)
}

fn known(kind: ReferrerKind) -> Option<ReferrerKind> {
    Some(kind).filter(|kind| *kind != ReferrerKind::Other)
}

/// Names under which campaigns write well-known places, beside their hosts. Public facts: the services' own names and short
/// names; no name that is also a plain word which a campaign may use for something else. Sorted, for the search is binary.
const NAMES: &[(&str, ReferrerKind)] = &[
    ("adroll", ReferrerKind::Paid),
    ("alibaba", ReferrerKind::Shopping),
    ("aliexpress", ReferrerKind::Shopping),
    ("allegro", ReferrerKind::Shopping),
    ("alltheweb", ReferrerKind::Search),
    ("altavista", ReferrerKind::Search),
    ("amazon", ReferrerKind::Shopping),
    ("aol", ReferrerKind::Search),
    ("aol mail", ReferrerKind::Email),
    ("ask", ReferrerKind::Search),
    ("baidu", ReferrerKind::Search),
    ("bestbuy", ReferrerKind::Shopping),
    ("bilibili", ReferrerKind::Video),
    ("bing", ReferrerKind::Search),
    ("bitchute", ReferrerKind::Video),
    ("bizrate", ReferrerKind::Shopping),
    ("bluesky", ReferrerKind::Social),
    ("brave", ReferrerKind::Search),
    ("cdiscount", ReferrerKind::Shopping),
    ("chatgpt", ReferrerKind::Assistant),
    ("claude", ReferrerKind::Assistant),
    ("coccoc", ReferrerKind::Search),
    ("comcast", ReferrerKind::Search),
    ("copilot", ReferrerKind::Assistant),
    ("costco", ReferrerKind::Shopping),
    ("coupang", ReferrerKind::Shopping),
    ("criteo", ReferrerKind::Paid),
    ("dailymotion", ReferrerKind::Video),
    ("daum", ReferrerKind::Search),
    ("deepseek", ReferrerKind::Assistant),
    ("deviantart", ReferrerKind::Social),
    ("discord", ReferrerKind::Social),
    ("disneyplus", ReferrerKind::Video),
    ("dogpile", ReferrerKind::Search),
    ("douban", ReferrerKind::Social),
    ("doubao", ReferrerKind::Assistant),
    ("doubleclick", ReferrerKind::Paid),
    ("duckduckgo", ReferrerKind::Search),
    ("ebay", ReferrerKind::Shopping),
    ("ecosia", ReferrerKind::Search),
    ("etsy", ReferrerKind::Shopping),
    ("excite", ReferrerKind::Search),
    ("facebook", ReferrerKind::Social),
    ("fb", ReferrerKind::Social),
    ("flickr", ReferrerKind::Social),
    ("flipkart", ReferrerKind::Shopping),
    ("fnac", ReferrerKind::Shopping),
    ("foursquare", ReferrerKind::Social),
    ("gab", ReferrerKind::Social),
    ("gemini", ReferrerKind::Assistant),
    ("glassdoor", ReferrerKind::Social),
    ("gmail", ReferrerKind::Email),
    ("goo", ReferrerKind::Search),
    ("goodreads", ReferrerKind::Social),
    ("google", ReferrerKind::Search),
    ("google shopping", ReferrerKind::Shopping),
    ("google-shopping", ReferrerKind::Shopping),
    ("google_shopping", ReferrerKind::Shopping),
    ("grok", ReferrerKind::Assistant),
    ("groupon", ReferrerKind::Shopping),
    ("hatena", ReferrerKind::Social),
    ("hepsiburada", ReferrerKind::Shopping),
    ("homedepot", ReferrerKind::Shopping),
    ("hulu", ReferrerKind::Video),
    ("iask", ReferrerKind::Assistant),
    ("idealo", ReferrerKind::Shopping),
    ("ig", ReferrerKind::Social),
    ("igshopping", ReferrerKind::Shopping),
    ("infospace", ReferrerKind::Search),
    ("insta", ReferrerKind::Social),
    ("instagram", ReferrerKind::Social),
    ("iqiyi", ReferrerKind::Video),
    ("kagi", ReferrerKind::Search),
    ("kelkoo", ReferrerKind::Shopping),
    ("kimi", ReferrerKind::Assistant),
    ("kogan", ReferrerKind::Shopping),
    ("lazada", ReferrerKind::Shopping),
    ("lilo", ReferrerKind::Search),
    ("line", ReferrerKind::Social),
    ("linkedin", ReferrerKind::Social),
    ("livejournal", ReferrerKind::Social),
    ("lowes", ReferrerKind::Shopping),
    ("lycos", ReferrerKind::Search),
    ("mastodon", ReferrerKind::Social),
    ("meetup", ReferrerKind::Social),
    ("mercadolibre", ReferrerKind::Shopping),
    ("mercadolivre", ReferrerKind::Shopping),
    ("mercari", ReferrerKind::Shopping),
    ("messenger", ReferrerKind::Social),
    ("meta", ReferrerKind::Social),
    ("meta-ai", ReferrerKind::Assistant),
    ("metaai", ReferrerKind::Assistant),
    ("metacrawler", ReferrerKind::Search),
    ("metager", ReferrerKind::Search),
    ("mewe", ReferrerKind::Social),
    ("mgid", ReferrerKind::Paid),
    ("mixi", ReferrerKind::Social),
    ("mojeek", ReferrerKind::Search),
    ("msn", ReferrerKind::Search),
    ("myspace", ReferrerKind::Social),
    ("naver", ReferrerKind::Search),
    ("netflix", ReferrerKind::Video),
    ("newegg", ReferrerKind::Shopping),
    ("nextag", ReferrerKind::Shopping),
    ("nextdoor", ReferrerKind::Social),
    ("nicovideo", ReferrerKind::Video),
    ("notebooklm", ReferrerKind::Assistant),
    ("odnoklassniki", ReferrerKind::Social),
    ("odysee", ReferrerKind::Video),
    ("openai", ReferrerKind::Assistant),
    ("otto", ReferrerKind::Shopping),
    ("outbrain", ReferrerKind::Paid),
    ("outlook", ReferrerKind::Email),
    ("overstock", ReferrerKind::Shopping),
    ("ozon", ReferrerKind::Shopping),
    ("perplexity", ReferrerKind::Assistant),
    ("petalsearch", ReferrerKind::Search),
    ("phind", ReferrerKind::Assistant),
    ("pinterest", ReferrerKind::Social),
    ("poe", ReferrerKind::Assistant),
    ("poshmark", ReferrerKind::Shopping),
    ("presearch", ReferrerKind::Search),
    ("pricegrabber", ReferrerKind::Shopping),
    ("pricerunner", ReferrerKind::Shopping),
    ("quora", ReferrerKind::Social),
    ("qwant", ReferrerKind::Search),
    ("qwen", ReferrerKind::Assistant),
    ("qzone", ReferrerKind::Social),
    ("rambler", ReferrerKind::Search),
    ("reddit", ReferrerKind::Social),
    ("renren", ReferrerKind::Social),
    ("revcontent", ReferrerKind::Paid),
    ("rumble", ReferrerKind::Video),
    ("rutube", ReferrerKind::Video),
    ("seznam", ReferrerKind::Search),
    ("shein", ReferrerKind::Shopping),
    ("shopee", ReferrerKind::Shopping),
    ("shopify", ReferrerKind::Shopping),
    ("shopzilla", ReferrerKind::Shopping),
    ("snap", ReferrerKind::Social),
    ("snapchat", ReferrerKind::Social),
    ("sogou", ReferrerKind::Search),
    ("stackadapt", ReferrerKind::Paid),
    ("stackexchange", ReferrerKind::Social),
    ("stackoverflow", ReferrerKind::Social),
    ("startpage", ReferrerKind::Search),
    ("substack", ReferrerKind::Social),
    ("swarm", ReferrerKind::Social),
    ("swisscows", ReferrerKind::Search),
    ("taboola", ReferrerKind::Paid),
    ("takealot", ReferrerKind::Shopping),
    ("taobao", ReferrerKind::Shopping),
    ("teads", ReferrerKind::Paid),
    ("telegram", ReferrerKind::Social),
    ("temu", ReferrerKind::Shopping),
    ("threads", ReferrerKind::Social),
    ("tiktok", ReferrerKind::Social),
    ("tmall", ReferrerKind::Shopping),
    ("tokopedia", ReferrerKind::Shopping),
    ("trendyol", ReferrerKind::Shopping),
    ("tripadvisor", ReferrerKind::Social),
    ("truthsocial", ReferrerKind::Social),
    ("tumblr", ReferrerKind::Social),
    ("twitch", ReferrerKind::Video),
    ("twitter", ReferrerKind::Social),
    ("viadeo", ReferrerKind::Social),
    ("viber", ReferrerKind::Social),
    ("vimeo", ReferrerKind::Video),
    ("vk", ReferrerKind::Social),
    ("vkontakte", ReferrerKind::Social),
    ("walmart", ReferrerKind::Shopping),
    ("wattpad", ReferrerKind::Social),
    ("wayfair", ReferrerKind::Shopping),
    ("webcrawler", ReferrerKind::Search),
    ("wechat", ReferrerKind::Social),
    ("weibo", ReferrerKind::Social),
    ("whatsapp", ReferrerKind::Social),
    ("wildberries", ReferrerKind::Shopping),
    ("wish", ReferrerKind::Shopping),
    ("wistia", ReferrerKind::Video),
    ("x", ReferrerKind::Social),
    ("xiaohongshu", ReferrerKind::Social),
    ("xing", ReferrerKind::Social),
    ("yahoo", ReferrerKind::Search),
    ("yahoo mail", ReferrerKind::Email),
    ("yandex", ReferrerKind::Search),
    ("yelp", ReferrerKind::Social),
    ("youku", ReferrerKind::Video),
    ("youtube", ReferrerKind::Video),
    ("yt", ReferrerKind::Video),
    ("zalando", ReferrerKind::Shopping),
    ("zemanta", ReferrerKind::Paid),
    ("zhihu", ReferrerKind::Social),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::{ClickIdKind, MarkKind, Proof};

    #[test]
    fn kinds() {
        use ReferrerKind::{Assistant, Email, Search, Shopping, Social, Video};
        let cases = [
            ("google", Some(Search)),
            ("GOOGLE", Some(Search)),
            ("google.com", Some(Search)),
            ("www.google.co.uk", Some(Search)),
            ("googleads", None),
            ("yahoo", Some(Search)),
            ("fb", Some(Social)),
            ("Facebook", Some(Social)),
            ("m.facebook.com", Some(Social)),
            ("notfacebook.com", None),
            ("fbx", None),
            ("x", Some(Social)),
            ("xx", None),
            ("yt", Some(Video)),
            ("youtube", Some(Video)),
            ("m.youtube.com", Some(Video)),
            ("vimeo.com", Some(Video)),
            ("amazon", Some(Shopping)),
            ("amazon.de", Some(Shopping)),
            ("etsy.com", Some(Shopping)),
            ("chatgpt", Some(Assistant)),
            ("chatgpt.com", Some(Assistant)),
            ("gmail", Some(Email)),
            ("newsletter", None),
            ("(direct)", None),
            ("", None),
        ];
        for (source, kind) in cases {
            check(source, kind);
        }
        for (name, kind) in NAMES {
            check(name, Some(*kind));
        }
    }

    fn check(source: &str, kind: Option<ReferrerKind>) {
        assert_eq!(of(source), kind, "{source:?}");
    }

    #[test]
    fn names_are_sorted_lower_case_and_no_hosts() {
        assert!(NAMES.is_sorted_by(|(one, _), (next, _)| one < next));
        for (name, _) in NAMES {
            assert_eq!(*name, name.to_ascii_lowercase());
            assert!(!name.contains('.'), "{name} is for the table of hosts");
        }
    }

    #[test]
    fn names_agree_with_hosts() {
        for name in
            ["google", "bing", "facebook", "youtube", "amazon", "chatgpt", "taboola", "yandex", "pinterest", "ebay"]
        {
            assert_eq!(of(name), of(&format!("{name}.com")), "{name}");
        }
    }

    #[test]
    fn what_click_ids_and_marks_speak_for_is_known() {
        for source in ClickIdKind::ALL.iter().map(|kind| kind.source()).filter(|source| *source != "impact") {
            assert!(of(source).is_some(), "{source}");
        }
        let unpaid = |kind: &&MarkKind| matches!(kind.proof(), Proof::Organic | Proof::Social);
        for source in MarkKind::ALL.iter().filter(unpaid).map(|kind| kind.owner()) {
            assert!(of(source).is_some(), "{source}");
        }
    }
}
