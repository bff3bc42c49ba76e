//! Which rules earlier ones leave nobody for, and which share visitors with earlier ones.

use super::group::Origins;
use super::{Precedence, RuleFault, RuleFinding, SourceRule, When};
use crate::phone::E164;

/// Most rules that one finding names.
const MAX_NAMED: usize = 3;

/// Compares a rule with those that are asked before it. `site_targets` are all that a rule without targets is for.
pub(super) fn finding(rules: &[SourceRule], at: usize, site_targets: &[E164]) -> Option<RuleFinding> {
    let rule = rules.get(at)?;
    let (before, of_groups) = asked_before(rules, at, rule);
    if let Some(taking) = taken_by(&[before.as_slice(), &of_groups].concat(), rule, site_targets) {
        let sentence = format!("No visitor comes to this rule: all of its visitors are taken by {}.", named(&taking));
        let repair = "Put it before, make it match others, or remove it.";
        return Some(found(RuleFault::UnreachableRule, rule, sentence, repair));
    }
    let overlapping: Vec<_> = before.into_iter().filter(|earlier| overlaps(earlier, rule)).collect();
    if overlapping.is_empty() {
        return None;
    }
    let sentence = format!("Some visitors match this rule and also {}, which is asked first.", named(&overlapping));
    let repair = "Check that the order of the list is the one you want.";
    Some(found(RuleFault::OverlappingRule, rule, sentence, repair))
}

/// Returns the earlier rules that together take every visitor of the rule, if they do: for each of its targets.
fn taken_by<'a>(before: &[&'a SourceRule], rule: &SourceRule, site_targets: &[E164]) -> Option<Vec<&'a SourceRule>> {
    let is_for_all = |earlier: &SourceRule| earlier.targets.is_empty();
    let targets = if rule.targets.is_empty() { site_targets } else { &rule.targets };
    if targets.is_empty() {
        return covering(before.iter().copied().filter(|earlier| is_for_all(earlier)), &rule.when);
    }
    let mut taking: Vec<&SourceRule> = Vec::new();
    for target in targets {
        for one in covering(before.iter().copied().filter(|earlier| earlier.is_for(*target)), &rule.when)? {
            if !taking.contains(&one) {
                taking.push(one);
            }
        }
    }
    Some(taking)
}

/// Returns one rule that covers the condition, or several that do so together.
///
/// Pages and parameters are without number, so several conditions on them cover another only if one of them does; groups
/// and channels can do it together.
fn covering<'a>(earlier: impl Iterator<Item = &'a SourceRule> + Clone, when: &When) -> Option<Vec<&'a SourceRule>> {
    if let Some(one) = earlier.clone().find(|one| covers(&one.when, when)) {
        return Some(vec![one]);
    }
    let wanted = origins(when)?;
    let sharing = earlier.filter_map(|one| Some((one, origins(&one.when)?))).filter(|(_, theirs)| theirs.meets(wanted));
    let (together, rules) = sharing.fold((Origins::default(), Vec::new()), |(all, mut rules), (rule, theirs)| {
        rules.push(rule);
        (all.with(theirs), rules)
    });
    together.covers(wanted).then_some(rules)
}

/// Says whether two rules that do different things share visitors, and neither is a narrower case of the other.
fn overlaps(earlier: &SourceRule, rule: &SourceRule) -> bool {
    let share_target = earlier.targets.is_empty()
        || rule.targets.is_empty()
        || earlier.targets.iter().any(|target| rule.is_for(*target));
    share_target
        && earlier.uses != rule.uses
        && meets(&earlier.when, &rule.when)
        && !covers(&rule.when, &earlier.when)
        && !covers(&earlier.when, &rule.when)
}

/// Returns the rules of the same rank before it in the list, and for a rule for everybody, those of groups wherever they
/// stand: of all higher ranks, only groups can together take everybody.
fn asked_before<'a>(
    rules: &'a [SourceRule],
    at: usize,
    rule: &SourceRule,
) -> (Vec<&'a SourceRule>, Vec<&'a SourceRule>) {
    let rank = rule.when.precedence();
    let before = rules.iter().take(at).filter(|one| one.when.precedence() == rank).collect();
    let is_of_group = |one: &&SourceRule| rank == Precedence::Always && one.when.precedence() == Precedence::Group;
    (before, rules.iter().filter(is_of_group).collect())
}

fn covers(one: &When, other: &When) -> bool {
    match (one, other) {
        (When::LandingParameter(one), When::LandingParameter(other)) => one.covers(other),
        (When::LandingPage(one), When::LandingPage(other)) | (When::Referrer(one), When::Referrer(other)) => {
            one.covers(other)
        }
        (When::LandingPage(page), When::LandingParameter(_)) => page.asks_nothing(),
        _ => origins(one).zip(origins(other)).is_some_and(|(one, other)| one.covers(other)),
    }
}

fn meets(one: &When, other: &When) -> bool {
    match (one, other) {
        (When::LandingParameter(one), When::LandingParameter(other)) => one.meets(other),
        (When::LandingPage(one), When::LandingPage(other)) | (When::Referrer(one), When::Referrer(other)) => {
            one.meets(other)
        }
        (When::LandingParameter(_), When::LandingPage(_)) | (When::LandingPage(_), When::LandingParameter(_)) => true,
        _ => origins(one).zip(origins(other)).is_some_and(|(one, other)| one.meets(other)),
    }
}

fn origins(when: &When) -> Option<Origins> {
    match when {
        When::Group(group) => Some(Origins::of_group(*group)),
        When::Channel(channel) => Some(Origins::of_channel(*channel)),
        When::Always => Some(Origins::every()),
        When::LandingParameter(_) | When::LandingPage(_) | When::Referrer(_) => None,
    }
}

fn found(code: RuleFault, rule: &SourceRule, sentence: String, repair: &str) -> RuleFinding {
    RuleFinding { code, place: format!("source_rules.{}", rule.id), sentence, repair: repair.to_owned() }
}

/// Lists rules for a sentence: `'a'`, `'a' and 'b'`, `'a', 'b', 'c' and 4 others`.
fn named(rules: &[&SourceRule]) -> String {
    let mut names: Vec<_> = rules.iter().take(MAX_NAMED).map(|rule| format!("'{}'", rule.id)).collect();
    match rules.len().saturating_sub(MAX_NAMED) {
        0 => {}
        1 => names.push("another".to_owned()),
        more => names.push(format!("{more} others")),
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
