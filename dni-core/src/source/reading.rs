//! Which rule a visitor's touches choose.

use super::group::{Origin, Origins};
use super::{Precedence, SourceRule, Use, When};
use crate::phone::E164;
use crate::visit::Touch;

/// A visitor's touches, read by a site's rules: once for all targets of the page.
///
/// One touch decides: the latest that says where the visitor came from, be it by its source or by landing where a landing
/// rule is waiting. If none does, the latest. So a visitor who comes back by a bookmark sees the number they saw, and the
/// number agrees with the source that the log gives their call.
///
/// ```
/// use dni_core::phone::E164;
/// use dni_core::source::{Reading, SourceRule, Use};
/// use dni_core::time::Millis;
/// use dni_core::visit::{Arrival, PageUrl, Touch};
///
/// let json = r#"[{ "id": "google-ads", "when": { "group": "google_ads" }, "use": { "number": "+13125550161" } }]"#;
/// let rules: Vec<SourceRule> = serde_json::from_str(json).unwrap();
/// let url = PageUrl::from_serialized("https://harbor.example/?gclid=Cj0KCQ");
/// let ad = Touch::read(&Arrival { at: Millis::from_unix_ms(1_000), url, referrer: PageUrl::default() }, &[]);
/// let target = E164::parse("+13125550142").unwrap();
/// let chosen = Reading::of(&rules, &[ad]).chosen(target);
/// assert_eq!(chosen.rule.unwrap().id.as_str(), "google-ads");
/// assert_eq!(chosen.uses(), Some(&Use::Number(E164::parse("+13125550161").unwrap())));
/// ```
#[derive(Debug)]
pub struct Reading<'a> {
    /// Latest first, down to the first that is not direct.
    touches: Vec<ReadTouch<'a>>,
}

/// A touch with the rules that match it, in the order in which they are asked.
#[derive(Debug)]
struct ReadTouch<'a> {
    place: usize,
    is_direct: bool,
    rules: Vec<&'a SourceRule>,
}

/// What was chosen for a target, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen<'a> {
    /// The rule; `None` if none matches, and the target's own pool is asked.
    pub rule: Option<&'a SourceRule>,
    /// Its rank.
    pub precedence: Precedence,
    /// The touch that decided, by its place in the list; `None` if the list is empty.
    pub touch: Option<usize>,
}

impl<'a> Chosen<'a> {
    /// Returns what the rule says to use; `None` for the target's own pool.
    pub fn uses(&self) -> Option<&'a Use> {
        self.rule.map(|rule| &rule.uses)
    }
}

impl<'a> Reading<'a> {
    /// Reads the touches, which stand oldest first, as [`History::read`](crate::visit::History::read) gives them.
    pub fn of(rules: &'a [SourceRule], touches: &[Touch]) -> Self {
        let mut read = Vec::new();
        for (place, touch) in touches.iter().enumerate().rev() {
            read.push(ReadTouch { place, is_direct: touch.is_direct(), rules: matching(rules, touch) });
            if !touch.is_direct() {
                break;
            }
        }
        Self { touches: read }
    }

    /// Chooses for a target: of the rules that match, the first of the highest rank.
    pub fn chosen(&self, target: E164) -> Chosen<'a> {
        let decides = |touch: &&ReadTouch<'_>| {
            let mut rules = touch.rules.iter().filter(|rule| rule.is_for(target));
            !touch.is_direct || rules.any(|rule| rule.when.precedence() == Precedence::Landing)
        };
        let touch = self.touches.iter().find(decides).or_else(|| self.touches.first());
        let rule = touch.and_then(|touch| touch.rules.iter().find(|rule| rule.is_for(target)).copied());
        Chosen {
            rule,
            precedence: rule.map_or(Precedence::Pool, |rule| rule.when.precedence()),
            touch: touch.map(|touch| touch.place),
        }
    }
}

fn matching<'a>(rules: &'a [SourceRule], touch: &Touch) -> Vec<&'a SourceRule> {
    let params: Vec<_> = touch.landing.params().collect();
    let origin = Origin::of(touch);
    let matches = |when: &When| match when {
        When::LandingParameter(parameter) => parameter.matches(&params),
        When::LandingPage(page) => page.matches(&touch.landing),
        When::Referrer(page) => !touch.referrer.is_empty() && page.matches(&touch.referrer),
        When::Group(group) => Origins::of_group(*group).has(origin),
        When::Channel(channel) => Origins::of_channel(*channel).has(origin),
        When::Always => true,
    };
    let mut matching: Vec<_> = rules.iter().filter(|rule| matches(&rule.when)).collect();
    // Stable: of one rank, the first in the list stays first.
    matching.sort_by_key(|rule| rule.when.precedence());
    matching
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;
    use crate::visit::{Arrival, PageUrl};

    const RULES: &str = r#"[
        { "id": "everybody", "when": "always", "targets": ["+13125550143"], "use": { "number": "+13125550160" } },
        { "id": "paid", "when": { "group": "paid" }, "use": { "number": "+13125550161" } },
        { "id": "google-ads", "when": { "group": "google_ads" }, "use": { "number": "+13125550162" } },
        { "id": "assistants", "when": { "channel": "ai_assistants" }, "use": "no_swap" },
        { "id": "chamber", "when": { "referrer": { "host": "chamber.example" } }, "use": { "number": "+13125550163" } },
        { "id": "flyer", "when": { "landing_page": { "path": "/flyer" } }, "use": { "number": "+13125550164" } },
        { "id": "promo", "when": { "landing_parameter": { "name": "promo" } }, "targets": ["+13125550142"],
          "use": { "pool": "promo" } }
    ]"#;

    #[test]
    fn arrivals() {
        use Precedence::{Always, Group, Landing, Pool, Referrer};
        // what the visitor did, oldest first: page and referrer; what the first and the second target get, and by which touch
        type Case<'a> = (&'a [(&'a str, &'a str)], (&'a str, Precedence, usize), (&'a str, Precedence, usize));
        let google = "https://www.google.com/";
        let chamber = "https://chamber.example/members";
        let cases: &[Case] = &[
            // Ranks.
            (&[("/", "")], ("", Pool, 0), ("everybody", Always, 0)),
            (&[("/", google)], ("", Pool, 0), ("everybody", Always, 0)),
            (&[("/?gclid=x", google)], ("paid", Group, 0), ("paid", Group, 0)),
            (&[("/?gclid=x", chamber)], ("chamber", Referrer, 0), ("chamber", Referrer, 0)),
            (&[("/flyer?gclid=x", chamber)], ("flyer", Landing, 0), ("flyer", Landing, 0)),
            (&[("/flyer?promo=1", "")], ("flyer", Landing, 0), ("flyer", Landing, 0)),
            (&[("/?promo", chamber)], ("promo", Landing, 0), ("chamber", Referrer, 0)),
            (&[("/", "https://chatgpt.com/")], ("assistants", Group, 0), ("assistants", Group, 0)),
            // The touch that decides.
            (&[("/?gclid=x", google), ("/", "")], ("paid", Group, 0), ("paid", Group, 0)),
            (&[("/?gclid=x", google), ("/", chamber)], ("chamber", Referrer, 1), ("chamber", Referrer, 1)),
            (&[("/?gclid=x", google), ("/", google)], ("", Pool, 1), ("everybody", Always, 1)),
            (&[("/?gclid=x", google), ("/flyer", ""), ("/", "")], ("flyer", Landing, 1), ("flyer", Landing, 1)),
            (&[("/flyer", ""), ("/?gclid=x", google)], ("paid", Group, 1), ("paid", Group, 1)),
            (&[("/?gclid=x", google), ("/?promo=1", "")], ("promo", Landing, 1), ("paid", Group, 0)),
            (&[("/", ""), ("/about", "")], ("", Pool, 1), ("everybody", Always, 1)),
        ];
        let rules: Vec<SourceRule> = serde_json::from_str(RULES).unwrap();
        for (arrivals, first, second) in cases {
            let touches: Vec<_> = arrivals.iter().map(|(page, referrer)| touch(page, referrer)).collect();
            let reading = Reading::of(&rules, &touches);
            for (target, expected) in [("+13125550142", first), ("+13125550143", second)] {
                let chosen = reading.chosen(E164::parse(target).unwrap());
                let id = chosen.rule.map_or("", |rule| rule.id.as_str());
                assert_eq!(
                    (id, chosen.precedence, chosen.touch),
                    (expected.0, expected.1, Some(expected.2)),
                    "{arrivals:?}"
                );
            }
        }
    }

    #[test]
    fn nothing_known_is_the_pool() {
        let rules: Vec<SourceRule> = serde_json::from_str(RULES).unwrap();
        let target = E164::parse("+13125550142").unwrap();
        let nobody = Chosen { rule: None, precedence: Precedence::Pool, touch: None };
        assert_eq!(Reading::of(&rules, &[]).chosen(target), nobody);
        assert_eq!(Reading::of(&[], &[touch("/?gclid=x", "")]).chosen(target), Chosen { touch: Some(0), ..nobody });
    }

    fn touch(page: &str, referrer: &str) -> Touch {
        let arrival = Arrival {
            at: Millis::from_unix_ms(1_790_000_000_000),
            url: PageUrl::from_serialized(&format!("https://harbor.example{page}")),
            referrer: PageUrl::from_serialized(referrer),
        };
        Touch::read(&arrival, &[])
    }
}
