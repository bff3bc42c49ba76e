//! What Twilio's add-ons say of a caller: the field `AddOns`, a JSON text with the answer of each.

use serde_json::Value;

use crate::event::{LineType, Reputation, ReputationProvider};

/// The worst of the four levels of reputation that Whitepages knows.
const WORST_REPUTATION: i64 = 4;
/// Most answers looked at of one add-on that gives several.
const MAX_RESULTS: usize = 20;

/// Reads what the add-ons say. Each has a status of its own; what is not marked as successful, or makes no sense, says nothing.
pub(super) fn reputation(text: &str) -> Reputation {
    let add_ons: Value = serde_json::from_str(text).unwrap_or_default();
    let result_of = |name: &str| {
        let add_on = add_ons.get("results")?.get(name).filter(|add_on| is_successful(add_on))?;
        add_on.get("result").filter(|_| is_successful(&add_ons))
    };
    let reports = [
        (ReputationProvider::Nomorobo, result_of("nomorobo_spamscore").is_some_and(nomorobo_reports)),
        (ReputationProvider::Marchex, result_of("marchex_cleancall").is_some_and(marchex_reports)),
        (ReputationProvider::Whitepages, result_of("whitepages_pro_phone_rep").is_some_and(whitepages_report)),
    ];
    let validity = result_of("ekata_phone_valid");
    let carrier = result_of("twilio_carrier_info");
    let line_type = validity.and_then(|result| result.get("line_type")).or_else(|| carrier?.pointer("/carrier/type"));
    Reputation {
        reported_by: reports.into_iter().filter(|(_, reports)| *reports).map(|(service, _)| service).collect(),
        exists: validity.and_then(|result| result.get("is_valid")?.as_bool()),
        line_type: line_type.and_then(Value::as_str).and_then(line_type_of),
    }
}

fn is_successful(answer: &Value) -> bool {
    answer.get("status").and_then(Value::as_str) == Some("successful")
}

fn nomorobo_reports(result: &Value) -> bool {
    result.get("score").and_then(whole) == Some(1)
}

fn marchex_reports(result: &Value) -> bool {
    let recommendation = result.pointer("/result/recommendation").and_then(Value::as_str);
    recommendation.is_some_and(|word| word.eq_ignore_ascii_case("BLOCK"))
}

/// Whitepages answered with a list at first, later with one level.
fn whitepages_report(result: &Value) -> bool {
    let listed = result.get("results").and_then(Value::as_array).into_iter().flatten().take(MAX_RESULTS);
    let levels = listed.filter_map(|one| one.pointer("/reputation/level")).chain(result.get("reputation_level"));
    levels.filter_map(whole).any(|level| level == WORST_REPUTATION)
}

/// Reads a whole number, written as a number or as a text.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Reads a kind of line in the words of Ekata (`NonFixedVOIP`) and of Twilio (`voip`, which is any of both).
fn line_type_of(word: &str) -> Option<LineType> {
    let word: String =
        word.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
    Some(match word.as_str() {
        "landline" | "fixedline" => LineType::Landline,
        "mobile" => LineType::Mobile,
        "fixedvoip" => LineType::FixedVoip,
        "nonfixedvoip" | "voip" => LineType::NonFixedVoip,
        "tollfree" => LineType::TollFree,
        "premium" => LineType::Premium,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reputations() {
        let reported = |service| Reputation { reported_by: [service].into(), ..Reputation::default() };
        let valid = |exists, line_type| Reputation { exists: Some(exists), line_type, ..Reputation::default() };
        let nothing = Reputation::default;
        let cases = [
            ("nomorobo_spamscore", json!({"score": 1}), reported(ReputationProvider::Nomorobo)),
            ("nomorobo_spamscore", json!({"score": "1"}), reported(ReputationProvider::Nomorobo)),
            ("nomorobo_spamscore", json!({"score": 0}), nothing()),
            ("nomorobo_spamscore", json!(null), nothing()),
            (
                "marchex_cleancall",
                json!({"result": {"recommendation": "BLOCK"}}),
                reported(ReputationProvider::Marchex),
            ),
            ("marchex_cleancall", json!({"result": {"recommendation": "PASS"}}), nothing()),
            ("marchex_cleancall", json!({"recommendation": "BLOCK"}), nothing()),
            ("whitepages_pro_phone_rep", json!({"reputation_level": 4}), reported(ReputationProvider::Whitepages)),
            ("whitepages_pro_phone_rep", json!({"reputation_level": 3}), nothing()),
            (
                "whitepages_pro_phone_rep",
                json!({"results": [{"reputation": {"level": 1}}, {"reputation": {"level": 4}}]}),
                reported(ReputationProvider::Whitepages),
            ),
            (
                "ekata_phone_valid",
                json!({"is_valid": true, "line_type": "NonFixedVOIP"}),
                valid(true, Some(LineType::NonFixedVoip)),
            ),
            ("ekata_phone_valid", json!({"is_valid": false, "line_type": null}), valid(false, None)),
            (
                "twilio_carrier_info",
                json!({"carrier": {"type": "mobile"}}),
                Reputation { line_type: Some(LineType::Mobile), ..Reputation::default() },
            ),
            ("somebody_else", json!({"score": 1}), nothing()),
        ];
        for (name, result, expected) in cases {
            let read = |all: &str, own: &str| {
                reputation(&json!({"status": all, "results": {name: {"status": own, "result": result}}}).to_string())
            };
            assert_eq!(read("successful", "successful"), expected, "{name} {result}");
            assert_eq!(read("successful", "failed"), nothing(), "{name} {result}");
            assert_eq!(read("failed", "successful"), nothing(), "{name} {result}");
        }
    }

    #[test]
    fn what_makes_no_sense_says_nothing() {
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        for text in ["", "{not json", "[]", "null", "1", r#"{"status": "successful", "results": 1}"#, &deep] {
            assert_eq!(reputation(text), Reputation::default(), "{text:.40}");
        }
    }
}
