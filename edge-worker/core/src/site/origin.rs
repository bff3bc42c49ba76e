//! The origins of a site's pages.

use url::{Host, Url};

/// What stands for any label, or several, in front of a host.
const WILDCARD: &str = "*.";
/// Most labels of a host: a name has 253 characters, and a label and its dot take two.
const MAX_LABELS: usize = 127;

/// Says whether the text is an origin as browsers write it in their `Origin` header, or one with a wildcard: `https://*.harbor.example`
/// stands for every host below `harbor.example`. A wildcard for a whole top-level domain is none.
pub(super) fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let Some(top) = host.strip_prefix(WILDCARD) else { return is_plain(text) };
    let plain = format!("{scheme}://{top}");
    let is_domain =
        |url: Url| matches!(url.host(), Some(Host::Domain(name)) if name.contains('.') || name == "localhost");
    is_plain(&plain) && Url::parse(&plain).is_ok_and(is_domain)
}

fn is_plain(text: &str) -> bool {
    !text.contains('*')
        && Url::parse(text)
            .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.origin().ascii_serialization() == text)
}

/// Lists what a site may have written for an origin that a browser names: the origin itself, and the wildcards above it.
///
/// ```
/// use edge_core::site::origins_for;
///
/// let shop = "https://shop.harbor.example:8443";
/// assert_eq!(origins_for(shop), [shop, "https://*.harbor.example:8443", "https://*.example:8443"]);
/// ```
pub fn origins_for(origin: &str) -> Vec<String> {
    let mut written = vec![origin.to_owned()];
    if let Some((scheme, host)) = origin.split_once("://") {
        let tops = host.match_indices('.').filter_map(|(at, _)| host.get(at + 1..)).take(MAX_LABELS);
        written.extend(tops.map(|top| format!("{scheme}://{WILDCARD}{top}")));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, origin: &str, expected: bool) {
        let matches = is_origin(written) && origins_for(origin).iter().any(|one| one == written);
        assert_eq!(matches, expected, "{written} for {origin}");
    }

    #[test]
    fn an_origin_stands_for_itself_and_a_wildcard_for_all_below() {
        let cases = [
            ("https://harbor.example", "https://harbor.example", true),
            ("https://harbor.example", "https://www.harbor.example", false),
            ("https://*.harbor.example", "https://www.harbor.example", true),
            ("https://*.harbor.example", "https://de.shop.harbor.example", true),
            ("https://*.harbor.example", "https://harbor.example", false),
            ("https://*.harbor.example", "https://evilharbor.example", false),
            ("https://*.harbor.example", "https://harbor.example.evil.example", false),
            ("https://*.harbor.example", "http://www.harbor.example", false),
            ("https://*.harbor.example", "https://www.harbor.example:8443", false),
            ("http://*.harbor.example:8080", "http://www.harbor.example:8080", true),
            ("http://*.localhost:8080", "http://shop.localhost:8080", true),
            ("https://*.harbor.co.uk", "https://shop.harbor.co.uk", true),
            ("https://*.xn--mller-kva.example", "https://www.xn--mller-kva.example", true),
            ("https://*.harbor.example", "null", false),
            ("https://*.harbor.example", "", false),
            ("https://*.harbor.example", "https://*.harbor.example", true),
        ];
        for (written, origin, expected) in cases {
            check(written, origin, expected);
        }
    }

    #[test]
    fn what_is_no_origin() {
        let cases = [
            "*",
            "https://*",
            "https://*.com",
            "https://*.",
            "*.harbor.example",
            "https://www.*.example",
            "https://*harbor.example",
            "https://*.*.example",
            "https://*.harbor.example/",
            "https://*.Harbor.example",
            "https://*.harbor.example:443",
            "https://*.192.0.2.1",
            "ftp://*.harbor.example",
            "https://harbor.*",
            "https://*.harbor.example:*",
            "null",
            "",
        ];
        for text in cases {
            assert!(!is_origin(text), "{text}");
        }
    }
}
