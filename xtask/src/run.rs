//! Runs other programs and says on the screen what takes long.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Lines of a failed program's output that are shown: a whole compiler error, not a whole build log.
const SHOWN_LINES: usize = 120;

/// How long a program may take that is not asked for more. Nothing here takes half of it on a slow machine; without a limit one that hangs would hold up
/// everything, and what the others found would never be told.
pub const LIMIT: Duration = Duration::from_mins(25);
/// How often to look whether a program has ended.
const LOOK: Duration = Duration::from_millis(50);
/// How long to read on when a program has ended: one of its children may have its output open, and live on.
const LEFT_OPEN: Duration = Duration::from_secs(5);

/// Does one long piece of work between two lines: `building the browser library …`, `building the browser library: 34 s`. Others may
/// print in between.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("{what} …");
    let timer = Timer::start();
    let result = work();
    match result {
        Ok(_) => println!("{what}: {timer}"),
        Err(_) => println!("{what}: failed after {timer}"),
    }
    result
}

/// What a program said, stdout and stderr in one, and whether it ended well.
pub struct Report {
    pub ok: bool,
    pub output: String,
}

/// Runs a program to its end and collects what it says.
pub fn collect(command: Command) -> Result<Report> {
    collect_within(command, LIMIT)
}

/// Runs a program to its end, or ends it when its time is over, and collects what it says.
pub fn collect_within(mut command: Command, limit: Duration) -> Result<Report> {
    let name = name_of(&command);
    let (mut reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| cannot_start(&name))?;
    // The command owns the writing end; the reader sees the end of the output only when that is closed.
    drop(command);
    let (sender, pieces) = mpsc::channel();
    thread::spawn(move || {
        let mut piece = [0; 8192];
        while let Ok(length @ 1..) = reader.read(&mut piece) {
            if sender.send(piece.get(..length).unwrap_or_default().to_vec()).is_err() {
                break;
            }
        }
    });
    let status = wait(&mut child, limit)?;
    let mut bytes = Vec::new();
    let is_open = loop {
        match pieces.recv_timeout(LEFT_OPEN) {
            Ok(piece) => bytes.extend(piece),
            Err(error) => break error == RecvTimeoutError::Timeout,
        }
    };
    let mut output = String::from_utf8_lossy(&bytes).into_owned();
    if is_open {
        let _ = writeln!(output, "({name} ended, and a program that it started goes on)");
    }
    match status {
        Some(status) if status.success() => {}
        Some(status) => drop(writeln!(output, "({name} ended with {status})")),
        None => drop(writeln!(output, "({name} was ended: it took longer than {} s)", limit.as_secs())),
    }
    Ok(Report { ok: status.is_some_and(|status| status.success()), output })
}

/// Waits until a program has ended; when its time is over it is ended, and there is no status.
fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let timer = Timer::start();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if timer.seconds() > limit.as_secs_f64() {
            let mut pgrep = Command::new("pgrep");
            pgrep.args(["-P", &child.id().to_string()]);
            let started = stdout_of(pgrep).unwrap_or_default();
            child.kill()?;
            // What it has started would go on, and is nobody's now.
            let _ = Command::new("kill").args(started.split_whitespace()).status();
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

/// Runs a program silently; a failure carries the end of its output.
pub fn quietly(command: Command) -> Result<()> {
    let name = name_of(&command);
    let report = collect(command)?;
    if report.ok {
        return Ok(());
    }
    bail!("{name} failed:\n{}", last_lines(&report.output, SHOWN_LINES))
}

/// Runs a program for the answer it prints on stdout.
pub fn stdout_of(mut command: Command) -> Result<String> {
    let name = name_of(&command);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().with_context(|| cannot_start(&name))?;
    if !output.status.success() {
        bail!("{name} ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a program that writes to the screen itself; answers whether it ended well.
pub fn inherit_stdio(mut command: Command) -> Result<bool> {
    let name = name_of(&command);
    let status = command.status().with_context(|| cannot_start(&name))?;
    Ok(status.success())
}

/// Where a program lies on PATH.
pub fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// The value of PATH with one folder put in front.
pub fn path_with(folder: &Path) -> Result<std::ffi::OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&old));
    std::env::join_paths(folders).context("a folder name on PATH cannot be joined")
}

/// The last lines of a text.
pub fn last_lines(text: &str, limit: usize) -> String {
    let count = text.lines().count();
    let kept: Vec<&str> = text.lines().skip(count.saturating_sub(limit)).collect();
    kept.join("\n")
}

/// Shows the time since its start in seconds.
pub struct Timer(Instant);

impl Timer {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "xtask is never built for wasm32, where the clock panics")]
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Timer {
    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

impl std::fmt::Display for Timer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.seconds();
        if seconds < 10.0 { write!(f, "{seconds:.1} s") } else { write!(f, "{seconds:.0} s") }
    }
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let first = command.get_args().next().map(OsStr::to_string_lossy);
    match first {
        Some(argument) => format!("`{} {argument} …`", program.to_string_lossy()),
        None => format!("`{}`", program.to_string_lossy()),
    }
}

fn cannot_start(name: &str) -> String {
    format!("cannot start {name}: is it installed and on PATH?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_lines() {
        assert_eq!(last_lines("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
        assert_eq!(last_lines("", 2), "");
    }

    #[test]
    fn collects_both_streams_and_the_status() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let report = collect(command).unwrap();
        assert!(!report.ok);
        assert!(report.output.starts_with("out\nerr\n"));
        assert!(report.output.contains("exit status: 3"));
    }

    #[test]
    fn ends_what_takes_too_long_and_waits_for_nobody_it_left_behind() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        let hung = collect_within(shell("echo begun; sleep 60; echo ended"), Duration::from_millis(300)).unwrap();
        assert!(!hung.ok);
        assert!(hung.output.starts_with("begun\n") && hung.output.contains("was ended"), "{}", hung.output);
        assert!(!hung.output.contains("ended\n("));
        let timer = Timer::start();
        let left = collect_within(shell("sleep 60 & echo $!"), Duration::from_secs(30)).unwrap();
        let _ = Command::new("kill").arg(left.output.lines().next().unwrap()).status();
        assert!(left.ok && left.output.contains("goes on"), "{}", left.output);
        assert!(timer.seconds() < 30.0);
    }

    #[test]
    fn names_a_program_that_is_not_there() {
        let error = stdout_of(Command::new("no-such-program-here")).unwrap_err();
        assert!(format!("{error:#}").contains("no-such-program-here"));
    }
}
