//! The step that rings the business.

use dni_core::phone::{Callee, E164};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeSeq};

use crate::{
    document::{MAX_FORWARD_NUMBERS, MAX_LANGUAGE, MAX_SAY, MAX_VOICE, Speaker},
    flow::StepId,
    text::Text,
};

/// Shortest ringing that a business can answer to, in seconds. Telnyx takes no less.
pub const MIN_RING_SECONDS: u16 = 5;
/// Longest ringing a caller is left with, in seconds. Telnyx takes no more.
pub const MAX_RING_SECONDS: u16 = 120;
/// Ringing where the owner says nothing, in seconds: what carriers take then, about six rings.
const RING_SECONDS: u16 = 30;
/// Most numbers of one forward step: as many as carriers ring at once.
pub const MAX_DESTINATIONS: usize = MAX_FORWARD_NUMBERS;
/// Numbers that reach help in an emergency and must stay free of machines: North America and its test number, Europe and
/// mobile networks everywhere, United Kingdom, Australia.
const EMERGENCY_NUMBERS: [&str; 5] = ["911", "933", "112", "999", "000"];

/// Rings the business and connects it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Forward {
    /// Whom it rings: one, or up to [`MAX_DESTINATIONS`].
    #[serde(deserialize_with = "destinations", serialize_with = "write_destinations")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "destinations_schema"))]
    pub to: Vec<Destination>,
    /// In which order it rings several.
    #[serde(default, skip_serializing_if = "is_default")]
    pub strategy: Strategy,
    /// How long each rings, in seconds, [`MIN_RING_SECONDS`] to [`MAX_RING_SECONDS`].
    #[serde(default = "ring_seconds")]
    #[cfg_attr(feature = "schema", schemars(range(min = MIN_RING_SECONDS, max = MAX_RING_SECONDS)))]
    pub ring_seconds: u16,
    /// The number the business sees.
    #[serde(default, skip_serializing_if = "is_default")]
    pub caller_id: CallerId,
    /// What the business hears before it is connected; words in brackets such as `[source]` are filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whisper: Option<Text<MAX_SAY>>,
    /// The language the business hears, such as `de-DE`; the flow's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<MAX_LANGUAGE>>,
    /// The voice the business hears, by the carrier's name for it; the flow's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Text<MAX_VOICE>>,
    /// Whether the business must press 1 to take the call, so that a mobile's own voicemail cannot take it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub accept: bool,
    /// Whether the conversation is recorded; as the flow's settings say if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<bool>,
    /// What follows.
    #[serde(default)]
    pub next: ForwardNext,
}

impl Forward {
    /// Returns who speaks to the business, as far as the step names them.
    pub(in crate::flow) fn speaker(&self) -> Speaker {
        Speaker { language: self.language.clone(), voice: self.voice.clone() }
    }
}

/// A number or SIP address of the business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// The number, with an extension or without, or the SIP address.
    #[serde(deserialize_with = "callee_to_ring")]
    pub number: Callee,
    /// Its share of the calls under the strategy `weighted`, beside the others' weights; 0 is never rung first.
    #[serde(default = "one")]
    pub weight: u16,
}

/// In which order several numbers are rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// All at once; who answers first has the call.
    #[default]
    Simultaneous,
    /// One after the other, as they stand.
    Sequential,
    /// One after the other; each call begins with the next one.
    RoundRobin,
    /// One after the other; which comes first is drawn by the weights.
    Weighted,
    /// One after the other; first the one that this caller last spoke with.
    Sticky,
}

/// The number the business sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallerId {
    /// The caller's own, or the tracking number where the caller has none that could be shown.
    #[default]
    Caller,
    /// The tracking number that was dialled.
    Tracking,
    /// A number of the owner's choice.
    Number(E164),
}

/// What follows a forward.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ForwardNext {
    /// Caller and business spoke, and the business hung up.
    pub answered: Option<StepId>,
    /// Nobody answered, or whoever did would not take the call.
    pub no_answer: Option<StepId>,
    /// The line was busy.
    pub busy: Option<StepId>,
    /// The number could not be reached.
    pub failed: Option<StepId>,
    /// The ringing was taken back.
    pub canceled: Option<StepId>,
}

impl Serialize for CallerId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(match self {
            Self::Caller => "caller",
            Self::Tracking => "tracking",
            Self::Number(number) => number.as_str(),
        })
    }
}

impl<'de> Deserialize<'de> for CallerId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Text::<64>::deserialize(from)?;
        match text.as_str() {
            "caller" => Ok(Self::Caller),
            "tracking" => Ok(Self::Tracking),
            number => E164::parse(number).map(Self::Number).map_err(|_| {
                de::Error::custom("bad_caller_id: Write caller, tracking, or a number such as +13125550142.")
            }),
        }
    }
}

/// Reads one number, or a list of numbers and of numbers with their weights.
fn destinations<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Destination>, D::Error> {
    struct Destinations;
    impl<'de> de::Visitor<'de> for Destinations {
        type Value = Vec<Destination>;

        fn expecting(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            out.write_str("a phone number such as \"+13125550199\", or a list of them")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![Destination { number: parse_callee(text)?, weight: one() }])
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut read = Vec::new();
            while let Some(ListedDestination(one)) = list.next_element()? {
                if read.len() == MAX_DESTINATIONS {
                    return Err(de::Error::custom(
                        "too_many_numbers: A forward step rings at most 10 numbers; take some out.",
                    ));
                }
                read.push(one);
            }
            Ok(read)
        }
    }
    from.deserialize_any(Destinations)
}

/// Writes a single number without weight as owners write it, and anything else as a list.
fn write_destinations<S: Serializer>(to: &[Destination], out: S) -> Result<S::Ok, S::Error> {
    if let [Destination { number, weight: 1 }] = to {
        return number.serialize(out);
    }
    let mut list = out.serialize_seq(Some(to.len()))?;
    for destination in to {
        list.serialize_element(destination)?;
    }
    list.end()
}

/// A member of the list: a number, or a number with its weight.
struct ListedDestination(Destination);

impl<'de> Deserialize<'de> for ListedDestination {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Listed;
        impl<'de> de::Visitor<'de> for Listed {
            type Value = ListedDestination;

            fn expecting(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                out.write_str("a phone number such as \"+13125550199\", or {\"number\": …, \"weight\": …}")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(ListedDestination(Destination { number: parse_callee(text)?, weight: one() }))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Destination::deserialize(de::value::MapAccessDeserializer::new(map)).map(ListedDestination)
            }
        }
        from.deserialize_any(Listed)
    }
}

/// Reads whom a call may be forwarded to, wherever an owner names them.
///
/// # Errors
/// What is nobody to ring, and an emergency number.
pub fn callee_to_ring<'de, D: Deserializer<'de>>(from: D) -> Result<Callee, D::Error> {
    struct Written;
    impl de::Visitor<'_> for Written {
        type Value = Callee;

        fn expecting(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            out.write_str("a phone number in international form such as +13125550142")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Callee, E> {
            parse_callee(text)
        }
    }
    from.deserialize_str(Written)
}

/// As [`callee_to_ring`], of a field that may be absent.
///
/// # Errors
/// As [`callee_to_ring`].
pub fn callee_to_ring_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Callee>, D::Error> {
    struct Read(Callee);
    impl<'de> Deserialize<'de> for Read {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            callee_to_ring(from).map(Self)
        }
    }
    Ok(Option::<Read>::deserialize(from)?.map(|Read(callee)| callee))
}

/// Reads whom a call may be forwarded to. What is no phone number at all says so by itself.
fn parse_callee<E: de::Error>(text: &str) -> Result<Callee, E> {
    let read = Callee::parse(text);
    let dialled = match &read {
        Ok(Callee::Sip(address)) => address.user(),
        _ => text,
    };
    let digits: String = dialled.chars().filter(char::is_ascii_digit).collect();
    let is_number = !dialled.bytes().any(|byte| byte.is_ascii_alphabetic());
    let national = digits.strip_prefix('1').unwrap_or(&digits);
    if is_number && (EMERGENCY_NUMBERS.contains(&national) || EMERGENCY_NUMBERS.contains(&digits.as_str())) {
        return Err(E::custom(
            "emergency_number: A call must never be forwarded to an emergency number; name the business's own number.",
        ));
    }
    read.map_err(E::custom)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

const fn ring_seconds() -> u16 {
    RING_SECONDS
}

const fn one() -> u16 {
    1
}

/// One number, or a list of numbers and of numbers with their weights.
#[cfg(feature = "schema")]
fn destinations_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let number = generator.subschema_for::<Callee>();
    let weighted = generator.subschema_for::<Destination>();
    schemars::json_schema!({"anyOf": [
        number,
        {"type": "array", "minItems": 1, "maxItems": MAX_DESTINATIONS, "items": {"anyOf": [number, weighted]}},
    ]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_read_and_written() {
        let cases = [
            (r#""+13125550199""#, 1, r#""+13125550199""#),
            (r#"["+13125550199"]"#, 1, r#""+13125550199""#),
            (r#"[{"number":"+13125550199","weight":3}]"#, 1, r#"[{"number":"+13125550199","weight":3}]"#),
            (
                r#"["+13125550199",{"number":"+13125550198"}]"#,
                2,
                r#"[{"number":"+13125550199","weight":1},{"number":"+13125550198","weight":1}]"#,
            ),
        ];
        for (json, count, written) in cases {
            let step: Forward = serde_json::from_str(&format!(r#"{{"to": {json}}}"#)).unwrap();
            assert_eq!(step.to.len(), count, "{json}");
            let stored = serde_json::to_value(&step).unwrap();
            assert_eq!(stored["to"].to_string(), written, "{json}");
            assert_eq!(serde_json::from_value::<Forward>(stored).unwrap(), step);
        }
    }

    #[test]
    fn what_is_no_destination_says_so() {
        let eleven = [r#""+13125550199""#; MAX_DESTINATIONS + 1].join(",");
        let eleven = format!("[{eleven}]");
        let cases = [
            (r#""911""#, "emergency_number"),
            (r#"["+13125550199", "+1 911"]"#, "emergency_number"),
            (r#"[{"number": "112"}]"#, "emergency_number"),
            (r#""555-0199""#, "country code"),
            (r#"[{"number": "+13125550199", "wait": 3}]"#, "wait"),
            ("[17]", "phone number"),
            ("17", "phone number"),
            (&eleven, "too_many_numbers"),
        ];
        for (json, part) in cases {
            let read = serde_json::from_str::<Forward>(&format!(r#"{{"to": {json}}}"#));
            let why = read.unwrap_err().to_string();
            assert!(why.contains(part), "{json}: {why}");
        }
    }

    #[test]
    fn caller_ids() {
        let number = CallerId::Number(E164::parse("+13125550177").unwrap());
        for (text, expected) in
            [("caller", CallerId::Caller), ("tracking", CallerId::Tracking), ("+13125550177", number)]
        {
            let read: CallerId = serde_json::from_value(text.into()).unwrap();
            assert_eq!(read, expected);
            assert_eq!(serde_json::to_value(read).unwrap(), text);
        }
        assert!(serde_json::from_str::<CallerId>("\"anonymous\"").is_err());
    }
}
