//! The inputs that are kept of each target, played as they are and changed at random, the same way in every run.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// Changed inputs that each target tries: enough to run into a fault in what has just been changed, in a second or two.
const CHANGED: u32 = 1_000;
/// Most changes of one input.
const MOST_CHANGES: usize = 8;
/// Most bytes that one change puts in or takes out.
const MOST_BYTES: usize = 24;
/// Longest input tried, in bytes.
const MAX_INPUT: usize = 8192;

/// Plays a target's inputs, then some of them changed.
pub fn play(name: &str, try_input: fn(&[u8])) {
    let inputs = inputs(name);
    assert!(!inputs.is_empty(), "tests/fuzz/corpus/{name} has no input to begin with");
    for input in &inputs {
        try_input(input);
    }
    let config = Config { cases: CHANGED, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let tried = runner.run(&changed(inputs), |input| {
        let broken = std::panic::catch_unwind(|| try_input(&input));
        broken.map_err(|_| TestCaseError::fail(format!("the panic above, with {:?}", input.escape_ascii().to_string())))
    });
    if let Err(fault) = tried {
        panic!("{fault}; the input belongs into tests/fuzz/corpus/{name} with its repair");
    }
}

fn inputs(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    // A folder's order is not the same everywhere.
    files.sort();
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
}

fn changed(inputs: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), 0..MOST_BYTES, replacement(inputs.clone()));
    (select(inputs), vec(change, 1..=MOST_CHANGES)).prop_map(|(mut input, changes)| {
        for (place, taken, put) in changes {
            let start = place.index(input.len() + 1);
            let end = (start + taken).min(input.len());
            input.splice(start..end, put);
        }
        input.truncate(MAX_INPUT);
        input
    })
}

/// What a change puts in: nothing, anything, or a piece of what the target knows.
fn replacement(inputs: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let piece = (select(inputs), any::<Index>(), 0..MOST_BYTES).prop_map(|(input, place, length)| {
        let start = place.index(input.len() + 1);
        input[start..(start + length).min(input.len())].to_vec()
    });
    prop_oneof![Just(Vec::new()), vec(any::<u8>(), 1..4), vec(0x20_u8..0x7f, 1..4), piece]
}
