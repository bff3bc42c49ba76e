//! Runs named stages in lanes side by side, and keeps score, times and logs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::Result;

use super::counts::Counts;
use super::timings::Timings;
use crate::run::{self, Timer};

/// How much less urgent than the others a lane is that gives way, as `nice` counts: it has a tenth of the time that they want.
#[cfg(target_os = "linux")]
const GIVING_WAY: i32 = 10;

/// Lines of a failed stage that are shown; the log has all of them.
const SHOWN_LINES: usize = 120;

/// How one stage went.
#[derive(Default)]
pub struct Verdict {
    pub counts: Counts,
    /// What to print if something failed.
    pub shown: String,
    pub log: String,
    /// What to print in any case.
    pub note: Option<String>,
    /// Tests that failed first and passed when run once more.
    pub unsteady: Vec<String>,
    /// Test files with the seconds they took.
    pub files: Vec<(String, f64)>,
}

impl Verdict {
    /// Runs a program whose exit status is the whole result.
    pub fn of_check(command: Command) -> Result<Self> {
        run::collect(command).map(Self::of_report)
    }

    /// Takes a program's exit status as the whole result.
    pub fn of_report(report: run::Report) -> Self {
        Self {
            counts: Counts::of_check(report.ok),
            shown: report.output.clone(),
            log: report.output,
            ..Self::default()
        }
    }

    /// Work that ends well or says why not, and that prints its own progress.
    pub fn of_work(result: Result<()>) -> Result<Self> {
        result.map(|()| Self { counts: Counts::of_check(true), ..Self::default() })
    }
}

/// One stage, before it runs.
pub struct Stage<'a> {
    name: String,
    needs: Vec<&'static str>,
    work: Box<dyn FnOnce() -> Result<Verdict> + Send + 'a>,
}

impl<'a> Stage<'a> {
    /// A stage that can run at once.
    pub fn new(name: &str, work: impl FnOnce() -> Result<Verdict> + Send + 'a) -> Self {
        Self { name: name.to_owned(), needs: Vec::new(), work: Box::new(work) }
    }

    /// Makes it wait for other stages, and fail without running if one of them fails. Those that are not planned do not count.
    pub fn needs(mut self, stages: &[&'static str]) -> Self {
        self.needs.extend(stages);
        self
    }
}

/// The stages' common score and logs.
pub struct Suite {
    logs: PathBuf,
    timer: Timer,
    state: Mutex<State>,
    stage_ended: Condvar,
}

#[derive(Default)]
struct State {
    total: Counts,
    /// Every planned stage, with how it went once it has ended.
    stages: BTreeMap<String, Option<bool>>,
    unsteady: Vec<String>,
    timings: Timings,
}

impl Suite {
    /// Starts with an empty folder of logs.
    pub fn new(logs: PathBuf) -> Result<Self> {
        if logs.exists() {
            fs::remove_dir_all(&logs)?;
        }
        fs::create_dir_all(&logs)?;
        Ok(Self { logs, timer: Timer::start(), state: Mutex::default(), stage_ended: Condvar::new() })
    }

    /// Runs the lanes side by side, the stages of each one after the other, going on after a failed one. The last lane gives way to the
    /// others: nobody waits for what it finds.
    pub fn run(&self, lanes: Vec<Vec<Stage<'_>>>) {
        let planned = lanes.iter().flatten().map(|stage| (stage.name.clone(), None));
        self.state().stages.extend(planned.collect::<Vec<_>>());
        let count = lanes.len();
        thread::scope(|scope| {
            for (place, lane) in lanes.into_iter().enumerate() {
                scope.spawn(move || {
                    if place + 1 == count {
                        give_way();
                    }
                    for stage in lane {
                        self.run_stage(stage);
                    }
                });
            }
        });
    }

    /// Prints what was slow and what was unsteady, and the score as the last line.
    pub fn finish(self) -> ExitCode {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let timings = self.logs.join("timings.tsv");
        print!("\n{}", state.timings.table());
        if let Some(usage) = super::cpu::usage(self.timer.seconds()) {
            println!("{usage}");
        }
        if let Err(error) = fs::write(&timings, state.timings.tsv()) {
            println!("cannot write {}: {error}", timings.display());
        }
        for name in &state.unsteady {
            println!("unsteady: {name} (log kept in {})", self.logs.join("unsteady").display());
        }
        if state.total.passed + state.total.failed == 0 {
            println!("no test has that text in its name");
        }
        println!("{}", state.total);
        if state.total.passed > 0 && state.total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Runs one stage when what it needs is there, and prints its line; what failed is printed below it.
    fn run_stage(&self, stage: Stage<'_>) {
        let failed = stage.needs.iter().find(|need| !self.wait_for(need));
        if let Some(need) = failed {
            self.skip_failed(&stage.name, need);
            return;
        }
        let timer = Timer::start();
        let verdict = (stage.work)().unwrap_or_else(|error| {
            let text = format!("{error:#}\n");
            Verdict { counts: Counts::of_check(false), shown: text.clone(), log: text, ..Verdict::default() }
        });
        self.keep(&stage.name, verdict, &timer);
    }

    /// Counts a stage that could not run as failed.
    fn skip_failed(&self, name: &str, need: &str) {
        println!("{name} … not run, because {need} failed");
        let mut state = self.state();
        state.total += Counts::of_check(false);
        state.stages.insert(name.to_owned(), Some(false));
        self.stage_ended.notify_all();
    }

    fn keep(&self, name: &str, verdict: Verdict, timer: &Timer) {
        let file = format!("{}.log", name.replace(' ', "-"));
        let log = self.logs.join(&file);
        let logged = fs::write(&log, &verdict.log).is_ok();
        if !verdict.unsteady.is_empty() {
            let folder = self.logs.join("unsteady");
            let _ = fs::create_dir_all(&folder);
            let _ = fs::copy(&log, folder.join(file));
        }
        let score = match (verdict.counts.total(), verdict.counts.failed) {
            (1, 0) => "ok".to_owned(),
            (1, _) => "failed".to_owned(),
            _ => verdict.counts.to_string(),
        };
        // In one piece: the other lane prints, too.
        let mut text = format!("{name} … {score}, {timer}\n");
        text.extend(verdict.note.iter().map(|note| format!("  {note}\n")));
        if verdict.counts.failed > 0 {
            let _ = writeln!(text, "{}", run::last_lines(&verdict.shown, SHOWN_LINES));
            if logged {
                let _ = writeln!(text, "(all of it is in {})", log.display());
            }
        }
        print!("{text}");
        let mut state = self.state();
        state.total += verdict.counts;
        state.timings.add_stage(name, timer.seconds());
        for (file, seconds) in verdict.files {
            state.timings.add_file(&file, seconds);
        }
        state.unsteady.extend(verdict.unsteady);
        state.stages.insert(name.to_owned(), Some(verdict.counts.failed == 0));
        self.stage_ended.notify_all();
    }

    /// Waits until a stage has ended; answers whether what it makes is there.
    fn wait_for(&self, name: &str) -> bool {
        let mut state = self.state();
        loop {
            match state.stages.get(name) {
                Some(None) => state = self.stage_ended.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Some(ok)) => return *ok,
                None => return true,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes what this thread starts less urgent than the rest, where threads can be told apart. It is a matter of minutes alone, so
/// nothing is lost if it cannot be done.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(GIVING_WAY);
}

/// Adds a failure that the counts do not show: a program that broke off, or ran nothing.
pub fn with_status(mut counts: Counts, ok: bool, may_be_empty: bool) -> Counts {
    let silent_failure = !ok && counts.failed == 0;
    let nothing_ran = counts.total() == 0 && !may_be_empty;
    if silent_failure || nothing_ran {
        counts.failed += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_or_empty_run_is_a_failure() {
        let some = Counts { passed: 3, failed: 0, skipped: 0 };
        let bad = Counts { passed: 3, failed: 2, skipped: 0 };
        let none = Counts::default();
        assert_eq!(with_status(some, true, false).failed, 0);
        assert_eq!(with_status(some, false, false).failed, 1);
        assert_eq!(with_status(bad, false, false).failed, 2);
        assert_eq!(with_status(none, true, false).failed, 1);
        assert_eq!(with_status(none, true, true).failed, 0);
        assert_eq!(with_status(none, false, true).failed, 1);
    }

    #[test]
    fn stages_wait_for_what_they_need_in_the_other_lane() {
        let folder = std::env::temp_dir().join(format!("dni-suite-test-{}", std::process::id()));
        let suite = Suite::new(folder.clone()).unwrap();
        let order = Mutex::new(Vec::new());
        let stage = |name: &'static str, ok: bool| {
            let order = &order;
            Stage::new(name, move || {
                order.lock().unwrap().push(name);
                Ok(Verdict { counts: Counts::of_check(ok), ..Verdict::default() })
            })
        };
        suite.run(vec![
            vec![stage("build", true), stage("pack", false), stage("last", true)],
            vec![
                stage("browser", true).needs(&["build"]),
                stage("package", true).needs(&["pack"]),
                stage("other", true).needs(&["not planned"]),
            ],
        ]);
        let order = order.into_inner().unwrap();
        let place = |name: &str| order.iter().position(|other| *other == name);
        assert!(place("build") < place("browser"));
        assert_eq!(place("package"), None);
        assert!(place("last").is_some() && place("other").is_some());
        assert_eq!(suite.state().total, Counts { passed: 4, failed: 2, skipped: 0 });
        fs::remove_dir_all(folder).unwrap();
    }
}
