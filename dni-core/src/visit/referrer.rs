//! What the page before says about the source.

use serde::{Deserialize, Serialize};

use super::PageUrl;

/// What kind of place links here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReferrerKind {
    /// A search engine.
    Search,
    /// A social network.
    Social,
    /// A video site.
    Video,
    /// A shopping site.
    Shopping,
    /// A webmail service.
    Email,
    /// An AI assistant.
    Assistant,
    /// Any other page.
    Other,
}

impl ReferrerKind {
    /// Returns the medium that a visit from such a place has when nothing else names one.
    pub const fn medium(self) -> &'static str {
        match self {
            Self::Search => "organic",
            Self::Social => "social",
            Self::Email => "email",
            Self::Assistant => "ai-assistant",
            // What analytics products write; the site, not the medium, tells the channel.
            Self::Video | Self::Shopping | Self::Other => "referral",
        }
    }
}

/// A referring host with the name it is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer<'a> {
    /// The name: `google`, `facebook`, or the host itself.
    pub source: &'a str,
    /// The kind of place.
    pub kind: ReferrerKind,
}

impl<'a> Referrer<'a> {
    /// Classifies a host name. A known name matches the host itself and whatever stands below it, never a part of a label:
    /// `m.facebook.com` is Facebook, `notfacebook.com` is not.
    ///
    /// ```
    /// use dni_core::visit::{Referrer, ReferrerKind};
    ///
    /// let referrer = Referrer::of_host("www.google.co.uk");
    /// assert_eq!((referrer.source, referrer.kind), ("google", ReferrerKind::Search));
    /// assert_eq!(Referrer::of_host("notgoogle.com").kind, ReferrerKind::Other);
    /// ```
    pub fn of_host(host: &'a str) -> Self {
        let plain = host.strip_prefix("www.").unwrap_or(host);
        KNOWN
            .iter()
            .find(|(known, ..)| matches_host(known, plain))
            .map_or(Self { source: plain, kind: ReferrerKind::Other }, |(_, source, kind)| Self { source, kind: *kind })
    }

    /// Classifies the page before.
    pub fn of(page: &'a PageUrl) -> Self {
        Self::of_host(page.host_name())
    }

    /// Returns what was searched for, if the page before is a known search engine's and its address says it.
    pub fn search_term(_page: &PageUrl) -> Option<String> {
        None
    }

    /// Returns the kind of the known place that goes by the name `source`, in lower case.
    pub(super) fn of_source(source: &str) -> Option<ReferrerKind> {
        KNOWN.iter().find(|(_, name, _)| *name == source).map(|(.., kind)| *kind)
    }
}

/// Says whether `host` is `known` or stands below it. A known name that ends in `.*` stands for every country's domain.
fn matches_host(known: &str, host: &str) -> bool {
    if let Some(brand) = known.strip_suffix("*") {
        return is_national(brand, host);
    }
    host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Matches `google.` with `google.com`, `google.co.uk`, `news.google.de`, not with `google.example.com`.
fn is_national(brand: &str, host: &str) -> bool {
    let Some(at) = host.rfind(brand) else { return false };
    let (before, rest) = host.split_at_checked(at).unwrap_or_default();
    let ending = rest.strip_prefix(brand).unwrap_or_default();
    let mut labels = ending.split('.');
    let national = match (labels.next(), labels.next(), labels.next()) {
        (Some(top), None, None) => top == "com" || top.len() == 2,
        (Some("com" | "co"), Some(country), None) => country.len() == 2,
        _ => false,
    };
    national && (before.is_empty() || before.ends_with('.'))
}

/// The places that send most visits to a business's site; the first match wins, so services stand before their owners.
const KNOWN: &[(&str, &str, ReferrerKind)] = &[
    ("mail.google.com", "gmail", ReferrerKind::Email),
    ("com.google.android.gm", "gmail", ReferrerKind::Email),
    ("outlook.live.com", "outlook", ReferrerKind::Email),
    ("outlook.office.com", "outlook", ReferrerKind::Email),
    ("mail.yahoo.com", "yahoo mail", ReferrerKind::Email),
    ("mail.aol.com", "aol mail", ReferrerKind::Email),
    ("gemini.google.com", "gemini", ReferrerKind::Assistant),
    ("chatgpt.com", "chatgpt", ReferrerKind::Assistant),
    ("chat.openai.com", "chatgpt", ReferrerKind::Assistant),
    ("copilot.microsoft.com", "copilot", ReferrerKind::Assistant),
    ("perplexity.ai", "perplexity", ReferrerKind::Assistant),
    ("claude.ai", "claude", ReferrerKind::Assistant),
    ("com.google.android.googlequicksearchbox", "google", ReferrerKind::Search),
    ("google.*", "google", ReferrerKind::Search),
    ("bing.com", "bing", ReferrerKind::Search),
    ("duckduckgo.com", "duckduckgo", ReferrerKind::Search),
    ("search.yahoo.com", "yahoo", ReferrerKind::Search),
    ("search.brave.com", "brave", ReferrerKind::Search),
    ("ecosia.org", "ecosia", ReferrerKind::Search),
    ("startpage.com", "startpage", ReferrerKind::Search),
    ("qwant.com", "qwant", ReferrerKind::Search),
    ("search.aol.com", "aol", ReferrerKind::Search),
    ("yandex.*", "yandex", ReferrerKind::Search),
    ("baidu.com", "baidu", ReferrerKind::Search),
    ("facebook.com", "facebook", ReferrerKind::Social),
    ("com.facebook.katana", "facebook", ReferrerKind::Social),
    ("messenger.com", "facebook", ReferrerKind::Social),
    ("instagram.com", "instagram", ReferrerKind::Social),
    ("threads.net", "threads", ReferrerKind::Social),
    ("linkedin.com", "linkedin", ReferrerKind::Social),
    ("lnkd.in", "linkedin", ReferrerKind::Social),
    ("t.co", "twitter", ReferrerKind::Social),
    ("x.com", "twitter", ReferrerKind::Social),
    ("twitter.com", "twitter", ReferrerKind::Social),
    ("tiktok.com", "tiktok", ReferrerKind::Social),
    ("pinterest.*", "pinterest", ReferrerKind::Social),
    ("reddit.com", "reddit", ReferrerKind::Social),
    ("nextdoor.com", "nextdoor", ReferrerKind::Social),
    ("yelp.com", "yelp", ReferrerKind::Social),
    ("quora.com", "quora", ReferrerKind::Social),
    ("snapchat.com", "snapchat", ReferrerKind::Social),
    ("youtube.com", "youtube", ReferrerKind::Video),
    ("youtu.be", "youtube", ReferrerKind::Video),
    ("com.google.android.youtube", "youtube", ReferrerKind::Video),
    ("vimeo.com", "vimeo", ReferrerKind::Video),
    ("twitch.tv", "twitch", ReferrerKind::Video),
    ("amazon.*", "amazon", ReferrerKind::Shopping),
    ("ebay.*", "ebay", ReferrerKind::Shopping),
    ("etsy.com", "etsy", ReferrerKind::Shopping),
    ("walmart.com", "walmart", ReferrerKind::Shopping),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        use ReferrerKind::{Assistant, Email, Other, Search, Shopping, Social, Video};
        let cases = [
            ("google.com", "google", Search),
            ("www.google.com", "google", Search),
            ("www.google.co.uk", "google", Search),
            ("google.com.au", "google", Search),
            ("news.google.de", "google", Search),
            ("mail.google.com", "gmail", Email),
            ("gemini.google.com", "gemini", Assistant),
            ("com.google.android.gm", "gmail", Email),
            ("google.example.com", "google.example.com", Other),
            ("google.com.example.org", "google.com.example.org", Other),
            ("notgoogle.com", "notgoogle.com", Other),
            ("m.facebook.com", "facebook", Social),
            ("l.facebook.com", "facebook", Social),
            ("notfacebook.com", "notfacebook.com", Other),
            ("t.co", "twitter", Social),
            ("cat.co", "cat.co", Other),
            ("www.bing.com", "bing", Search),
            ("chatgpt.com", "chatgpt", Assistant),
            ("m.youtube.com", "youtube", Video),
            ("www.amazon.co.uk", "amazon", Shopping),
            ("notamazon.com", "notamazon.com", Other),
            ("www.chamber-of-commerce.example", "chamber-of-commerce.example", Other),
            ("", "", Other),
        ];
        for (host, source, kind) in cases {
            assert_eq!(Referrer::of_host(host), Referrer { source, kind }, "{host:?}");
        }
    }
}
