//! The visitors who were given a number in a day, as they are kept for reports: how many came from where, and when; nobody by name.

use core::time::Duration;
use std::collections::BTreeMap;

use dni_core::phone::E164;
use dni_core::time::Millis;
use dni_core::visit::Touch;
use serde::{Deserialize, Serialize};

use super::credits::{CreditedTouch, credits};
use super::{CreditModel, Dimension};
use crate::call::source::CallSource;
use crate::call::visit::VisitorSession;

/// Milliseconds of a day.
pub const DAY: u64 = 86_400_000;
/// Milliseconds of what a day is kept by: every zone's clocks are before those of UTC by so many quarters of an hour.
pub(super) const QUARTER: u64 = 900_000;
/// Quarters of an hour of a day.
pub(super) const QUARTERS: u8 = 96;
/// How long after the lease's beginning its visitor's touches still count: they are dated by another machine's clock, and the page on
/// which a visitor looks for the number may be their second.
const TOUCHES_WITHIN: Duration = Duration::from_mins(1);
/// Bytes from which on what visitors told is not kept any more: a row of D1 takes two million, and one visitor's touches less than half
/// of one.
const MAX_BYTES: usize = 1_000_000;
/// What stands for every word of those who came after that.
pub(super) const OTHER: &str = "(other)";
/// Parts of a visitor that their touches share: whole numbers, so that they add up.
pub(super) const PARTS: u32 = 1_000_000;
/// About how many bytes a visitor takes who is counted whole, and a share of one.
const WHOLE_BYTES: usize = 20;
const SHARE_BYTES: usize = 80;

/// What a visitor's touch has in common with others, in the order of [`Self::DIMENSIONS`] and the words of the call log.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct VisitSource([Option<String>; 6]);

/// Parts of visitors by each model, in the order of [`CreditModel::ALL`].
pub(super) type Shares = [u64; CreditModel::ALL.len()];

/// When a visitor was given a number, and which: the places of both in the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(Option<u32>, u8)", into = "(Option<u32>, u8)")]
pub(super) struct Given {
    /// The number's place; `None` where it is not kept any more.
    pub number: Option<u32>,
    /// The quarter of an hour of the day in UTC, from 0 on.
    pub quarter: u8,
}

/// The visitors of one pool and one day in UTC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VisitorDay {
    /// The touches that they had.
    #[serde(with = "words")]
    pub(super) touches: Dictionary<VisitSource>,
    /// The numbers that they were given.
    #[serde(with = "words")]
    pub(super) numbers: Dictionary<E164>,
    /// How many had one kind of touch alone, by its place.
    #[serde(with = "pairs")]
    pub(super) whole: BTreeMap<(u32, Given), u32>,
    /// The shares of the others' touches: by the place of the touch that the log would name, and that of the touch.
    #[serde(with = "pairs")]
    pub(super) shared: BTreeMap<(u32, u32, Given), Shares>,
    /// About how many bytes it takes in JSON.
    #[serde(skip)]
    bytes: usize,
}

impl VisitorDay {
    /// Reads what [`Self::write`] wrote; `None` if it cannot be read.
    pub fn read(document: &str) -> Option<Self> {
        let read: Self = serde_json::from_str(document).ok()?;
        Some(Self { bytes: document.len(), ..read })
    }

    /// Writes it as a document of less than two million bytes.
    ///
    /// # Errors
    /// Never, as far as is known.
    pub fn write(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Counts a visitor who was given a number at `at`, by their touches until a minute later, as a call of theirs would
    /// be at that moment.
    /// `hosts` are the site's own.
    pub fn add(&mut self, session: &VisitorSession, hosts: &[String], number: E164, at: Millis) {
        let quarter = u8::try_from(at.unix_ms() % DAY / QUARTER).unwrap_or_default();
        if self.bytes >= MAX_BYTES {
            let other = self.touch(VisitSource::other());
            *self.whole.entry((other, Given { number: None, quarter })).or_default() += 1;
            return;
        }
        let at = at.after(TOUCHES_WITHIN);
        let touches = session.history.read(at, hosts);
        let found = CallSource::of_touches(touches);
        let own = VisitSource::of_call(&found);
        let shares = shares(&found.touches, at, &own);
        let given = Given { number: Some(self.number(number)), quarter };
        let own = self.touch(own);
        if shares.len() <= 1 {
            *self.whole.entry((own, given)).or_default() += 1;
            self.bytes += WHOLE_BYTES;
            return;
        }
        for (touch, parts) in shares {
            let touch = self.touch(touch);
            let sums = self.shared.entry((own, touch, given)).or_default();
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum += part;
            }
            self.bytes += SHARE_BYTES;
        }
    }

    fn touch(&mut self, touch: VisitSource) -> u32 {
        let bytes = || serde_json::to_string(&touch).map_or(0, |text| text.len());
        if !self.touches.places.contains_key(&touch) {
            self.bytes += bytes();
        }
        self.touches.place_of(touch)
    }

    fn number(&mut self, number: E164) -> u32 {
        self.numbers.place_of(number)
    }
}

/// Shares a visitor among their touches: each kind of touch with its parts, which are a whole visitor by every model.
fn shares(touches: &[Touch], at: Millis, own: &VisitSource) -> BTreeMap<VisitSource, Shares> {
    let mut shares: BTreeMap<VisitSource, Shares> = BTreeMap::new();
    let [of_log, by_model @ ..] = shares.entry(own.clone()).or_default();
    *of_log = PARTS.into();
    let Some(credited) = credits(touches, at) else {
        by_model.fill(PARTS.into());
        return shares;
    };
    let mut so_far = [0.0; CreditModel::ALL.len() - 1];
    for touch in credited {
        let [_, parts @ ..] = shares.entry(VisitSource::of_touch(&touch)).or_default();
        for ((part, so_far), share) in parts.iter_mut().zip(&mut so_far).zip(touch.shares()) {
            let before = to_parts(*so_far);
            *so_far += share;
            *part += to_parts(*so_far) - before;
        }
    }
    shares
}

/// What touches up to some have together, in whole parts: rounded so, all of a visitor's are exactly one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1 before")]
fn to_parts(share: f64) -> u64 {
    (share * f64::from(PARTS)).round() as u64
}

impl VisitSource {
    const DIMENSIONS: [Dimension; 6] = [
        Dimension::Source,
        Dimension::Medium,
        Dimension::Channel,
        Dimension::Campaign,
        Dimension::Keywords,
        Dimension::LandingPage,
    ];

    /// Returns its word for a dimension; `None` if it has none, or the dimension is not of touches.
    pub fn word(&self, dimension: Dimension) -> Option<&str> {
        let place = Self::DIMENSIONS.iter().position(|one| *one == dimension)?;
        self.0.get(place)?.as_deref()
    }

    /// Says whether it has words for a dimension.
    pub fn is_of(dimension: Dimension) -> bool {
        Self::DIMENSIONS.contains(&dimension)
    }

    fn other() -> Self {
        Self([(); 6].map(|()| Some(OTHER.to_owned())))
    }

    /// The words under which a call of the visitor's would stand in the log.
    fn of_call(found: &CallSource) -> Self {
        Self([
            found.source.clone(),
            found.medium.clone(),
            found.channel.map(|channel| channel.name().to_owned()),
            found.campaign.clone(),
            found.keyword.clone(),
            found.landing_page().map(str::to_owned),
        ])
    }

    fn of_touch(touch: &CreditedTouch) -> Self {
        Self([
            Some(touch.source.clone()),
            Some(touch.medium.clone()),
            Some(touch.channel.to_owned()),
            touch.campaign.clone(),
            touch.keywords.clone(),
            Some(touch.landing_page.clone()),
        ])
    }
}

impl From<(Option<u32>, u8)> for Given {
    fn from((number, quarter): (Option<u32>, u8)) -> Self {
        Self { number, quarter }
    }
}

impl From<Given> for (Option<u32>, u8) {
    fn from(Given { number, quarter }: Given) -> Self {
        (number, quarter)
    }
}

/// Words, each once, found by their place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dictionary<T> {
    pub words: Vec<T>,
    places: BTreeMap<T, u32>,
}

impl<T: Clone + Ord> Dictionary<T> {
    fn place_of(&mut self, word: T) -> u32 {
        let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        *self.places.entry(word).or_insert_with_key(|word| {
            self.words.push(word.clone());
            next
        })
    }
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self { words: Vec::new(), places: BTreeMap::new() }
    }
}

impl<T: Clone + Ord> From<Vec<T>> for Dictionary<T> {
    fn from(words: Vec<T>) -> Self {
        let places = words.iter().cloned().zip(0..).collect();
        Self { words, places }
    }
}

/// A dictionary as a list in JSON.
mod words {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Dictionary;

    pub fn serialize<T: Serialize, S: Serializer>(
        dictionary: &Dictionary<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        dictionary.words.serialize(serializer)
    }

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Dictionary<T>, D::Error>
    where
        T: Deserialize<'de> + Clone + Ord,
        D: Deserializer<'de>,
    {
        Ok(Vec::deserialize(deserializer)?.into())
    }
}

/// Keys that are no texts, as lists of pairs in JSON.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use dni_core::visit::{Arrival, History, PageUrl};

    use super::*;

    const AT: Millis = Millis::from_unix_ms(1_795_381_200_000);

    fn number() -> E164 {
        E164::parse("+13125550151").unwrap()
    }

    fn session(pages: &[&str]) -> VisitorSession {
        let touches = pages.iter().zip(0..).map(|(page, later)| Arrival {
            at: Millis::from_unix_ms(AT.unix_ms() - 1_000_000 + later),
            url: PageUrl::from_serialized(&format!("https://h.example/{page}")),
            referrer: PageUrl::default(),
        });
        VisitorSession { history: History { touches: touches.collect(), seen_at: AT }, ..VisitorSession::default() }
    }

    fn parts(day: &VisitorDay) -> Shares {
        let mut sums =
            day.whole.values().fold(Shares::default(), |sums, count| sums.map(|sum| sum + u64::from(*count * PARTS)));
        for shares in day.shared.values() {
            for (sum, share) in sums.iter_mut().zip(shares) {
                *sum += share;
            }
        }
        sums
    }

    #[test]
    fn the_document_is_short_and_read_back() {
        let mut day = VisitorDay::default();
        day.add(&session(&["?gclid=secret"]), &[], number(), AT);
        day.add(&session(&[]), &[], number(), AT);
        day.add(&session(&["?gclid=b"]), &[], number(), AT);
        let text = day.write().unwrap();
        assert_eq!(
            text,
            r#"{"touches":[["google","cpc","Paid Search",null,null,"https://h.example/"],[null,null,null,null,null,null]],"numbers":["+13125550151"],"whole":[[[0,[0,84]],2],[[1,[0,84]],1]],"shared":[]}"#
        );
        let read = VisitorDay::read(&text).unwrap();
        assert_eq!((&read.whole, read.bytes), (&day.whole, text.len()));
        assert_eq!(VisitorDay::read("{}"), None);
    }

    #[test]
    fn a_visitor_is_one_visitor_by_every_model() {
        let many = ["", "a", "b?gclid=a", "c", "d", "e?utm_source=x", "f"];
        for count in 0..=many.len() {
            let mut day = VisitorDay::default();
            day.add(&session(&many[..count]), &[], number(), AT);
            assert_eq!(parts(&day), [u64::from(PARTS); 7], "{count}");
            assert_eq!(day.shared.is_empty(), count <= 1, "{count}");
        }
    }

    #[test]
    fn touches_of_the_same_minute_count_and_later_ones_do_not() {
        for (later_ms, words) in [(0, Some("google")), (59_000, Some("google")), (61_000, None)] {
            let mut touched = session(&["?gclid=a"]);
            touched.history.touches[0].at = Millis::from_unix_ms(AT.unix_ms() + later_ms);
            let mut day = VisitorDay::default();
            day.add(&touched, &[], number(), AT);
            assert_eq!(day.touches.words[0].word(Dimension::Source), words, "{later_ms}");
        }
    }

    /// Whatever the addresses say, a day fits into a row, and no visitor is lost.
    #[test]
    fn a_day_has_a_limit_and_counts_on_beyond_it() {
        let mut day = VisitorDay::default();
        let odd = "%01%22".repeat(100);
        for visitor in 0..3_000 {
            let page = |touch: u32| {
                format!("{}?utm_source={visitor}&utm_campaign={odd}&utm_term={touch}{odd}", "p".repeat(300))
            };
            let pages: Vec<String> = (0..20).map(page).collect();
            day.add(&session(&pages.iter().map(String::as_str).collect::<Vec<_>>()), &[], number(), AT);
        }
        let text = day.write().unwrap();
        assert!((MAX_BYTES..2_000_000).contains(&text.len()), "{}", text.len());
        assert_eq!(parts(&day), [3_000 * u64::from(PARTS); 7]);
        let other = day.touches.places[&VisitSource::other()];
        assert!(day.whole[&(other, Given { number: None, quarter: 84 })] > 2_900);
        let mut read = VisitorDay::read(&text).unwrap();
        read.add(&session(&["?gclid=new"]), &[], number(), AT);
        assert_eq!(read.touches.words.len(), day.touches.words.len(), "read again, it keeps to its limit");
    }
}
