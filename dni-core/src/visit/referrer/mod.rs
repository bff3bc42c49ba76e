//! What the page before says about the source: for reports, at the edge and in tools.
//!
//! The visitor's browser has none of this: it compares hosts only.

mod apps;
mod engines;
mod kind;
mod mail;
mod networks;
mod parts;
mod places;
mod shops;
mod term;

use core::cell::LazyCell;
use core::cmp::Ordering;

use super::PageUrl;
use apps::APPS;
use engines::ENGINES;
use networks::NETWORKS;
use parts::{PARTS, PORTALS, SEARCH_LABELS};
use places::PLACES;
use shops::SHOPS;

pub use kind::ReferrerKind;

/// Longest host name there is, in bytes (RFC 1035).
const MAX_HOST: usize = 253;
/// How a site's own search, made with Google's, names itself in its addresses.
const CUSTOM_SEARCH: &str = "partner-pub-";
/// Where `InfoSpace` answers for sites that have their search from it.
const PRIVATE_LABEL_SEARCH: &str = "/pemonitorhosted/ws/results/";

/// A referring place with the name it is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer<'a> {
    /// The name: `google`, `facebook`, or the host itself.
    pub source: &'a str,
    /// The kind of place.
    pub kind: ReferrerKind,
}

impl<'a> Referrer<'a> {
    /// Classifies the page before: a site by its host, an Android app by its package.
    ///
    /// ```
    /// use dni_core::visit::{PageUrl, Referrer, ReferrerKind};
    ///
    /// let page = PageUrl::from_serialized("android-app://com.google.android.gm/");
    /// assert_eq!(Referrer::of(&page), Referrer { source: "gmail", kind: ReferrerKind::Email });
    /// ```
    pub fn of(page: &'a PageUrl) -> Self {
        let host = page.host_name();
        if page.is_app() {
            let found = APPS.binary_search_by(|(package, ..)| in_lower_case(package, host, "")).ok();
            let app = found.and_then(|at| APPS.get(at));
            return app.map_or(Self { source: host, kind: ReferrerKind::Other }, |(_, source, kind)| Self {
                source,
                kind: *kind,
            });
        }
        let row = part_of(page).or_else(|| find(host)).or_else(|| borrowed(page));
        Self::of_row(row, host)
    }

    /// Classifies a host name. A known name matches the host itself and whatever stands below it, never a part of a label:
    /// `m.facebook.com` is Facebook, `notfacebook.com` is not. Of several, the longest counts: a service before its owner. Of a
    /// portal only what reads like search is its engine: `uk.search.yahoo.com`, not `uk.style.yahoo.com`. An unknown host with a
    /// label of webmail (`webmail.`, `mail03.`, `owa.`, `deref-`) is one.
    ///
    /// ```
    /// use dni_core::visit::{Referrer, ReferrerKind};
    ///
    /// let referrer = Referrer::of_host("www.google.co.uk");
    /// assert_eq!((referrer.source, referrer.kind), ("google", ReferrerKind::Search));
    /// assert_eq!(Referrer::of_host("notgoogle.com").kind, ReferrerKind::Other);
    /// ```
    pub fn of_host(host: &'a str) -> Self {
        Self::of_row(find(host), host)
    }

    fn of_row(row: Option<Row>, host: &'a str) -> Self {
        let plain = host.strip_prefix("www.").unwrap_or(host);
        row.map_or(Self { source: plain, kind: ReferrerKind::Other }, |row| Self {
            source: if row.source.is_empty() { plain } else { row.source },
            kind: row.kind,
        })
    }

    /// Returns what was searched for, if the page before is a known search engine's and its address says it: most keep it to
    /// themselves. Read in the engine's own charset where it is no UTF-8. At most 255 bytes.
    ///
    /// ```
    /// use dni_core::visit::{PageUrl, Referrer};
    ///
    /// let page = PageUrl::from_serialized("https://yandex.ru/search/?text=furnace+repair");
    /// assert_eq!(Referrer::search_term(&page).as_deref(), Some("furnace repair"));
    /// ```
    pub fn search_term(page: &PageUrl) -> Option<String> {
        if page.is_app() || page.is_bare() {
            return None;
        }
        let row = part_of(page).or_else(|| find(page.host_name())).or_else(|| borrowed(page))?;
        term::read(page, &row)
    }
}

/// A row of one of the tables of hosts.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    /// The host, as the table has it.
    host: &'static str,
    /// Its name; empty if it goes by its host.
    source: &'static str,
    kind: ReferrerKind,
    /// The parameters that have what was searched for.
    terms: &'static str,
}

/// Finds the row of a host: its own, else that of what it stands below.
fn find(host: &str) -> Option<Row> {
    if host.len() > MAX_HOST {
        return None;
    }
    let host = host.strip_prefix("www.").unwrap_or(host);
    let mut mail = None;
    let mut rest = Some(host);
    while let Some(name) = rest {
        if let Some(row) = row_at(name) {
            let below = host.strip_suffix(name).unwrap_or_default();
            let is_engine = row.kind == ReferrerKind::Search;
            let is_its_own = !PORTALS.contains(&row.host) || is_search(below);
            // A mailbox on a portal is the portal's mail; below other places a label says nothing.
            return if is_engine { mail.or(is_its_own.then_some(row)) } else { Some(row) };
        }
        if mail.is_none() && mail::is_webmail(name) {
            mail = Some(Row { host: "", source: "", kind: ReferrerKind::Email, terms: "" });
        }
        rest = name.split_once('.').map(|(_, below)| below);
    }
    mail
}

/// Finds the row of exactly this name, in whatever country.
fn row_at(name: &str) -> Option<Row> {
    row(name, "").or_else(|| brands_of(name).into_iter().flatten().find_map(|brand| row(brand, ".*")))
}

/// Says whether what stands before a portal's host names its search.
fn is_search(below: &str) -> bool {
    let mut labels = below.split_terminator('.');
    labels.clone().all(is_of_search) || labels.any(|label| label.eq_ignore_ascii_case("search"))
}

/// Says whether a portal's search stands under such a label.
fn is_of_search(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    let numbered = |start: &str| {
        let rest = label.strip_prefix(start);
        rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || b"-eus".contains(&byte)))
    };
    label.len() <= 2 || numbered("www") || numbered("s") || SEARCH_LABELS.contains(&label.as_str())
}

/// Finds the part of a place that the path tells.
fn part_of(page: &PageUrl) -> Option<Row> {
    let plain = page.host_name().strip_prefix("www.").unwrap_or(page.host_name());
    // Few places have parts, and few paths begin like one.
    let above = LazyCell::new(|| row_at(plain));
    let is_host = |host: &str| above.is_some_and(|row| row.host == host) || in_lower_case(host, plain, "").is_eq();
    let begins = |start: &str| {
        let rest = page.path().strip_prefix(start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let (host, _, source, kind) = PARTS.iter().copied().find(|(host, start, ..)| begins(start) && is_host(host))?;
    let terms = if kind == ReferrerKind::Search { "q" } else { "" };
    Some(Row { host, source, kind, terms })
}

/// Finds the engine whose search a site has on a page of its own.
fn borrowed(page: &PageUrl) -> Option<Row> {
    if page.path().starts_with(PRIVATE_LABEL_SEARCH) {
        return row_at("infospace.com");
    }
    let is_custom = page.params().any(|(name, value)| name == "cx" && value.starts_with(CUSTOM_SEARCH));
    is_custom.then(|| row_at("google.com")).flatten()
}

/// Finds the row whose host is `name` and `ending`.
fn row(name: &str, ending: &str) -> Option<Row> {
    if let Ok(at) = ENGINES.binary_search_by(|(host, ..)| in_lower_case(host, name, ending)) {
        let (host, source, terms) = *ENGINES.get(at)?;
        return Some(Row { host, source, kind: ReferrerKind::Search, terms });
    }
    [NETWORKS, SHOPS, PLACES].into_iter().find_map(|places| {
        let at = places.binary_search_by(|(host, ..)| in_lower_case(host, name, ending)).ok()?;
        let (host, source, kind) = *places.get(at)?;
        Some(Row { host, source, kind, terms: "" })
    })
}

/// Compares a table's key with a name in any case and an ending.
fn in_lower_case(key: &str, name: &str, ending: &str) -> Ordering {
    key.bytes().cmp(name.bytes().map(|byte| byte.to_ascii_lowercase()).chain(ending.bytes()))
}

/// Takes the country off a name: `google` of `google.com` and `google.de`, `google` and `google.co` of `google.co.uk`.
fn brands_of(name: &str) -> [Option<&str>; 2] {
    let Some((before, last)) = name.rsplit_once('.') else { return [None; 2] };
    let short = (is_country(last) || last.eq_ignore_ascii_case("com")).then_some(before);
    let long = before.rsplit_once('.').filter(|(_, label)| is_country(last) && is_second_level(label));
    [long.map(|(brand, _)| brand), short]
}

fn is_country(label: &str) -> bool {
    label.len() == 2 && label.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Says whether countries have their companies' domains below such a label.
fn is_second_level(label: &str) -> bool {
    ["co", "com", "org", "net", "ne"].iter().any(|known| label.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hosts() {
        use ReferrerKind::{Assistant, Email, Other, Paid, Return, Search, Shopping, Social, Video};
        let cases = [
            ("google.com", "google", Search),
            ("www.google.com", "google", Search),
            ("www.google.co.uk", "google", Search),
            ("WWW2.Google.CO.UK", "google", Search),
            ("google.com.au", "google", Search),
            ("google.cat", "google", Search),
            ("news.google.de", "google", Search),
            ("scholar.google.at", "google", Search),
            ("encrypted.google.com", "google", Search),
            ("images.google.fr", "google", Search),
            ("mail.google.com", "gmail", Email),
            ("gemini.google.com", "gemini", Assistant),
            ("notebooklm.google.com", "notebooklm", Assistant),
            ("docs.google.com", "docs.google.com", Other),
            ("translate.google.de", "translate.google.de", Other),
            ("shopping.google.co.uk", "google shopping", Shopping),
            ("accounts.google.com", "google sign-in", Return),
            ("google.example.com", "google.example.com", Other),
            ("google.com.example.org", "google.com.example.org", Other),
            ("google.info", "google.info", Other),
            ("google.co.com", "google.co.com", Other),
            ("google", "google", Other),
            ("google.", "google.", Other),
            ("google.1a", "google.1a", Other),
            (".com", ".com", Other),
            ("notgoogle.com", "notgoogle.com", Other),
            ("not-google.com", "not-google.com", Other),
            ("search.yahoo.com", "yahoo", Search),
            ("de.search.yahoo.com", "yahoo", Search),
            ("search.yahoo.co.jp", "yahoo", Search),
            ("mail.yahoo.com", "yahoo mail", Email),
            ("yandex.com.tr", "yandex", Search),
            ("ya.ru", "yandex", Search),
            ("yabs.yandex.ru", "yandex direct", Paid),
            ("tieba.baidu.com", "tieba", Social),
            ("m.baidu.com", "baidu", Search),
            ("search.naver.com", "naver", Search),
            ("search.daum.net", "daum", Search),
            ("duckduckgo.com", "duckduckgo", Search),
            ("s2-eu5.startpage.com", "startpage", Search),
            ("search.goo.ne.jp", "goo", Search),
            ("m.facebook.com", "facebook", Social),
            ("l.facebook.com", "facebook", Social),
            ("notfacebook.com", "notfacebook.com", Other),
            ("facebook.com.evil.example", "facebook.com.evil.example", Other),
            ("t.co", "twitter", Social),
            ("cat.co", "cat.co", Other),
            ("x.com", "twitter", Social),
            ("max.com", "max.com", Other),
            ("old.reddit.com", "reddit", Social),
            ("www.pinterest.co.uk", "pinterest", Social),
            ("www.yelp.ca", "yelp", Social),
            ("www.bing.com", "bing", Search),
            ("chatgpt.com", "chatgpt", Assistant),
            ("www.perplexity.ai", "perplexity", Assistant),
            ("m.youtube.com", "youtube", Video),
            ("vimeo.com", "vimeo", Video),
            ("www.amazon.co.uk", "amazon", Shopping),
            ("amazon.com.br", "amazon", Shopping),
            ("notamazon.com", "notamazon.com", Other),
            ("s.amazon-adsystem.com", "amazon ads", Paid),
            ("nam02.safelinks.protection.outlook.com", "outlook", Email),
            ("us3.list-manage.com", "mailchimp", Email),
            ("googleads.g.doubleclick.net", "doubleclick", Paid),
            ("trc.taboola.com", "taboola", Paid),
            ("paid.outbrain.com", "outbrain", Paid),
            ("tpc.googlesyndication.com", "google display", Paid),
            ("www.paypal.com", "paypal", Return),
            ("checkout.stripe.com", "stripe", Return),
            ("stripe.com", "stripe.com", Other),
            ("www.chamber-of-commerce.example", "chamber-of-commerce.example", Other),
            ("", "", Other),
        ];
        for (host, source, kind) in cases {
            assert_eq!(Referrer::of_host(host), Referrer { source, kind }, "{host:?}");
        }
    }

    #[test]
    fn parts_of_portals_and_webmail() {
        use ReferrerKind::{Email, Other, Search, Social};
        let cases = [
            ("maps.google.com", "maps.google.com", Other),
            ("developers.google.com", "developers.google.com", Other),
            ("uk.style.yahoo.com", "uk.style.yahoo.com", Other),
            ("news.yahoo.co.jp", "news.yahoo.co.jp", Other),
            ("finance.yahoo.com", "finance.yahoo.com", Other),
            ("uk.yahoo.com", "yahoo", Search),
            ("malaysia.search.yahoo.com", "yahoo", Search),
            ("map.naver.com", "map.naver.com", Other),
            ("m.search.naver.com", "naver", Search),
            ("blog.naver.com", "naver blog", Social),
            ("map.baidu.com", "map.baidu.com", Other),
            ("image.baidu.com", "baidu", Search),
            ("search.some-part.baidu.com", "baidu", Search),
            ("chat.google.com", "google chat", Social),
            ("app.slack.com", "slack", Social),
            ("docs.kagi.com", "docs.kagi.com", Other),
            ("www4.bing.com", "bing", Search),
            ("money.msn.com", "money.msn.com", Other),
            ("webmail.lakeside-telecom.example", "webmail.lakeside-telecom.example", Email),
            ("mail03.lakeside-telecom.example", "mail03.lakeside-telecom.example", Email),
            ("owa.harborbank.example", "owa.harborbank.example", Email),
            ("email.lakeside-telecom.example", "email.lakeside-telecom.example", Email),
            ("deref-lakeside-mail.example", "deref-lakeside-mail.example", Email),
            ("a.b.mail.yahoo.net", "a.b.mail.yahoo.net", Email),
            ("mail.centrum.cz", "mail.centrum.cz", Email),
            ("mail3.baidu.com", "mail3.baidu.com", Email),
            ("mail.tumblr.com", "tumblr", Social),
        ];
        for (host, source, kind) in cases {
            assert_eq!(Referrer::of_host(host), Referrer { source, kind }, "{host:?}");
        }
    }

    #[test]
    fn apps() {
        use ReferrerKind::{Assistant, Email, Other, Search, Shopping, Social, Video};
        let cases = [
            ("android-app://com.google.android.gm/", "gmail", Email),
            ("android-app://com.google.android.googlequicksearchbox/https/www.google.com", "google", Search),
            ("android-app://com.google.android.youtube", "youtube", Video),
            ("android-app://com.facebook.katana/", "facebook", Social),
            ("android-app://com.pinterest/", "pinterest", Social),
            ("android-app://com.amazon.mShop.android.shopping/", "amazon", Shopping),
            ("android-app://com.openai.chatgpt", "chatgpt", Assistant),
            ("android-app://com.pinterest.evil/", "com.pinterest.evil", Other),
            ("android-app://google.com/", "google.com", Other),
            ("https://com.pinterest/", "com.pinterest", Other),
        ];
        for (page, source, kind) in cases {
            assert_eq!(Referrer::of(&PageUrl::from_serialized(page)), Referrer { source, kind }, "{page}");
        }
    }

    #[test]
    fn tables_are_sorted_lower_case_and_without_duplicates() {
        assert!(ENGINES.is_sorted_by(|(one, ..), (next, ..)| one < next));
        for places in [NETWORKS, SHOPS, PLACES] {
            assert!(places.is_sorted_by(|(one, ..), (next, ..)| one < next));
        }
        assert!(APPS.is_sorted_by(|(one, ..), (next, ..)| one < next));
        for Row { host, source, kind, terms } in rows() {
            let brand = host.strip_suffix(".*").unwrap_or(host);
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
            assert!(brand.bytes().all(plain) && !brand.starts_with("www."), "{host}");
            assert!(host != brand || brand.contains('.'), "{host} would stand for a whole country");
            assert_eq!(source, source.to_lowercase());
            assert_eq!(kind == ReferrerKind::Search, !terms.is_empty(), "{host}");
            assert_eq!(terms, terms.to_ascii_lowercase());
            assert_eq!(kind == ReferrerKind::Other, source.is_empty(), "{host}");
        }
        for (package, source, _) in APPS {
            assert_eq!((*package, *source), (package.to_lowercase().as_str(), source.to_lowercase().as_str()));
        }
    }

    #[test]
    fn every_row_is_found() {
        for row in rows() {
            let hosts = match row.host.strip_suffix(".*") {
                Some(brand) => ["com", "de", "co.uk", "com.au"].map(|country| format!("{brand}.{country}")).to_vec(),
                None => vec![row.host.to_owned(), format!("www.{}", row.host), format!("a.b.{}", row.host)],
            };
            for host in hosts {
                // A row of its own may stand for one of the countries.
                assert!(find(&host) == Some(row) || rows().any(|own| own.host == host), "{host}");
            }
            let beside = format!("not{}", row.host.replace(".*", ".fr"));
            assert!(find(&beside).is_none_or(|found| found.host != row.host), "{beside}");
        }
        for (package, source, kind) in APPS {
            let page = PageUrl::from_serialized(&format!("android-app://{package}/"));
            assert_eq!(Referrer::of(&page), Referrer { source, kind: *kind });
        }
    }

    #[test]
    fn a_row_below_another_says_something_else() {
        for row in rows() {
            let above = row.host.split_once('.').and_then(|(_, above)| find(&above.replace(".*", ".fr")));
            let label = row.host.split('.').next().unwrap_or_default();
            let is_no_part = |above: &Row| PORTALS.contains(&above.host) && !is_of_search(label);
            let says_more = |above: Row| Row { host: row.host, ..above } != row || is_no_part(&above);
            assert!(above.is_none_or(says_more), "{} is needless", row.host);
        }
    }

    #[test]
    fn parts_of_a_place() {
        use ReferrerKind::{Assistant, Other, Search, Shopping, Social};
        let cases = [
            ("https://www.google.com/maps/place/Harbor", "google.com", Other),
            ("https://maps.google.de/maps?q=harbor", "maps.google.de", Other),
            ("https://www.google.co.uk/mapsearch", "google", Search),
            ("https://www.google.fr/shopping/product/1", "google shopping", Shopping),
            ("https://yandex.com.tr/maps/org/harbor", "yandex.com.tr", Other),
            ("https://www.bing.com/chat?q=furnace", "copilot", Assistant),
            ("https://www.bing.com/chats", "bing", Search),
            ("https://x.com/i/grok", "grok", Assistant),
            ("https://x.com/igrok", "twitter", Social),
            ("https://map.naver.com/p/entry/1", "map.naver.com", Other),
            ("https://harbor.example/find?cx=partner-pub-1:2&q=furnace", "google", Search),
            ("https://harbor.example/find?cx=1:2&q=furnace", "harbor.example", Other),
            ("https://ws.harbor.example/pemonitorhosted/ws/results/Web/furnace/1", "infospace", Search),
        ];
        for (page, source, kind) in cases {
            assert_eq!(Referrer::of(&PageUrl::from_serialized(page)), Referrer { source, kind }, "{page}");
        }
        for (host, start, source, kind) in PARTS {
            assert!(start.starts_with('/') && !start.ends_with('/'), "{start}");
            assert_eq!(*kind == ReferrerKind::Other, source.is_empty(), "{host}");
        }
        for host in PORTALS {
            assert!(ENGINES.iter().any(|(known, ..)| known == host), "{host}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(host in "\\PC{0,60}|[a-z.]{0,300}") {
            let found = Referrer::of_host(&host);
            prop_assert!(found.kind != ReferrerKind::Other || host.ends_with(found.source));
            let _ = Referrer::search_term(&PageUrl::from_serialized(&format!("https://{host}/?q=a")));
        }

        #[test]
        fn what_stands_before_a_label_changes_nothing(before in "[a-z0-9-]{1,12}", place in 0..ENGINES.len() + NETWORKS.len() + SHOPS.len() + PLACES.len()) {
            let known = rows().nth(place).unwrap().host.replace(".*", ".fr");
            let found = Referrer::of_host(&format!("{before}.{known}")).kind;
            let start = format!("{before}.");
            let is_portal = find(&known).is_some_and(|row| PORTALS.contains(&row.host));
            let is_other = is_portal || mail::is_webmail(&format!("{before}.{known}")) || rows().any(|row| row.host.starts_with(&start));
            prop_assert!(found == Referrer::of_host(&known).kind || is_other);
        }
    }

    fn rows() -> impl Iterator<Item = Row> {
        let engines = ENGINES.iter().copied();
        let engines = engines.map(|(host, source, terms)| Row { host, source, kind: ReferrerKind::Search, terms });
        let places = [NETWORKS, SHOPS, PLACES].into_iter().flatten().copied();
        engines.chain(places.map(|(host, source, kind)| Row { host, source, kind, terms: "" }))
    }
}
