//! What was searched for, by the address of the page with the results.

use percent_encoding::percent_decode_str;

use super::parts::{PATH_TERMS, TERMS_ELSEWHERE};
use super::{ReferrerKind, Row};
use crate::visit::PageUrl;
use crate::visit::charset::{
    self, CENTRAL_EUROPEAN, CHINESE, Charsets, JAPANESE, KOREAN, RUSSIAN, decoded, of_country,
};
use crate::visit::page_url::MAX_PARAMS;
use crate::visit::tag::{MAX_VALUE, bounded};

/// Parameters in which engines say what charset theirs are in.
const CHARSET_NAMES: [&str; 4] = ["ie", "ei", "encoding", "charset"];
/// Google's advanced search: parameter, what stands before each term, and what between several words.
const ADVANCED: [(&str, &str, &str); 4] =
    [("as_q", "", " "), ("as_oq", "", " OR "), ("as_epq", "\"", " "), ("as_eq", "-", " -")];

/// Reads it from the address of a page that belongs to `row`.
pub(super) fn read(page: &PageUrl, row: &Row) -> Option<String> {
    let elsewhere = || TERMS_ELSEWHERE.iter().find(|(host, _)| *host == row.host).map(|(_, terms)| *terms);
    let terms = Some(row.terms).filter(|terms| !terms.is_empty()).or_else(elsewhere)?;
    if row.kind == ReferrerKind::Other {
        return None;
    }
    let params = Params::of(page, row);
    let by_name = terms.split_ascii_whitespace().find_map(|name| params.value(name));
    let term = by_name
        .or_else(|| in_path(page, row))
        .or_else(|| advanced(&params, row))
        .or_else(|| before_images(&params, row));
    let term = term.filter(|term| !is_no_term(term, page, row))?;
    Some(bounded(without_cache(&term, row), MAX_VALUE)).filter(|term| !term.is_empty())
}

/// The parameters of a page with results, as they stand: the query's, then the fragment's, where engines keep what is searched
/// for next.
struct Params<'a> {
    raw: Vec<&'a str>,
    charsets: Vec<&'static encoding_rs::Encoding>,
}

impl<'a> Params<'a> {
    fn of(page: &'a PageUrl, row: &Row) -> Self {
        let (query, fragment) = page.query_and_fragment();
        let parts = query.split('&').chain(fragment.split(['&', '?']));
        let raw: Vec<_> = parts.filter(|part| !part.is_empty()).take(MAX_PARAMS).collect();
        let mut params = Self { raw, charsets: Vec::new() };
        let named = CHARSET_NAMES.iter().find_map(|name| charset::named(&params.value(name)?));
        params.charsets = named.into_iter().chain(charsets_of(row, page.host_name()).iter().copied()).collect();
        params
    }

    /// Returns the first value of a name, in any case, that is not empty.
    fn value(&self, wanted: &str) -> Option<String> {
        self.raw.iter().find_map(|raw| {
            let (name, value) = form_urlencoded::parse(raw.as_bytes()).next()?;
            let value = name.eq_ignore_ascii_case(wanted).then(|| decoded(value, raw, &self.charsets))?;
            Some(value.trim().to_owned()).filter(|value| !value.is_empty())
        })
    }
}

/// Returns the charsets that an engine writes when it does not write UTF-8.
fn charsets_of(row: &Row, host: &str) -> Charsets {
    match row.source {
        "360" | "baidu" | "chinaso" | "hao123" | "shenma" | "sogou" | "soso" | "youdao" | "zhongsou" => CHINESE,
        "au" | "biglobe" | "goo" | "infoseek" | "livedoor" | "nifty" => JAPANESE,
        "daum" | "nate" | "naver" | "zum" => KOREAN,
        "gogo" | "mail.ru" | "nigma" | "qip" | "rambler" | "webalta" | "yandex" => RUSSIAN,
        "centrum" | "seznam" => CENTRAL_EUROPEAN,
        _ => of_country(host),
    }
}

/// Returns the part of the path that is the term, at engines that have it there.
fn in_path(page: &PageUrl, row: &Row) -> Option<String> {
    PATH_TERMS.iter().filter(|(host, ..)| *host == row.host).find_map(|(_, before, between)| {
        let (_, behind) = page.path().split_once(before)?;
        let raw = behind.split('/').nth(*between)?;
        let spaced = raw.replace('+', " ");
        let plain = percent_decode_str(&spaced).decode_utf8_lossy();
        let term = decoded(plain, &format!("={raw}"), charsets_of(row, page.host_name())).trim().to_owned();
        Some(term).filter(|term| !term.is_empty())
    })
}

/// Puts the fields of Google's advanced search together, as one would type them.
fn advanced(params: &Params<'_>, row: &Row) -> Option<String> {
    if row.source != "google" {
        return None;
    }
    let terms: Vec<_> = ADVANCED
        .iter()
        .filter_map(|(name, before, between)| {
            let words = params.value(name)?;
            let joined =
                if *before == "\"" { words } else { words.split_whitespace().collect::<Vec<_>>().join(between) };
            Some(format!("{before}{joined}{}", if *before == "\"" { "\"" } else { "" }))
        })
        .collect();
    Some(terms.join(" ")).filter(|term| !term.is_empty())
}

/// Reads the search that an image was found by: Google's page of one image names the page before it.
fn before_images(params: &Params<'_>, row: &Row) -> Option<String> {
    let before = params.value("prev").filter(|_| row.source == "google")?;
    let (_, query) = before.split_once('?')?;
    let value = form_urlencoded::parse(query.as_bytes()).find(|(name, value)| name == "q" && !value.is_empty());
    value.map(|(_, value)| value.trim().to_owned())
}

/// Says whether the value is where a redirect leads and nothing that was searched for.
fn is_no_term(term: &str, page: &PageUrl, row: &Row) -> bool {
    row.source == "google" && page.path() == "/url" && (term.starts_with("http://") || term.starts_with("https://"))
}

/// Takes off what Google's cache puts before the term: `cache:ID:harbor.example/ furnace repair`.
fn without_cache<'a>(term: &'a str, row: &Row) -> &'a str {
    if row.source != "google" || !term.starts_with("cache:") {
        return term;
    }
    term.split_once(' ').map_or("", |(_, term)| term.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::Referrer;

    #[test]
    fn search_terms() {
        let cases = [
            ("https://www.google.com/search?q=furnace+repair", Some("furnace repair")),
            ("https://www.google.com/", None),
            ("https://www.google.com/search?q=", None),
            ("https://www.google.com/search?q=+&query=second", Some("second")),
            ("https://www.google.com/#q=furnace+repair", Some("furnace repair")),
            ("https://www.google.com/search?hl=en#hl=de&q=furnace", Some("furnace")),
            (
                "https://www.google.com/search?as_q=furnace&as_epq=same+day&as_oq=gas+oil&as_eq=used",
                Some("furnace gas OR oil \"same day\" -used"),
            ),
            (
                "https://www.google.de/imgres?imgurl=http://a.example/b.jpg&prev=/images%3Fq%3Dfurnace%2Brepair%26hl%3Dde",
                Some("furnace repair"),
            ),
            ("https://www.google.com/url?sa=t&q=https://harbor.example/&url=x", None),
            ("https://www.google.com/url?sa=t&q=furnace", Some("furnace")),
            (
                "https://webcache.googleusercontent.com/search?q=cache:a1B2:harbor.example/+furnace+repair&cd=1",
                Some("furnace repair"),
            ),
            ("https://www.google.com/cse?cx=a&q=furnace", Some("furnace")),
            ("https://harbor.example/find?cx=partner-pub-1:2&q=furnace", Some("furnace")),
            ("https://www.google.com/maps?q=furnace", None),
            ("https://www.google.com/shopping?q=furnace", Some("furnace")),
            ("https://www.bing.com/search?Q=furnace", Some("furnace")),
            ("https://www.bing.com/images/search?q=furnace", Some("furnace")),
            ("https://search.yahoo.com/search?p=furnace", Some("furnace")),
            ("https://es.search.yahoo.com/search;_ylt=A7x?p=horno&ei=utf-8", Some("horno")),
            ("https://images.search.yahoo.com/images/view?back=http%3A%2F%2Fa%2F%3Fp%3Dx&p=furnace", Some("furnace")),
            ("https://video.search.yahoo.co.jp/search?p=%E6%97%A5", Some("日")),
            ("https://search.yahoo.co.jp/search?p=%C6%FC%CB%DC&ei=EUC-JP", Some("日本")),
            ("https://search.yahoo.co.jp/search?p=%93%FA%96%7B&ei=Shift_JIS", Some("日本")),
            ("https://duckduckgo.com/?q=%C3%B6l", Some("öl")),
            ("https://www.baidu.com/s?wd=a&word=b", Some("a")),
            ("https://www.baidu.com/s?word=b&kw=c", Some("b")),
            ("https://www.baidu.com/s?wd=%C4%E3%BA%C3", Some("你好")),
            ("https://www.baidu.com/s?wd=%E4%BD%A0%E5%A5%BD&ie=utf-8", Some("你好")),
            ("https://www.sogou.com/web?query=%C4%E3%BA%C3", Some("你好")),
            ("https://search.naver.com/search.naver?query=%B0%A1", Some("가")),
            ("https://go.mail.ru/search?q=%F0%E5%EC%EE%ED%F2", Some("ремонт")),
            ("https://www.google.com/search?q=%F0%E5%EC%EE%ED%F2&ie=windows-1251", Some("ремонт")),
            ("https://www.google.de/search?q=Z%FCrich", Some("Zürich")),
            ("https://www.zoohoo.cz/?q=%9Alut%FD", Some("šlutý")),
            ("https://yandex.ru/search/?text=a%", Some("a%")),
            ("https://yandex.kz/search/touch/?text=furnace", Some("furnace")),
            ("https://yandex.ru/maps/?text=furnace", None),
            ("https://search.naver.com/search.naver?query=a", Some("a")),
            ("https://map.naver.com/?query=a", None),
            ("https://www.startpage.com/do/search?query=a", Some("a")),
            ("https://www.ask.com/web?q=a", Some("a")),
            ("https://coccoc.com/search#query=a", Some("a")),
            ("https://suche.gmx.net/web?q=a", Some("a")),
            ("https://search.seesaa.jp/furnace/index.html", Some("furnace")),
            ("https://1.cz/s/furnace-repair/", Some("furnace-repair")),
            ("https://www.123people.de/s/anna+muster", Some("anna muster")),
            ("https://msxml.excite.com/excite/ws/results/Web/furnace%20repair/1/417", Some("furnace repair")),
            ("https://www.lookany.com/images/furnace/", Some("furnace")),
            ("https://scour.com/search/web/furnace", Some("furnace")),
            ("https://blekko.com/ws/furnace+repair", Some("furnace repair")),
            ("https://www.perplexity.ai/search?q=a", Some("a")),
            ("https://m.facebook.com/?q=a", None),
            ("https://docs.google.com/?q=a", None),
            ("https://mail.google.com/?q=a", None),
            ("https://chamber.example/?q=a", None),
            ("android-app://google.com/?q=a", None),
            ("", None),
        ];
        for (page, term) in cases {
            assert_eq!(Referrer::search_term(&PageUrl::from_serialized(page)).as_deref(), term, "{page}");
        }
        let long = PageUrl::from_serialized(&format!("https://www.bing.com/search?q={}", "ä".repeat(400)));
        assert_eq!(Referrer::search_term(&long).unwrap().len(), 254);
    }
}
