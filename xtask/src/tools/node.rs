//! A Node.js that is new enough for `web/`: the machine's own, or one that npm brings, for that of Debian 12 is older.

use crate::{root, shell};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where a newer one is pinned, as packages that have the program for one kind of machine each.
const FOLDER: &str = "xtask/node";
const MACHINE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };

type Version = [u64; 3];

/// `program`, which is Node.js or started by it, with one in front of its path that is new enough.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(program);
    command.env("PATH", path()?);
    Ok(command)
}

/// The path on which such programs are looked for.
pub(crate) fn path() -> Result<&'static OsStr> {
    static PATH: OnceLock<OsString> = OnceLock::new();
    if let Some(path) = PATH.get() {
        return Ok(path);
    }
    let own = std::env::var_os("PATH").unwrap_or_default();
    let path = match newer(&root()?)? {
        None => own,
        Some(folder) => std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&own)))?,
    };
    Ok(PATH.get_or_init(|| path))
}

/// The folder with a newer one, where the machine's own will not do.
fn newer(root: &Path) -> Result<Option<PathBuf>> {
    let lock = std::fs::read_to_string(root.join("web/package-lock.json")).context("web/package-lock.json")?;
    let wanted = wanted(&serde_json::from_str(&lock)?);
    let own = version(Path::new("node"));
    let Some(missed) = wanted.iter().find(|wanted| !own.is_some_and(|own| allows(&wanted.range, own))) else {
        return Ok(None);
    };
    let own = shell::output(Command::new("node").arg("--version")).unwrap_or_else(|error| format!("{error:#}"));
    let why = format!("Node.js here ({own}) is not what {} needs ({})", missed.package, missed.range);
    let folder = root.join(FOLDER);
    // Not `.bin`: the npm of Debian 12 makes no link there.
    let brought = folder.join(format!("node_modules/node-linux-{MACHINE}/bin"));
    let is_new = || {
        let brought = version(&brought.join("node"));
        brought.is_some_and(|brought| wanted.iter().all(|wanted| allows(&wanted.range, brought)))
    };
    if !is_new() {
        eprintln!("{why}: npm brings a newer one");
        let tried = super::install(&mut Command::new("npm"), &folder);
        if !is_new() {
            let words = tried.err().map(|error| format!(" ({error:#})")).unwrap_or_default();
            bail!("{why}, and npm brought no newer one{words}. Type:\n  npm ci --prefix {}", folder.display());
        }
    }
    Ok(Some(brought))
}

/// What a package of the app says that it runs on.
struct Wanted {
    package: String,
    range: String,
}

fn wanted(lock: &Value) -> Vec<Wanted> {
    let packages = lock["packages"].as_object().into_iter().flatten();
    let range = |package: &Value| package["engines"]["node"].as_str().map(str::to_owned);
    packages.filter_map(|(name, package)| Some(Wanted { package: name.clone(), range: range(package)? })).collect()
}

/// What that Node.js says it is: `v20.19.0`.
fn version(node: &Path) -> Option<Version> {
    let said = shell::output(Command::new(node).arg("--version")).ok()?;
    parse(said.strip_prefix('v')?)
}

/// Whether a range of versions, as packages write them, has this one in it. What is not understood has none.
fn allows(range: &str, version: Version) -> bool {
    range.split("||").map(str::trim).any(|one| {
        let from = |least: &str| parse(least).is_some_and(|least| version >= least);
        match (one.strip_prefix(">="), one.strip_prefix('^')) {
            (Some(least), _) => from(least),
            (_, Some(least)) => from(least) && parse(least).is_some_and(|least| version[0] == least[0]),
            _ => false,
        }
    })
}

/// `20`, `20.19`, `20.19.0`.
fn parse(text: &str) -> Option<Version> {
    let mut version = [0; 3];
    for (place, number) in text.trim().split('.').enumerate() {
        *version.get_mut(place)? = number.parse().ok()?;
    }
    Some(version)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn json(path: &str) -> Value {
        serde_json::from_str(&std::fs::read_to_string(root().unwrap().join(path)).unwrap()).unwrap()
    }

    #[test]
    fn ranges_of_versions_are_read_as_npm_reads_them() {
        let range = "^20.19.0 || >=22.12.0";
        for (version, expected) in [
            ("18.20.4", false),
            ("20.18.9", false),
            ("20.19.0", true),
            ("21.7.3", false),
            ("22.11.0", false),
            ("22.12.0", true),
            ("24.0.0", true),
        ] {
            assert_eq!(allows(range, parse(version).unwrap()), expected, "{version}");
        }
        assert!(allows(">= 4", [18, 20, 4]) && allows("^20.19", [20, 20, 2]));
        assert!(!allows("lts/*", [22, 0, 0]) && !allows("", [22, 0, 0]));
        assert_eq!([parse("22.1.2.3"), parse("v22"), parse("")], [None, None, None]);
    }

    #[test]
    fn the_one_that_npm_brings_is_new_enough_and_debians_is_not() {
        let wanted = wanted(&json("web/package-lock.json"));
        let fits = |version| wanted.iter().all(|wanted| allows(&wanted.range, version));
        assert!(!fits([18, 20, 4]) && fits([20, 19, 0]));
        for version in json(&format!("{FOLDER}/package.json"))["optionalDependencies"].as_object().unwrap().values() {
            assert!(fits(parse(version.as_str().unwrap()).unwrap()), "{version}");
        }
    }
}
