//! Numbers that nobody can take for real ones, for the owner who looks whether their page swaps.

use dni_core::phone::{E164, national};
use dni_core::wire::{Assigned, AssignedKind};
use edge_core::site::SiteDocument;

/// Digits that a test number has of its own; those before are the target's, so that it fits the page's format.
const OWN_DIGITS: usize = 7;

/// Returns a test number for each wanted target, all different: no pool is asked.
pub fn test_numbers(site: &SiteDocument, wanted: &[E164]) -> Vec<Assigned> {
    let targets = site.targets.iter().map(|target| target.number);
    let targets = targets.filter(|target| wanted.is_empty() || wanted.contains(target));
    let mut taken: Vec<E164> = site.targets.iter().map(|target| target.number).collect();
    let mut numbers = Vec::new();
    for target in targets {
        if let Some(number) = (100..200).filter_map(|line| test_number(target, line)).find(|one| !taken.contains(one)) {
            taken.push(number);
            let display = national(number);
            numbers.push(Assigned { target, number, display, kind: AssignedKind::Test, pool: None, lease: None });
        }
    }
    numbers
}

/// 555-0100 and the next: in North America kept for fiction, elsewhere at least plain to see.
fn test_number(target: E164, line: u16) -> Option<E164> {
    let digits = target.digits();
    let kept = digits.get(..digits.len().checked_sub(OWN_DIGITS)?)?;
    E164::parse(&format!("+{kept}555{line:04}")).ok()
}
