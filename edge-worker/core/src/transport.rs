//! Whether what is sent can be read on the way.

use url::{Host, Url};

/// How long a browser that was here once asks by https alone: a year, as is usual.
pub const STRICT_TRANSPORT: &str = "max-age=31536000";

/// Says whether a worker's public address is one of https, and so whatever is asked of it.
pub fn is_encrypted(public_url: &str) -> bool {
    public_url.starts_with("https://")
}

/// Says whether a request came in the open although the worker's public address is one of https. On one's own machine it may, and behind
/// a tunnel, which says itself how it was asked.
///
/// ```
/// use edge_core::transport::came_in_the_open;
/// use url::Url;
///
/// let asked = Url::parse("http://calls.example/v1/calls").unwrap();
/// assert!(came_in_the_open("https://calls.example", &asked, ""));
/// assert!(!came_in_the_open("http://calls.example", &asked, ""));
/// assert!(!came_in_the_open("https://calls.example", &asked, "https"));
/// ```
pub fn came_in_the_open(public_url: &str, asked: &Url, forwarded_proto: &str) -> bool {
    is_encrypted(public_url) && asked.scheme() == "http" && forwarded_proto != "https" && !is_own_machine(asked)
}

fn is_own_machine(asked: &Url) -> bool {
    match asked.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_others_may_have_read_came_in_the_open() {
        for (asked, expected) in [
            ("http://calls.example/", true),
            ("http://localhost.calls.example/", true),
            ("http://198.51.100.7/", true),
            ("http://[2001:db8::1]/", true),
            ("https://calls.example/", false),
            ("http://localhost:8787/", false),
            ("http://127.0.0.1:8787/", false),
            ("http://[::1]:8787/", false),
        ] {
            let came = came_in_the_open("https://calls.example", &Url::parse(asked).unwrap(), "");
            assert_eq!(came, expected, "{asked}");
        }
    }
}
