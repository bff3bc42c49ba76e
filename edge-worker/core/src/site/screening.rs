//! What can be wrong with a site's screening.

use std::collections::BTreeSet;

use call_router::flow::{ChallengeNext, GateWords};
use call_router::risk::{CallerList, MAX_ENTRIES, Screening};

use crate::fault::Fault;

/// Finds everything that is wrong.
pub fn faults(screening: &Screening) -> Vec<Fault> {
    let Screening { block, allow, thresholds, gate } = screening;
    let mut faults = Vec::new();
    if let Err(error) = thresholds.check() {
        faults.push(Fault::new(error.code(), "screening.thresholds", error.to_string()));
    }
    for (place, list) in [("block", block), ("allow", allow)] {
        faults.extend(of_list(&format!("screening.{place}"), list));
    }
    for entry in block.0.iter().filter(|entry| allow.0.contains(entry)) {
        let sentence = "The entry is in both lists; take it out of one.";
        faults.push(Fault::new("listed_both_ways", format!("screening.block.{entry}"), sentence));
    }
    faults.extend(of_gate(gate));
    faults
}

fn of_list(place: &str, list: &CallerList) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for entry in list.0.iter().take(MAX_ENTRIES).filter(|entry| !seen.insert(*entry)) {
        faults.push(Fault::new(
            "listed_twice",
            format!("{place}.{entry}"),
            "The entry stands there twice; take one out.",
        ));
    }
    if list.0.len() > MAX_ENTRIES {
        let sentence = "A list has 500 entries at most; say with one entry how numbers begin, such as +1900*.";
        faults.push(Fault::new("too_many", place, sentence));
    }
    faults
}

/// The question is checked as that of a challenge step is; what follows it is the flow.
fn of_gate(gate: &GateWords) -> Vec<Fault> {
    let findings = gate.challenge.findings();
    let mut faults: Vec<_> = findings
        .into_iter()
        .map(|finding| {
            let place = format!("screening.gate.challenge.{}", finding.field);
            Fault::new(finding.code.code(), place, format!("{} {}", finding.sentence, finding.repair))
        })
        .collect();
    if gate.challenge.next != ChallengeNext::default() {
        let sentence =
            "What follows the question is the flow, and the goodbye where the key is not pressed; leave 'next' out.";
        faults.push(Fault::new("gate_goes_nowhere_else", "screening.gate.challenge.next", sentence));
    }
    if gate.goodbye.as_str().trim().is_empty() {
        let sentence = "A caller who is not let in must hear something; say goodbye, or leave it out.";
        faults.push(Fault::new("nothing_to_say", "screening.gate.goodbye", sentence));
    }
    faults
}
