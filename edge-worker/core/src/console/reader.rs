//! Who reads an answer: a person at a browser, or a program.

/// Most media types read of one header: browsers send ten at most.
const MAX_TYPES: usize = 32;

/// Who reads an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A person at a browser: answered in HTML.
    Person,
    /// A program: answered in JSON.
    Program,
}

impl Reader {
    /// Tells by a request's `Accept`. Whoever names neither HTML nor JSON is taken for `otherwise`: programs send `*/*` or nothing,
    /// and browsers name HTML where they open an address.
    pub fn of(accept: &str, otherwise: Self) -> Self {
        let mut html = 0.0_f64;
        let mut json = 0.0_f64;
        for entry in accept.split(',').take(MAX_TYPES) {
            let mut parts = entry.split(';').map(str::trim);
            let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = weight(parts);
            match media_type.as_str() {
                "text/html" | "application/xhtml+xml" => html = html.max(weight),
                "application/json" | "text/json" => json = json.max(weight),
                _ => {}
            }
        }
        if html > 0.0 && html >= json {
            Self::Person
        } else if json > 0.0 {
            Self::Program
        } else {
            otherwise
        }
    }
}

/// Reads a media type's weight, 0 to 1. One that cannot be read counts as 1, as if it had not been given.
fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> f64 {
    let written = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f64>().ok()).flatten()
    });
    written.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_people_and_programs_are_programs() {
        let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8";
        let firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, named) in [
            (chrome, Some(Reader::Person)),
            (firefox, Some(Reader::Person)),
            ("text/html", Some(Reader::Person)),
            ("TEXT/HTML; charset=utf-8", Some(Reader::Person)),
            ("application/xhtml+xml", Some(Reader::Person)),
            ("application/json;q=0.5, text/html", Some(Reader::Person)),
            ("application/json, text/html", Some(Reader::Person)),
            ("application/json", Some(Reader::Program)),
            ("application/json, text/plain, */*", Some(Reader::Program)),
            ("application/json, text/html;q=0.5", Some(Reader::Program)),
            ("application/json, text/html; Q=0.5", Some(Reader::Program)),
            ("text/html;q=0, application/json", Some(Reader::Program)),
            ("text/html;q=0", None),
            ("*/*", None),
            ("", None),
            ("text/css,*/*;q=0.1", None),
            ("audio/webm,audio/*;q=0.9,*/*;q=0.5", None),
            ("text/htmlx", None),
            (",;=,", None),
            ("text/html;q=nonsense", Some(Reader::Person)),
            ("text/html;q=7", Some(Reader::Person)),
        ] {
            for otherwise in [Reader::Person, Reader::Program] {
                assert_eq!(Reader::of(accept, otherwise), named.unwrap_or(otherwise), "{accept}");
            }
        }
    }

    #[test]
    fn a_header_without_end_is_not_read_to_its_end() {
        let long = format!("{}text/html", "image/png,".repeat(100));
        assert_eq!(Reader::of(&long, Reader::Program), Reader::Program);
    }
}
