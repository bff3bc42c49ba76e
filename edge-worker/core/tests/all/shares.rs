//! Shares of calls: what a flow leaves to chance, over many calls.

use call_router::flow::{Facts, Flow, Flows, Script, ScriptedReply, SimulatedEvent, simulate};
use serde_json::{Value, json};

/// Calls whose draws differ.
const CALLS: u32 = 2_000;
const ANNA: &str = "+13125550197";
const BEN: &str = "+13125550198";
const CARLA: &str = "+13125550199";

#[test]
fn a_share_of_calls_is_that_share() {
    for (percent, share) in [(0, 0..=0), (10, 150..=250), (50, 900..=1_100), (100, CALLS..=CALLS)] {
        let flow = flow(
            json!({
                "which": { "type": "condition", "if": { "percent": percent }, "next": { "yes": "yes", "no": "end" } },
                "yes": { "type": "greeting", "say": "yes", "next": { "done": "end" } },
            }),
            "which",
        );
        let held = (0..CALLS).filter(|call| !play(&flow, *call).is_empty()).count();
        assert!(share.contains(&u32::try_from(held).unwrap()), "{held} of {CALLS} at {percent} percent");
    }
}

#[test]
fn weights_decide_who_is_rung_first_and_all_are_rung_once() {
    let weighted = |number: &str, weight: u8| json!({ "number": number, "weight": weight });
    let to = json!([weighted(ANNA, 0), weighted(BEN, 1), weighted(CARLA, 3)]);
    let flow = forward(&to, "weighted");
    let mut firsts = [0; 3];
    for call in 0..CALLS {
        let mut rung = play(&flow, call);
        firsts[[ANNA, BEN, CARLA].iter().position(|number| *number == rung[0]).unwrap()] += 1;
        rung.sort();
        assert_eq!(rung, [ANNA, BEN, CARLA]);
    }
    assert_eq!(firsts[0], 0, "a weight of zero is never first");
    assert!((400..=600).contains(&firsts[1]), "one in four: {firsts:?}");
}

#[test]
fn round_robin_rings_all_in_turn() {
    let flow = forward(&json!([ANNA, BEN, CARLA]), "round_robin");
    for call in 0..9 {
        let turn = usize::try_from(call).unwrap() % 3;
        let mut expected = [ANNA, BEN, CARLA];
        expected.rotate_left(turn);
        assert_eq!(play(&flow, call), expected, "call {call}");
    }
}

#[test]
fn a_challenge_draws_its_key_among_one_to_nine() {
    let gate = json!({ "type": "challenge", "tries": 1, "next": { "passed": "end", "failed": "end" } });
    let flow = flow(json!({ "gate": gate }), "gate");
    let mut keys: Vec<_> = (0..CALLS).map(|call| play(&flow, call).remove(0)).collect();
    keys.sort();
    keys.dedup();
    let expected: Vec<_> = (1..=9).map(|key| format!("To be connected, please press {key}.")).collect();
    assert_eq!(keys, expected);
}

fn forward(to: &Value, strategy: &str) -> Flow {
    let next = json!({ "answered": "end", "no_answer": "end", "busy": "end", "failed": "end", "canceled": "end" });
    flow(json!({ "office": { "type": "forward", "to": to, "strategy": strategy, "next": next } }), "office")
}

fn flow(mut steps: Value, start: &str) -> Flow {
    steps["end"] = json!({ "type": "hangup" });
    serde_json::from_value(json!({ "version": 1, "start": start, "steps": steps })).unwrap()
}

/// What was heard and whose telephones rang, in order, where every line is busy.
fn play(flow: &Flow, call: u32) -> Vec<String> {
    let facts = Facts { chance: call.wrapping_mul(0x9e37_79b9), calls_before: call, ..Facts::default() };
    let replies = match flow.start.as_str() {
        "office" => vec![ScriptedReply::Busy; 3],
        _ => vec![ScriptedReply::Silence],
    };
    let script = Script { facts, replies, ..Script::default() };
    let heard = simulate(flow, &Flows::new(), &script).heard;
    heard
        .into_iter()
        .flat_map(|event| match event {
            SimulatedEvent::Said { text } => vec![text],
            SimulatedEvent::Rang { to, .. } => to.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        })
        .collect()
}
