//! Running other programs: what is run is shown, and what fails is said.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Runs `command` with its output shown, and fails when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    eprintln!("$ {}", line(command));
    let status = command.status().with_context(|| format!("cannot start {}", line(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", line(command));
    }
    Ok(())
}

/// Runs `command`, shows its output line by line, and gives every line to `each` as well.
/// Returns whether the program succeeded.
pub(crate) fn follow(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    eprintln!("$ {}", line(command));
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", line(command)))?;
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).lines() {
            let text = text?;
            println!("{text}");
            each(&text);
        }
    }
    Ok(child.wait()?.success())
}

/// What `command` prints on its standard output, without the last line break.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let answer = command.output().with_context(|| format!("cannot start {}", line(command)))?;
    if !answer.status.success() {
        bail!("{} failed: {}", line(command), String::from_utf8_lossy(&answer.stderr).trim());
    }
    Ok(String::from_utf8(answer.stdout)?.trim_end().to_owned())
}

/// Whether this process runs as root: then it may install with apt, and PostgreSQL must run as another user.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
