//! `cargo xtask bench`: optimised programs of `tests/benches` that measure ratios in one run.

use crate::postgres::{Cluster, Durability};
use crate::{root, shell, tools, web};
use anyhow::Result;
use std::process::Command;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    what: What,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Text to verdict, beside raw signature verification.
    Verify,
    /// The most expensive texts that fit a QR symbol, against 1 ms.
    Hostile,
    /// Dose facts to certificate text, beside raw signing.
    Issue,
    /// Camera frame to verdict in Chromium, beside jsQR and zxing-wasm.
    Wasm,
    /// Commands through HTTP and keeper, beside plain inserts and fsynced appends.
    Write,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let name = match options.what {
        What::Verify => "verify",
        What::Hostile => "hostile",
        What::Issue => "issue",
        What::Write => "write",
        What::Wasm => return web::bench(),
    };
    let mut command = Command::new("cargo");
    command.current_dir(root()?).args(["bench", "--locked", "--package", "tests", "--bench", name]);
    if matches!(options.what, What::Write) {
        tools::ensure(&[tools::POSTGRESQL])?;
        let cluster = Cluster::start(Durability::Production)?;
        return shell::run(command.env("LACHAN_TEST_POSTGRES", cluster.url()));
    }
    shell::run(&mut command)
}
