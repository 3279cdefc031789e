//! The command line: `verifier check` says whether a certificate is valid, `verifier inspect` prints what is inside.
//! Everything is decided in the library; here are files, pictures, the clock and words.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::run(std::env::args_os()))
}
