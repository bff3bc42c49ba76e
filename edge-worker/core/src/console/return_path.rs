//! Where a person goes on who had to sign in first.

use url::Url;

/// The console's first page.
pub const CONSOLE: &str = "/console";

/// Longest address that is come back to, in bytes: the console's own have a few dozen.
const MAX_LENGTH: usize = 2_000;
/// What is asked for by forms and style sheets, and is no page to come back to.
const NO_PAGES: [&str; 3] = ["/console/sign-in", "/console/sign-out", "/console/style.css"];
/// Stands for the worker's own address, whatever that is: nobody can have a host under `.invalid` (RFC 2606).
const HERE: &str = "https://console.invalid/";

/// Returns the page of the console that was asked for, as path and query. Anything else, be it elsewhere or nowhere, becomes the first
/// page.
pub fn return_path(asked: &str) -> String {
    own_page(asked).unwrap_or_else(|| CONSOLE.to_owned())
}

/// Reads an address as a browser would, dots and backslashes and all, and tells it if it is a page of the console then.
fn own_page(asked: &str) -> Option<String> {
    if asked.len() > MAX_LENGTH {
        return None;
    }
    let here = Url::parse(HERE).ok()?;
    let url = here.join(asked).ok()?;
    let path = url.path();
    let is_console = path.strip_prefix(CONSOLE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_own = url.origin() == here.origin() && url.username().is_empty() && url.password().is_none();
    let is_page = !NO_PAGES.contains(&path.trim_end_matches('/'));
    (is_console && is_own && is_page).then(|| match url.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: &str, expected: &str) {
        assert_eq!(return_path(asked), expected, "{asked:?}");
    }

    #[test]
    fn a_page_of_the_console_is_come_back_to() {
        for page in [
            "/console",
            "/console?site=harbor&outcome=missed",
            "/console/",
            "/console/calls/CAL0123456789abcdef0123456789abcdef",
            "/console/calls/CAL0?words=%C3%A4%22",
            "/console/recordings/CAL0/RE1",
            "/console/calls/a%2Fb",
        ] {
            check(page, page);
        }
        check("/console/calls/../calls/CAL1", "/console/calls/CAL1");
        check("/console/calls/ä", "/console/calls/%C3%A4");
    }

    #[test]
    fn nobody_is_led_elsewhere() {
        for asked in [
            "",
            "/",
            "https://evil.example/console",
            "//evil.example/console",
            "///evil.example/console",
            "/\\evil.example/console",
            "\\\\evil.example/console",
            "https:evil.example/console",
            "https://console.invalid@evil.example/console",
            "https://evil@console.invalid/console",
            "javascript:alert(1)//console",
            "data:text/html,/console",
            "/consoles",
            "/console.evil.example",
            "/console@evil.example",
            "/console/../v1/calls",
            "/console/%2e%2e/v1/calls",
            "/console/..\\v1",
            "/console/../../evil.example",
            "/v1/calls",
            "\t//evil.example/console",
            "/\t/evil.example/console",
            "/console/sign-out",
            "/console/sign-in?to=/console",
            "/console/sign-out/",
            "/console/style.css",
            "https://[",
        ] {
            check(asked, CONSOLE);
        }
        check(&format!("/console/{}", "a".repeat(MAX_LENGTH)), CONSOLE);
    }

    #[test]
    fn what_is_come_back_to_fits_into_a_header() {
        for asked in
            ["/console\r\nSet-Cookie: a=b", "/console/calls/a\nb", "/console?a=\r\n\r\n<script>", "/console/ü\u{2028}"]
        {
            let path = return_path(asked);
            assert!(path.starts_with(CONSOLE) && path.bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{path:?}");
        }
    }
}
