//! The targets that a page names for itself.

use dni_core::phone::{E164, find_targets};

use super::SiteDocument;

/// Fewest digits of what may be a phone number: fewer are a slip, or no number at all.
const MIN_DIGITS: usize = 7;

impl SiteDocument {
    /// Reads which of the site's targets a page asks for, in any form people write them; all of them where it names none.
    ///
    /// Numbers that are none of the site's are passed over. `None` if a text has no number in it at all: nobody can tell what
    /// was meant then.
    pub fn wanted_targets(&self, texts: &[String]) -> Option<Vec<E164>> {
        let all: Vec<E164> = self.targets.iter().map(|target| target.number).collect();
        let named: Vec<&str> = texts.iter().flat_map(|text| text.split([',', ';', '|', '\n'])).collect();
        let named: Vec<&str> = named.into_iter().filter(|one| !one.trim().is_empty()).collect();
        if named.is_empty() {
            return Some(all);
        }
        if named.iter().any(|one| one.chars().filter(char::is_ascii_digit).count() < MIN_DIGITS && !has_word(one)) {
            return None;
        }
        let found: Vec<E164> = named.into_iter().flat_map(|one| found_in(one, &all)).collect();
        Some(all.into_iter().filter(|target| found.contains(target)).collect())
    }
}

/// Returns the targets in a text that has one or more numbers in it.
fn found_in(text: &str, targets: &[E164]) -> Vec<E164> {
    let found = |text: &str| find_targets(text, targets).into_iter().map(|one| one.target).collect::<Vec<_>>();
    // Numbers without any sign of where one ends are told apart by the space between them alone.
    let together = found(text);
    if together.is_empty() { text.split_whitespace().flat_map(found).collect() } else { together }
}

/// Says whether a text has letters to dial behind digits: `1-800-FLOWERS`.
fn has_word(text: &str) -> bool {
    let dialled = text.chars().filter(char::is_ascii_alphanumeric).count();
    text.contains(|char: char| char.is_ascii_digit()) && dialled >= MIN_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = r#"{ "name": "Harbor", "origins": ["https://harbor.example"], "destination": "+13125550199",
        "targets": [{ "number": "+13125550142", "pool": "main" }, { "number": "+13125550143", "pool": "main" },
            { "number": "+18003569377", "pool": "main" }, { "number": "+442079460018", "pool": "main" },
            { "number": "+4930901820", "pool": "main" }],
        "flow": { "version": 1, "start": "end", "steps": { "end": { "type": "hangup" } } } }"#;

    #[test]
    fn targets_are_read_in_any_form_people_write() {
        for text in [
            "+13125550142",
            "(312) 555-0142",
            "13125550142",
            "3125550142",
            "+1 (312) 555-0142",
            "+1-312-555-0142",
            "312.555.0142",
            "tel:+1-312-555-0142",
            "001 312 555 0142",
            " 312\u{a0}555\u{2011}0142 ",
            "312-555-0142;",
            "Sales: 312-555-0142",
        ] {
            check(&[text], Some(&["+13125550142"]));
        }
        check(&["1-800-FLOWERS"], Some(&["+18003569377"]));
        check(&["020 7946 0018"], Some(&["+442079460018"]));
        check(&["+44 (0)20 7946 0018"], Some(&["+442079460018"]));
        check(&["030/901820"], Some(&["+4930901820"]));
    }

    #[test]
    fn several_are_told_apart_by_whatever_stands_between() {
        for text in [
            "+13125550142 +13125550143",
            "+13125550142,+13125550143",
            "3125550142,3125550143",
            "3125550142 3125550143",
            "(312) 555-0142 (312) 555-0143",
            "(312) 555-0142; 312-555-0143",
            "312-555-0142 / 312-555-0143",
            "312-555-0142|312-555-0143",
            "312-555-0142\n312-555-0143\n",
            "312-555-0142 or 312-555-0143",
        ] {
            check(&[text], Some(&["+13125550142", "+13125550143"]));
        }
        check(&["+13125550143", "+13125550142"], Some(&["+13125550142", "+13125550143"]));
    }

    #[test]
    fn what_names_none_means_all_and_what_cannot_be_read_none_at_all() {
        let all = ["+13125550142", "+13125550143", "+18003569377", "+442079460018", "+4930901820"];
        check(&[], Some(&all));
        check(&["", " , "], Some(&all));
        check(&["+13125550188"], Some(&[]));
        check(&["+13125550188, (312) 555-0142"], Some(&["+13125550142"]));
        for text in ["sales", "null", "[object Object]", "0142", "{{ number }}", "+1312, +13125550142"] {
            check(&[text], None);
        }
    }

    #[track_caller]
    fn check(texts: &[&str], expected: Option<&[&str]>) {
        let site: SiteDocument = serde_json::from_str(SITE).unwrap();
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let wanted = site.wanted_targets(&texts);
        let expected = expected.map(|numbers| numbers.iter().map(|one| E164::parse(one).unwrap()).collect::<Vec<_>>());
        assert_eq!(wanted, expected, "{texts:?}");
    }
}
