//! What the risk score makes of a month of simulated calls: the figures of docs/robocalls.md, held from below.

use super::traffic::{Kind, Report, Scores, Services, THRESHOLDS, simulate};

#[test]
fn robocalls_are_found_and_honest_callers_left_alone() {
    // Of the services, the threshold, the least precision and recall, the most of honest calls held up, in percent.
    let bounds = [
        (Services::None, 30, 92.0, 48.0, 3.0),
        (Services::None, 50, 95.0, 16.0, 1.0),
        (Services::None, 60, 99.0, 7.0, 0.1),
        (Services::One, 30, 95.0, 75.0, 3.0),
        (Services::One, 50, 97.0, 62.0, 1.0),
        (Services::One, 80, 99.0, 38.0, 0.1),
    ];
    for seed in 1..=3 {
        let reports = [Services::None, Services::One].map(|services| (services, simulate(seed, services)));
        for (services, threshold, precision, recall, held_up) in bounds {
            let (_, report) = reports.iter().find(|(of, _)| *of == services).unwrap();
            let found = [report.precision(threshold), report.recall(threshold), report.honest_share(threshold)];
            let [found_precision, found_recall, found_held_up] = found.map(|share| share * 100.0);
            let holds = found_precision >= precision && found_recall >= recall && found_held_up <= held_up;
            assert!(holds, "{services:?} at {threshold}, seed {seed}: {found:?}");
        }
        for (_, report) in &reports {
            check(report);
        }
    }
}

/// A higher threshold never finds more, and what each kind shows is what the score rests on.
fn check(report: &Report) {
    assert!(report.honest > 5_000 && report.robocalls > 4_000);
    for pair in THRESHOLDS.windows(2) {
        let [lower, higher] = pair else { continue };
        assert!(report.recall(*lower) >= report.recall(*higher));
        assert!(report.honest_share(*lower) >= report.honest_share(*higher));
    }
    let share = |kind| report.kinds.get(&kind).unwrap().share(30);
    assert!(share(Kind::Burst) > 0.75 && share(Kind::Impossible) > 0.95, "{:?}", report.kinds);
    assert!(share(Kind::Neighbour) < 0.2, "one call from a fresh number tells next to nothing: {:?}", report.kinds);
    let counted: usize = report.kinds.values().map(Scores::count).sum();
    assert_eq!(counted, report.robocalls);
}

#[test]
fn the_same_seed_plays_the_same_calls() {
    assert_eq!(simulate(7, Services::One), simulate(7, Services::One));
    assert_ne!(simulate(7, Services::One), simulate(8, Services::One));
}
