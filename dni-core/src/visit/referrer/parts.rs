//! Parts of a place that are told by the path. Data only.

use super::kind::ReferrerKind::{self, Assistant, Other, Search, Shopping};

/// Host as in the other tables, start of the path, name and kind. What has no name goes by its host.
pub(super) const PARTS: &[(&str, &str, &str, ReferrerKind)] = &[
    ("apollo.lv", "/portal/search", "apollo", Search),
    ("bing.com", "/chat", "copilot", Assistant),
    ("bing.com", "/copilotsearch", "copilot", Assistant),
    ("bing.com", "/maps", "", Other),
    ("bing.com", "/shop", "bing shopping", Shopping),
    ("bing.com", "/travel", "", Other),
    ("duckduckgo.com", "/duckduckgo-help-pages", "", Other),
    ("google.*", "/finance", "", Other),
    ("google.*", "/maps", "", Other),
    ("google.*", "/products", "google shopping", Shopping),
    ("google.*", "/shopping", "google shopping", Shopping),
    ("google.*", "/travel", "", Other),
    ("huggingface.co", "/chat", "huggingchat", Assistant),
    ("kagi.com", "/assistant", "kagi", Assistant),
    ("naver.com", "/blog", "", Other),
    ("twitter.com", "/i/grok", "grok", Assistant),
    ("x.com", "/i/grok", "grok", Assistant),
    ("yandex.*", "/maps", "", Other),
];

/// Engines whose hosts have much that is no search: mail, maps, news, help. Of what is below such a host only what reads like
/// search is the engine's.
pub(super) const PORTALS: &[&str] = &[
    "baidu.*",
    "bing.com",
    "coccoc.com",
    "duckduckgo.com",
    "ecosia.org",
    "google.*",
    "google.cat",
    "kagi.com",
    "lycos.*",
    "mojeek.*",
    "msn.*",
    "naver.com",
    "qwant.com",
    "seznam.cz",
    "so.com",
    "sogou.com",
    "startpage.com",
    "ya.ru",
    "yahoo.*",
    "yandex.*",
];

/// Labels that a portal's search stands under, beside `www` with and without a number, and countries' and languages' codes.
pub(super) const SEARCH_LABELS: &[&str] = &[
    "search", "m", "mobile", "wap", "images", "image", "img", "pic", "photo", "video", "videos", "web", "r", "clck",
    "global", "lite", "html", "safe", "start", "go", "ipv4", "ipv6", "lens", "malaysia", "eu", "us-east", "classic",
];

/// Engines that have what was searched for in the path: host as in the table of engines, what stands before it, and how many
/// parts of the path lie between.
pub(super) const PATH_TERMS: &[(&str, &str, usize)] = &[
    ("1.cz", "/s/", 0),
    ("123people.*", "/s/", 0),
    ("blekko.com", "/ws/", 0),
    ("dogpile.com", "/ws/results/", 1),
    ("excite.*", "/ws/results/", 1),
    ("gomeo.com", "/search/", 0),
    ("infospace.com", "/ws/results/", 1),
    ("lookany.com", "/images/", 0),
    ("lookany.com", "/search/", 0),
    ("lookany.com", "/videos/", 0),
    ("metacrawler.*", "/ws/results/", 1),
    ("scour.com", "/search/", 1),
    ("search.babylon.com", "/web/", 0),
    ("search.seesaa.jp", "/", 0),
    ("searchassist.babylon.com", "/web/", 0),
    ("webcrawler.com", "/ws/results/", 1),
    ("webfetch.com", "/ws/results/", 1),
];

/// Places beside the engines whose addresses have what was searched for, and the parameters with it.
pub(super) const TERMS_ELSEWHERE: &[(&str, &str)] = &[
    ("apollo.lv", "q"),
    ("bing.com", "q"),
    ("duck.ai", "q"),
    ("google.*", "q"),
    ("perplexity.ai", "q"),
    ("search.shopping.naver.com", "query"),
    ("shopping.google.*", "q"),
    ("shopping.naver.com", "query"),
    ("shopping.yahoo.*", "p"),
    ("toppreise.ch", "search"),
    ("video.google.*", "q"),
    ("video.search.yahoo.*", "p"),
    ("video.yahoo.*", "p"),
    ("you.com", "q"),
];
