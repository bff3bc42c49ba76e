//! Which visitors are programs: a number leased to one is a number less for people.

mod pattern;
mod patterns;

use pattern::Search;
use patterns::{PATTERNS, STARTS, WORDS};

/// Longest name that is looked at, in bytes; what is behind is ignored. Browsers inside of apps send up to about 500.
const MAX_USER_AGENT: usize = 1024;

/// Says whether a visitor that names itself so is a program: a crawler, a preview, a monitor, a script.
///
/// Programs that pass themselves off as a browser are not found. Whoever names nothing is no browser: all of them do.
///
/// ```
/// use dni_core::bot::is_bot;
///
/// assert!(is_bot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"));
/// assert!(is_bot("curl/8.11.0"));
/// assert!(!is_bot("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"));
/// ```
pub fn is_bot(user_agent: &str) -> bool {
    let bytes = user_agent.trim_ascii().as_bytes();
    if bytes.is_empty() {
        return true;
    }
    let name = bytes.get(..MAX_USER_AGENT).unwrap_or(bytes).to_ascii_lowercase();
    let mut search = Search::new(&name);
    STARTS.iter().any(|start| name.starts_with(start.as_bytes()))
        || (0..name.len()).any(|at| name.get(at..).is_some_and(has_word_at_start))
        || PATTERNS.iter().any(|pattern| search.finds(pattern))
}

fn has_word_at_start(rest: &[u8]) -> bool {
    let Some(first) = rest.first() else { return false };
    let begins_before = |word: &&str| word.as_bytes().first() < Some(first);
    let from = WORDS.partition_point(begins_before);
    let with_first = WORDS.iter().skip(from).take_while(|word| word.as_bytes().first() == Some(first));
    with_first.into_iter().any(|word| rest.starts_with(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names() {
        let cases = [
            ("", true),
            ("  ", true),
            ("Googlebot/2.1 (+http://www.google.com/bot.html)", true),
            ("curl/7.64.1", true),
            ("node", true),
            ("python-requests/2.32.3", true),
            ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", true),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/143.0.0.0 Safari/537.36",
                true,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
                false,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
                false,
            ),
            // Browsers inside of apps are people.
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22G86 [FBAN/FBIOS;FBAV/530.0.0.51.72;FBBV/807428410;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/18.6;FBSS/3;FBID/phone;FBLC/en_US;FBOP/5]",
                false,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/383.0.797833943 Mobile/15E148 Safari/604.1",
                false,
            ),
            // A phone of this name is none.
            (
                "Mozilla/5.0 (Linux; Android 8.1; CUBOT X18) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.0.3538.80 Mobile Safari/537.36",
                false,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Google Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36",
                false,
            ),
        ];
        for (name, expected) in cases {
            assert_eq!(is_bot(name), expected, "{name:?}");
        }
    }

    #[test]
    fn tables_are_sorted_and_in_lower_case() {
        for table in [WORDS, STARTS] {
            assert!(table.is_sorted(), "the search is binary");
            assert!(table.iter().all(|word| !word.is_empty() && *word == word.to_lowercase()));
        }
        assert!(WORDS.len() > 100 && STARTS.len() > 40 && PATTERNS.len() > 30);
    }

    #[test]
    fn absurd_names_cost_little() {
        let human = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0 ".repeat(2_000);
        assert!(!is_bot(&human));
        for text in ["@a", "a/1.0", "1.", "((", " ", "\u{e4}", "/v1.2.3,"] {
            let _ = is_bot(&text.repeat(100_000));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived_and_case_changes_nothing(name in "\\PC{0,200}") {
            prop_assert_eq!(is_bot(&name), is_bot(&name.to_ascii_uppercase()));
        }
    }
}
