//! The tags on a landing page's address, as those who tagged it meant them.

use super::charset::{decoded, of_country};
use super::page_url::{MAX_PARAMS, PageUrl, cut};

/// Longest campaign value kept, in bytes: the longest the large analytics products report.
pub(super) const MAX_VALUE: usize = 255;

/// Reads the tags that say something, in order: names in lower case, values decoded once and without blanks around them.
///
/// Forgiving of what goes wrong between an ad platform and the page: a second `?` stands for `&`, names lose the `amp;` of an
/// `&amp;`, a broken `%` stays as it is, a slash that a server put behind the whole address goes, bytes that are no UTF-8 are
/// read as those of the site's country, and the fragment counts too, behind the query: without its UTM parameters if the query
/// has some. Of query and fragment, at most as many tags as [`PageUrl::params`] gives are looked at.
pub(super) fn read_tags(landing: &PageUrl, mut take: impl FnMut(&str, &str)) {
    let charsets = of_country(landing.host_name());
    for (section, but_utm) in sections(landing) {
        let raw_tags = section.split('?').flat_map(|part| {
            let (others, last) = part.rsplit_once('&').unwrap_or(("", part));
            others.split('&').map(|tag| (tag, false)).chain([(last, true)])
        });
        for (raw, is_last) in raw_tags.filter(|(tag, _)| !tag.is_empty()).take(MAX_PARAMS) {
            for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
                let value = decoded(value, raw, charsets);
                let value = value.trim_ascii();
                let without_slash = value.strip_suffix('/').filter(|rest| is_last && !rest.contains('/'));
                let value = without_slash.unwrap_or(value);
                let plain = name.get(name.len() - without_amp(name.as_bytes()).len()..).unwrap_or_default();
                if !is_void(plain.as_bytes(), value.as_bytes(), but_utm) {
                    take(&plain.to_ascii_lowercase(), value);
                }
            }
        }
    }
}

/// Reads the same tags, but for slashes at the end, and as bytes in no certain charset: enough to tell two of them apart, and small
/// in the visitor's browser. Names come as they are written.
pub(super) fn read_tags_roughly(landing: &PageUrl, mut take: impl FnMut(&[u8], &[u8])) {
    for (section, but_utm) in sections(landing) {
        let tags = section.as_bytes().split(|byte| matches!(byte, b'&' | b'?')).filter(|tag| !tag.is_empty());
        for tag in tags.take(MAX_PARAMS) {
            let end = tag.iter().position(|byte| *byte == b'=').unwrap_or(tag.len());
            let name = bytes_of(tag.get(..end).unwrap_or_default());
            let value = bytes_of(tag.get(end + 1..).unwrap_or_default());
            let (name, value) = (without_amp(&name), value.trim_ascii());
            if !is_void(name, value, but_utm) {
                take(name, value);
            }
        }
    }
}

/// Decodes one part of a tag. A copy at each place that asks would cost the browser bytes.
#[inline(never)]
fn bytes_of(raw: &[u8]) -> Vec<u8> {
    let mut raw = raw.to_vec();
    for byte in raw.iter_mut().filter(|byte| **byte == b'+') {
        *byte = b' ';
    }
    let mut decoded = Vec::new();
    decoded.extend(percent_encoding::percent_decode(&raw));
    decoded
}

/// Returns query and fragment, each with whether its UTM parameters do not count.
fn sections(landing: &PageUrl) -> [(&str, bool); 2] {
    let (query, fragment) = landing.query_and_fragment();
    let has_utm = query.as_bytes().windows(4).any(|name| name.eq_ignore_ascii_case(b"utm_"));
    [(query, false), (fragment, has_utm)]
}

/// Says whether a tag does not count: it says nothing, or it is a UTM parameter where those are left out.
fn is_void(name: &[u8], value: &[u8], but_utm: bool) -> bool {
    let is_utm = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"utm_"));
    is_absent(value) || (but_utm && is_utm)
}

/// Takes off what is left of an `&amp;` that was written for HTML and never read as such, however often it was written so.
fn without_amp(mut name: &[u8]) -> &[u8] {
    while let Some(rest) = name.strip_prefix(b"amp;") {
        name = rest;
    }
    name
}

/// Says whether a value says nothing: it is empty, what a program writes for nothing, or a macro that the ad platform did not
/// fill in, which stands between these marks: `{keyword}` and `{{campaign.name}}`, `[campaign]`, Outbrain's `$section$`,
/// `TikTok`'s `__CAMPAIGN__`, display ads' `${CREATIVE}` and `%%SITE%%`, mailings' `*|CAMPAIGN|*`.
///
/// A macro beside other text (`autumn_{keyword}`) is kept: the text says something.
fn is_absent(value: &[u8]) -> bool {
    let is_macro = matches!(
        value,
        [b'{', .., b'}']
            | [b'[', .., b']']
            | [b'$', .., b'}' | b'$']
            | [b'_', b'_', .., b'_', b'_']
            | [b'%', b'%', .., b'%', b'%']
            | [b'*', b'|', .., b'|', b'*']
    );
    is_macro || ["", "null", "undefined"].iter().any(|nothing| value.eq_ignore_ascii_case(nothing.as_bytes()))
}

/// Returns a value, cut to `limit` bytes.
pub(super) fn bounded(value: &str, limit: usize) -> String {
    let mut value = value.to_owned();
    cut(&mut value, limit);
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("?", &[]),
            ("?a=1&B=2", &[("a", "1"), ("b", "2")]),
            ("?a=1&a=2", &[("a", "1"), ("a", "2")]),
            ("?a=+x%20&b=%09", &[("a", "x")]),
            ("?a=b+c%2Bd", &[("a", "b c+d")]),
            ("?a=100%free&b=%ZZ&c=%", &[("a", "100%free"), ("b", "%ZZ"), ("c", "%")]),
            ("?a=b%2520c", &[("a", "b%20c")]),
            ("?a=b=c==", &[("a", "b=c==")]),
            ("?a=1?b=2?c=3", &[("a", "1"), ("b", "2"), ("c", "3")]),
            ("??a=1", &[("a", "1")]),
            ("?a=b%3Fc", &[("a", "b?c")]),
            ("?x=1&amp;a=2&amp;amp;b=3", &[("x", "1"), ("a", "2"), ("b", "3")]),
            ("?stamp;a=1", &[("stamp;a", "1")]),
            ("?a=%FF", &[("a", "ÿ")]),
            ("?a=Z%FCrich+Zahn%E4rzte", &[("a", "Zürich Zahnärzte")]),
            ("?a=caf%E9", &[("a", "café")]),
            ("?a=M%C3%BCnchen+S%C3", &[("a", "München S")]),
            ("#a=1", &[("a", "1")]),
            ("#/route?a=1", &[("a", "1")]),
            ("?a=1#b=2", &[("a", "1"), ("b", "2")]),
            ("?UTM_Source=1#b=2", &[("utm_source", "1"), ("b", "2")]),
            ("?UTM_Source=1#utm_medium=2&b=3", &[("utm_source", "1"), ("b", "3")]),
            ("?utm_source=#b=2&UTM_Medium=3", &[("b", "2")]),
            ("?a=1#prices?b=2", &[("a", "1"), ("b", "2")]),
            ("?a=1#!/route/?b=2&c=3", &[("a", "1"), ("b", "2"), ("c", "3")]),
            ("?a=1/", &[("a", "1")]),
            ("?a=1/&b=2/", &[("a", "1/"), ("b", "2")]),
            ("?a=1/#top", &[("a", "1")]),
            ("?a=1/?b=2", &[("a", "1"), ("b", "2")]),
            ("?a=1%2F", &[("a", "1")]),
            ("#a=1/", &[("a", "1")]),
            ("?a=/x/", &[("a", "/x/")]),
            ("?a=https://b.example/", &[("a", "https://b.example/")]),
            ("?a=/", &[]),
            ("?a//", &[]),
            ("offers&a=1&b=2", &[("a", "1"), ("b", "2")]),
            ("offers/&amp;a=1#b=2", &[("a", "1"), ("b", "2")]),
            ("offers&a=1?b=2/", &[("a", "1"), ("b", "2")]),
            ("h&m/?a=1/", &[("a", "1")]),
            ("h&m/", &[]),
            ("?a=1#b=2#c=3", &[("a", "1"), ("b", "2#c=3")]),
        ];
        for (rest, tags) in cases {
            check(rest, tags);
        }
    }

    fn check(rest: &str, tags: &[(&str, &str)]) {
        let read = all(&format!("https://harbor.example/{rest}"));
        let got: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(got, tags, "{rest}");
    }

    #[test]
    fn values_that_say_nothing() {
        let absent = [
            "",
            "null",
            "NULL",
            "undefined",
            "{x}",
            "{{x.y}}",
            "{}",
            "[x]",
            "$x$",
            "$$",
            "${x}",
            "__X__",
            "____",
            "%%x%%",
            "%%%%",
            "*|X|*",
        ];
        for value in absent {
            assert!(is_absent(value.as_bytes()), "{value:?}");
        }
        let present = [
            "{", "$", "__", "___", "%%", "0", "none", "(none)", "nullable", "a_{x}", "{x}_a", "x]", "$5", "_x_",
            "100%", "*", "a|b",
        ];
        for value in present {
            assert!(!is_absent(value.as_bytes()), "{value:?}");
        }
    }

    #[test]
    fn tags_are_bounded() {
        assert_eq!(all(&format!("https://a.example/?{}", "a=1&".repeat(900))).len(), MAX_PARAMS);
        assert_eq!(all(&format!("https://a.example/#{}", "a=1?".repeat(900))).len(), MAX_PARAMS);
        assert_eq!(bounded("äää", 5), "ää");
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,100}") {
            all(&text);
            all(&format!("https://a.example/?{text}"));
            all(&format!("https://a.example/#{text}"));
        }

        #[test]
        fn well_formed_queries_are_read_as_a_browser_reads_them(query in "([a-z_]{1,8}=([a-zA-Z0-9+.-]|%[2-7][0-9a-f]|%z){1,9}&){0,5}") {
            let url = PageUrl::from_serialized(&format!("https://a.example/?{query}"));
            let theirs = url.params().map(|(name, value)| (name.into_owned(), value.trim_ascii().to_owned()));
            let theirs: Vec<_> = theirs.filter(|(_, value)| !is_absent(value.as_bytes())).collect();
            prop_assert_eq!(all(url.as_str()), theirs);
        }
    }

    fn all(address: &str) -> Vec<(String, String)> {
        let mut tags = Vec::new();
        read_tags(&PageUrl::from_serialized(address), |name, value| tags.push((name.to_owned(), value.to_owned())));
        tags
    }
}
