//! Bots and browsers by their names, beside what the npm package isbot says of the same names.

use dni_core::bot::is_bot;

/// Least share of names on which both agree.
const LEAST_AGREEMENT: f64 = 0.99;

#[test]
fn bots_are_found() {
    let bots = list(include_str!("../fixtures/user_agents/bots.tsv"));
    let found = bots.iter().filter(|(_, name)| is_bot(name)).count();
    println!("{found} of {} names of bots are found", bots.len());
    assert!(bots.len() >= 300 && share(found, bots.len()) >= LEAST_AGREEMENT);
}

#[test]
fn nobody_with_a_browser_is_taken_for_a_bot() {
    let browsers = list(include_str!("../fixtures/user_agents/browsers.tsv"));
    let alarms: Vec<_> = browsers.iter().filter(|(_, name)| is_bot(name)).collect();
    println!("{} of {} names of browsers are taken for bots", alarms.len(), browsers.len());
    assert!(browsers.len() >= 300);
    assert!(alarms.is_empty(), "{alarms:#?}");
}

#[test]
fn the_answers_are_those_of_isbot() {
    let lists =
        [include_str!("../fixtures/user_agents/bots.tsv"), include_str!("../fixtures/user_agents/browsers.tsv")];
    let names: Vec<_> = lists.into_iter().flat_map(list).collect();
    let others: Vec<_> = names.iter().filter(|(says_bot, name)| is_bot(name) != *says_bot).collect();
    let agreed = names.len() - others.len();
    println!("agreement with isbot: {agreed} of {}; not on {others:?}", names.len());
    assert!(share(agreed, names.len()) >= LEAST_AGREEMENT, "{others:#?}");
}

/// Reads lines of isbot's verdict and the name.
fn list(text: &'static str) -> Vec<(bool, &'static str)> {
    text.lines().map(|line| line.split_once('\t').unwrap()).map(|(verdict, name)| (verdict == "bot", name)).collect()
}

#[allow(clippy::cast_precision_loss, reason = "a few hundred")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
