//! Addresses as a browser reads them: the fixtures hold what the WHATWG URL of Node makes of each.

use dni_core::visit::PageUrl;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    text: String,
    /// None if the browser refuses the address.
    href: Option<String>,
    #[serde(default)]
    host: String,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    pathname: String,
    #[serde(default)]
    params: Vec<(String, String)>,
}

#[test]
fn the_parts_are_those_of_a_browser() {
    for row in rows() {
        let Some(href) = &row.href else { continue };
        let url = PageUrl::from_serialized(href);
        if is_page(href) {
            check(&url, &row);
        } else {
            assert!(url.is_empty(), "{href}");
        }
    }
}

#[cfg(feature = "url")]
#[test]
fn an_address_is_read_as_a_browser_reads_it() {
    for row in rows() {
        let url = PageUrl::parse(&row.text);
        match &row.href {
            // Without Unicode's tables for hosts the address stays as it came.
            Some(_) if has_unicode_host(&row.text) => {
                assert_eq!(url.as_str(), row.text.trim());
                assert_eq!(url.path(), row.pathname, "{:?}", row.text);
                assert_eq!(url.params().count(), row.params.len(), "{:?}", row.text);
            }
            Some(href) if is_page(href) => {
                assert_eq!(url.as_str(), href, "{:?}", row.text);
                check(&url, &row);
            }
            _ => assert!(url.is_empty(), "{:?}", row.text),
        }
    }
}

fn check(url: &PageUrl, row: &Row) {
    let text = &row.text;
    assert_eq!(url.host(), row.host, "{text:?}");
    assert_eq!(url.host_name(), row.hostname, "{text:?}");
    assert_eq!(url.path(), row.pathname, "{text:?}");
    let params: Vec<_> = url.params().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    assert_eq!(params, row.params, "{text:?}");
}

fn is_page(href: &str) -> bool {
    ["https://", "http://", "android-app://"].iter().any(|scheme| href.starts_with(scheme))
}

#[cfg(feature = "url")]
fn has_unicode_host(text: &str) -> bool {
    let host = PageUrl::from_serialized(text);
    !host.host().is_ascii() || host.host().contains('%')
}

fn rows() -> Vec<Row> {
    let rows: Vec<Row> = serde_json::from_str(include_str!("../fixtures/addresses.json")).unwrap();
    assert!(rows.len() > 50);
    rows
}

#[cfg(feature = "url")]
mod hostile {
    use dni_core::visit::PageUrl;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}|[hH]ttps?:/{0,3}[A-Za-zÄß%4@:.\\[\\]\\\\-]{0,20}/?\\PC{0,9}") {
            let url = PageUrl::parse(&text);
            prop_assert!(url.as_str().len() <= 4_096);
        }
    }
}
