//! Runs other programs and says on the screen what takes long.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Lines of a failed program's output that are shown: a whole compiler error, not a whole build log.
const SHOWN_LINES: usize = 120;

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
pub fn collect(mut command: Command) -> Result<Report> {
    let name = name_of(&command);
    let (mut reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| cannot_start(&name))?;
    // The command owns the writing end; the reader sees the end of the output only when that is closed.
    drop(command);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    let status = child.wait()?;
    let mut output = String::from_utf8_lossy(&bytes).into_owned();
    if !status.success() {
        let _ = writeln!(output, "({name} ended with {status})");
    }
    Ok(Report { ok: status.success(), output })
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
    fn names_a_program_that_is_not_there() {
        let error = stdout_of(Command::new("no-such-program-here")).unwrap_err();
        assert!(format!("{error:#}").contains("no-such-program-here"));
    }
}
