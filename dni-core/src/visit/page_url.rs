//! Addresses of pages, as a browser writes them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::tag_names::place_of;

/// Longest address kept, in bytes. Ad platforms' landing URLs stay near 1 KB; what is longer is shortened, never refused.
const MAX_URL: usize = 4096;
/// Longest address handled where it arises, in bytes: no server takes more in one line.
const MAX_WHOLE: usize = 32_768;
/// What is left out of an address that is too long until it fits, in turn: parameters longer than this, in bytes, and whether
/// the campaign's own are among them.
const LEFT_OUT: [(usize, bool); 4] = [(512, false), (64, false), (0, false), (0, true)];
/// Most query parameters looked at: the sources known here need about forty.
pub(super) const MAX_PARAMS: usize = 200;
/// Schemes a visit can come from: pages, and the Android apps that name themselves as referrer.
const SCHEMES: [&str; 3] = ["https://", "http://", APP];
const APP: &str = "android-app://";

/// The address of a page in the serialised form every browser gives: `location.href`, `document.referrer`.
///
/// Any text can be made one: an address of another kind than a page's becomes the empty address. One of more than 4,096
/// bytes loses whole parameters, the longest first and those of campaigns and clicks last, for ad platforms append theirs at
/// the end. The parts are read off without any further decoding, which is exact for serialised addresses; outside a browser
/// `PageUrl::parse` (feature `url`) serialises first.
///
/// ```
/// use dni_core::visit::PageUrl;
///
/// let url = PageUrl::from_serialized("https://harbor.example/heating?utm_source=google&x=a+b%21#top");
/// assert_eq!(url.host(), "harbor.example");
/// assert_eq!(url.path(), "/heating");
/// assert_eq!(url.params().last().unwrap(), ("x".into(), "a b!".into()));
/// assert!(PageUrl::from_serialized("javascript:alert(1)").is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct PageUrl(String);

impl PageUrl {
    /// Takes an address as a browser wrote it.
    pub fn from_serialized(text: &str) -> Self {
        Self::from(text.to_owned())
    }

    /// Takes an address as the browser at hand has it, and leaves it whole, for it is read here and shortened where it is kept for
    /// long. At most 32,768 bytes.
    pub fn whole(mut text: String) -> Self {
        if !SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
            text.clear();
        }
        cut(&mut text, MAX_WHOLE);
        Self(text)
    }

    /// Parses and serialises any spelling of an address, as a browser would.
    ///
    /// One thing that a browser does is left out: a Unicode host does not become Punycode (`müller.example` no
    /// `xn--mller-kva.example`), for that takes tables larger than all the rest, and browsers have done it before an address
    /// comes here. Such an address stays as it came, without the blanks around it.
    ///
    /// ```
    /// use dni_core::visit::PageUrl;
    ///
    /// assert_eq!(PageUrl::parse("HTTPS://Harbor.Example:443/a/../b").as_str(), "https://harbor.example/b");
    /// assert_eq!(PageUrl::parse(" https://müller.example/ ").host(), "müller.example");
    /// ```
    #[cfg(feature = "url")]
    pub fn parse(text: &str) -> Self {
        if has_unicode_host(text) {
            return Self::from_serialized(text.trim());
        }
        url::Url::parse(text).map(|url| Self::from(String::from(url))).unwrap_or_default()
    }

    /// Returns the whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether there is no address: a visitor without referrer, or something that is no page.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says whether it is an Android app's name instead of a page's address: `android-app://com.google.android.gm/`.
    pub fn is_app(&self) -> bool {
        self.0.starts_with(APP)
    }

    /// Returns host and port, as in an `Origin`: `harbor.example`, `127.0.0.1:8701`. Empty for no address.
    pub fn host(&self) -> &str {
        let rest = self.after_scheme();
        let authority = rest.find(['/', '?', '#']).and_then(|end| rest.get(..end)).unwrap_or(rest);
        // Bytes: the search for a character in a text costs a browser half a kilobyte.
        let user = authority.bytes().rposition(|byte| byte == b'@');
        user.and_then(|at| authority.get(at + 1..)).unwrap_or(authority)
    }

    /// Returns the host without its port.
    pub fn host_name(&self) -> &str {
        let host = self.host();
        let name = host.bytes().rposition(|byte| byte == b':').and_then(|at| host.split_at_checked(at));
        match name {
            Some((name, port)) if port.bytes().skip(1).all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        }
    }

    /// Returns the path, without query and fragment.
    pub fn path(&self) -> &str {
        let rest = self.after_scheme();
        let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
        let path = path.split('#').next().unwrap_or_default();
        query_begins(path).and_then(|end| path.get(..end)).unwrap_or(path)
    }

    /// Returns the query's names and values in order, decoded once by the rules of HTML forms: `+` is a space, a broken
    /// `%` stays as it is. A query may begin with `&`, where a platform appended to an address that had none.
    pub fn params(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let (query, _) = self.query_and_fragment();
        form_urlencoded::parse(query.as_bytes()).take(MAX_PARAMS)
    }

    /// Returns query and fragment as they stand, without their `?` and `#`.
    pub(super) fn query_and_fragment(&self) -> (&str, &str) {
        let end = self.0.bytes().position(|byte| byte == b'#').unwrap_or(self.0.len());
        let (page, fragment) = self.0.split_at_checked(end).unwrap_or_default();
        let query = query_begins(page).and_then(|at| page.get(at + 1..));
        (query.unwrap_or_default(), fragment.get(1..).unwrap_or_default())
    }

    /// Says whether nothing stands behind the host, as browsers tell of most pages before.
    pub(super) fn is_bare(&self) -> bool {
        let rest = self.after_scheme();
        rest.find(['/', '?', '#']).is_none_or(|at| rest.get(at..) == Some("/"))
    }

    fn after_scheme(&self) -> &str {
        SCHEMES.iter().find_map(|scheme| self.0.strip_prefix(scheme)).unwrap_or_default()
    }
}

impl From<String> for PageUrl {
    fn from(mut text: String) -> Self {
        if !SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
            return Self::default();
        }
        if text.len() > MAX_URL {
            text = shortened(&text);
        }
        Self(text)
    }
}

impl From<PageUrl> for String {
    fn from(url: PageUrl) -> Self {
        url.0
    }
}

/// Says whether the host is not plain ASCII, or may not be once it is decoded. Not left to the `url` crate: without tables it
/// refuses such a host, and takes it for a mistake of the program's if there are capitals in it.
#[cfg(feature = "url")]
fn has_unicode_host(text: &str) -> bool {
    let after_scheme = text.split_once(':').map_or("", |(_, rest)| rest.trim_start_matches(['/', '\\']));
    let authority = after_scheme.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    !host.is_ascii() || host.contains('%')
}

/// Returns where the query begins, with its `?`, or with the `&` of the first parameter in an address without one: no part of a
/// path but its last looks like `x&name=`.
fn query_begins(page: &str) -> Option<usize> {
    let begin = page.bytes().position(|byte| byte == b'?' || byte == b'&')?;
    let behind = page.as_bytes().get(begin..)?;
    let ends_name = |byte: &u8| matches!(byte, b'=' | b'/' | b'?');
    if behind.first() == Some(&b'?') || behind.iter().find(|byte| ends_name(byte)) == Some(&b'=') {
        return Some(begin);
    }
    page.bytes().position(|byte| byte == b'?')
}

/// Leaves parameters out of an address until it fits; what is then still too long ends behind a whole one.
fn shortened(text: &str) -> String {
    const ENDS: [char; 3] = ['?', '&', '#'];
    let mut parts: Vec<&str> = text.split_inclusive(ENDS).collect();
    let mut length = text.len();
    for (longest, tags_too) in LEFT_OUT {
        for part in parts.iter_mut().skip(1) {
            let name = part.split('=').next().unwrap_or_default().as_bytes();
            if length > MAX_URL && part.len() > longest && (tags_too || place_of(name).is_none()) {
                // What begins another section stays.
                let end = part.len() - usize::from(part.ends_with(['?', '#']));
                let rest = part.get(end..).unwrap_or_default();
                length -= part.len() - rest.len();
                *part = rest;
            }
        }
    }
    let mut kept = parts.concat();
    if kept.len() > MAX_URL {
        cut(&mut kept, MAX_URL);
        if let Some(end) = kept.rfind(ENDS) {
            kept.truncate(end);
        }
    }
    kept
}

/// Cuts `text` to at most `limit` bytes, at a character's boundary.
pub(super) fn cut(text: &mut String, limit: usize) {
    let end = (0..=limit.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or(0));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts() {
        let cases = [
            ("https://a.example/", "a.example", "a.example", "/", 0),
            ("https://a.example:8443/x/y?p=1&q=2#f", "a.example:8443", "a.example", "/x/y", 2),
            ("http://127.0.0.1:8701/?p", "127.0.0.1:8701", "127.0.0.1", "/", 1),
            ("http://user:pass@a.example/x", "a.example", "a.example", "/x", 0),
            ("http://[::1]:8080/x?a=/b#c?d=e", "[::1]:8080", "[::1]", "/x", 1),
            ("android-app://com.google.android.gm/", "com.google.android.gm", "com.google.android.gm", "/", 0),
            ("", "", "", "", 0),
            ("about:blank", "", "", "", 0),
            ("data:text/html,hi", "", "", "", 0),
            ("/relative?x=1", "", "", "", 0),
            ("https://a.example/x&p=1&q=2#f", "a.example", "a.example", "/x", 2),
            ("https://a.example/x&p=1?q=2", "a.example", "a.example", "/x", 1),
            ("https://a.example/h&m/x?q=2", "a.example", "a.example", "/h&m/x", 1),
            ("https://a.example/h&m/x#q=2", "a.example", "a.example", "/h&m/x", 0),
            ("https://a.example/a&b", "a.example", "a.example", "/a&b", 0),
            ("https://a.example/a&b?q=2", "a.example", "a.example", "/a&b", 1),
        ];
        for (text, host, name, path, params) in cases {
            let url = PageUrl::from_serialized(text);
            let got = (url.host(), url.host_name(), url.path(), url.params().count());
            assert_eq!(got, (host, name, path, params), "{text}");
        }
    }

    #[test]
    fn values_are_decoded_once_and_never_refused() {
        let cases = [
            ("a=b%20c", "b c"),
            ("a=b+c", "b c"),
            ("a=b%2520c", "b%20c"),
            ("a=100%free", "100%free"),
            ("a=%ZZ", "%ZZ"),
            ("a=b=c", "b=c"),
            ("a=%FF", "\u{fffd}"),
            ("a=", ""),
            ("a", ""),
        ];
        for (query, value) in cases {
            let url = PageUrl::from_serialized(&format!("https://a.example/?{query}"));
            assert_eq!(url.params().next().unwrap().1, value, "{query}");
        }
    }

    #[test]
    fn a_long_address_keeps_what_tells_its_campaign() {
        let long = |length: usize| "k".repeat(length);
        let many = "item=abcdefgh&".repeat(400);
        let tags = "utm_source=bing&utm_medium=cpc&msclkid=0c97748ea8581c0fa51611f9afccba18";
        // before the tags, between them and the end, what is kept of both
        let cases = [
            (format!("?session={}&", long(4500)), String::new(), "?", ""),
            (format!("?a=1&session={}&", long(3990)), "&b=2".to_owned(), "?a=1&", "&b=2"),
            ("?".to_owned(), format!("&session={}", long(9000)), "?", "&"),
            (format!("?{many}"), String::new(), "", ""),
            (format!("?q={}?", long(5000)), String::new(), "??", ""),
            (format!("?q={}#", long(5000)), String::new(), "?#", ""),
            (format!("?{}", format!("q={}&", long(300)).repeat(40)), format!("#{}", long(4000)), "", ""),
        ];
        for (before, after, kept_before, kept_after) in cases {
            let url = PageUrl::from_serialized(&format!("https://a.example/{before}{tags}{after}"));
            assert!(url.as_str().len() <= MAX_URL);
            assert!(url.as_str().contains(tags), "{}", url.as_str());
            if !kept_before.is_empty() {
                assert_eq!(url.as_str(), format!("https://a.example/{kept_before}{tags}{kept_after}"));
            }
        }
    }

    #[test]
    fn no_parameter_is_kept_in_part() {
        let id = "msclkid=0c97748ea8581c0fa51611f9afccba18";
        for padding in 3_950..4_200 {
            for path in [format!("?session={}&{id}", "k".repeat(padding)), format!("{}?{id}", "p/".repeat(padding / 2))]
            {
                let url = PageUrl::from_serialized(&format!("https://a.example/{path}"));
                assert!(url.as_str().len() <= MAX_URL);
                let values: Vec<_> =
                    url.params().filter(|(name, _)| name == "msclkid").map(|(_, value)| value).collect();
                assert!(values.is_empty() || values == ["0c97748ea8581c0fa51611f9afccba18"], "{padding}: {values:?}");
            }
        }
    }

    #[test]
    fn an_address_at_hand_stays_whole() {
        let long = format!("https://a.example/?q={}&gclid=x", "k".repeat(5000));
        assert_eq!(PageUrl::whole(long.clone()).as_str(), long);
        assert_eq!(PageUrl::whole("x".repeat(9)).as_str(), "");
        assert_eq!(PageUrl::whole(format!("https://a.example/{}", "ä".repeat(40_000))).as_str().len(), MAX_WHOLE);
    }

    #[test]
    fn addresses_are_bounded() {
        for part in ["ä", "&", "a&", "?", "#", "utm_source=a&", "ä=ä&"] {
            let url = PageUrl::from_serialized(&format!("https://a.example/?q={}", part.repeat(5000)));
            assert!(url.as_str().len() <= MAX_URL);
            assert_eq!(PageUrl::from_serialized(url.as_str()), url, "what was kept is kept again");
        }
        let many = PageUrl::from_serialized(&format!("https://a.example/?{}", "a&".repeat(1500)));
        assert_eq!(many.params().count(), MAX_PARAMS);
    }

    proptest! {
        #[test]
        fn the_parts_are_those_of_the_url_crate(text in "https?://[a-z.]{1,12}(:[0-9]{2,4})?(/[a-z%/ä]{0,9})?(\\?[a-z=&%+? ä]{0,20})?(#[a-z?/]{0,5})?") {
            let Ok(theirs) = url::Url::parse(&text) else { return Ok(()) };
            let ours = PageUrl::from_serialized(theirs.as_str());
            let port = theirs.port().map(|port| format!(":{port}")).unwrap_or_default();
            prop_assert_eq!(ours.host(), format!("{}{port}", theirs.host_str().unwrap()));
            prop_assert_eq!(ours.path(), theirs.path());
            prop_assert!(ours.params().eq(theirs.query_pairs()));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,100}") {
            let url = PageUrl::from_serialized(&text);
            let _ = (url.host(), url.host_name(), url.path(), url.params().count());
        }
    }
}
