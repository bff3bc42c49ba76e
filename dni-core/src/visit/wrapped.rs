//! Addresses that carry the page's own address within: translators, and what mail programs and networks put before links.

use super::PageUrl;

/// Host, and the parameter that has the page's address. The host stands for what is below it too.
const WRAPPERS: [(&str, &str); 8] = [
    ("translate.google.com", "u"),
    ("translate.googleusercontent.com", "u"),
    ("safelinks.protection.outlook.com", "url"),
    ("linkprotect.cudasvc.com", "a"),
    ("l.facebook.com", "u"),
    ("lm.facebook.com", "u"),
    ("l.instagram.com", "u"),
    ("out.reddit.com", "url"),
];
/// Most wrappings taken off: a mail program's around a translator's, and one to spare.
const MAX_WRAPPINGS: usize = 3;

/// Returns the page's own address: what a wrapper carries, or the address itself.
pub(super) fn unwrapped(landing: &PageUrl) -> PageUrl {
    let mut page = landing.clone();
    for _ in 0..MAX_WRAPPINGS {
        match carried(&page) {
            Some(within) => page = within,
            None => break,
        }
    }
    page
}

fn carried(page: &PageUrl) -> Option<PageUrl> {
    let host = page.host_name();
    let stands_below =
        |known: &str| host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let (_, wanted) = WRAPPERS.iter().find(|(known, _)| stands_below(known))?;
    let (_, within) = page.params().find(|(name, _)| name == wanted)?;
    Some(PageUrl::from_serialized(&within)).filter(|page| !page.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages() {
        let page = "https://harbor.example/?utm_source=a&gclid=b";
        let encoded = "https%3A%2F%2Fharbor.example%2F%3Futm_source%3Da%26gclid%3Db";
        let twice = "https%3A%2F%2Ftranslate.google.com%2Ftranslate%3Fu%3Dhttps%253A%252F%252Fharbor.example%252F";
        let cases = [
            (page.to_owned(), page),
            (format!("https://translate.google.com/translate?sl=en&u={encoded}"), page),
            (format!("https://nam02.safelinks.protection.outlook.com/?url={encoded}&data=x"), page),
            (format!("https://l.facebook.com/l.php?u={encoded}&h=AT0"), page),
            (format!("https://nam02.safelinks.protection.outlook.com/?url={twice}"), "https://harbor.example/"),
            (
                "https://l.facebook.com/l.php?u=javascript:alert(1)".to_owned(),
                "https://l.facebook.com/l.php?u=javascript:alert(1)",
            ),
            ("https://l.facebook.com/".to_owned(), "https://l.facebook.com/"),
            (format!("https://evil-l.facebook.com/?u={encoded}"), ""),
            (format!("https://harbor.example/?u={encoded}"), ""),
            (String::new(), ""),
        ];
        for (address, page) in cases {
            let landing = PageUrl::from_serialized(&address);
            let expected = if page.is_empty() { landing.as_str() } else { page };
            assert_eq!(unwrapped(&landing).as_str(), expected, "{address}");
        }
    }

    #[test]
    fn wrappings_are_bounded() {
        let mut address = "https://harbor.example/".to_owned();
        for _ in 0..5 {
            let encoded: String = form_urlencoded::byte_serialize(address.as_bytes()).collect();
            address = format!("https://l.facebook.com/?u={encoded}");
        }
        assert_eq!(unwrapped(&PageUrl::from_serialized(&address)).host(), "l.facebook.com");
    }
}
