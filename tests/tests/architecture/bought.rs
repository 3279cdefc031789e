//! What we build upon is as `deny.toml` says: licences, sources, and no second copy of what must be one. cargo-deny itself,
//! where it is installed, also asks for known weaknesses, which needs a network.

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

use crate::{cargo_metadata, metadata, root, text};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn denied() -> String {
    text(&root().join("deny.toml"))
}

/// The texts in quotes of the list of that name in `deny.toml`.
fn listed<'a>(denied: &'a str, name: &str) -> Vec<&'a str> {
    let (_, list) = denied.split_once(&format!("\n{name} = [")).expect("the list");
    let (list, _) = list.split_once("\n]").expect("its end");
    let code = list.lines().map(|line| line.split('#').next().unwrap_or_default());
    code.flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
}

/// Whether we may build upon what has that licence (SPDX; `/` is an older way to write OR).
fn may(allowed: &[&str], licence: &str) -> bool {
    let spaced = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "+");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut left = &words[..];
    either(allowed, &mut left) == Some(true) && left.is_empty()
}

/// None where it is not well formed.
fn either(allowed: &[&str], left: &mut &[&str]) -> Option<bool> {
    let mut may = both(allowed, left)?;
    while let ["OR", rest @ ..] = *left {
        *left = rest;
        may |= both(allowed, left)?;
    }
    Some(may)
}

fn both(allowed: &[&str], left: &mut &[&str]) -> Option<bool> {
    let mut may = one(allowed, left)?;
    while let ["AND", rest @ ..] = *left {
        *left = rest;
        may &= one(allowed, left)?;
    }
    Some(may)
}

fn one(allowed: &[&str], left: &mut &[&str]) -> Option<bool> {
    let (first, rest) = left.split_first()?;
    *left = rest;
    if *first != "(" {
        return Some(allowed.contains(&&*first.replace('+', " WITH ")));
    }
    let may = either(allowed, left)?;
    let (&")", rest) = left.split_first()? else { return None };
    *left = rest;
    Some(may)
}

/// Name and source of every package in a lock file; ours have none.
fn locked(lock: &str) -> Vec<(&str, Option<&str>)> {
    let packages = lock.split("[[package]]\n").skip(1);
    packages.map(|package| (field(package, "name").expect("a name"), field(package, "source"))).collect()
}

fn field<'a>(package: &'a str, name: &str) -> Option<&'a str> {
    let value = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))?;
    Some(value.trim_matches('"'))
}

/// What of a lock file is not from the one registry, and what of `single` is there more than once.
fn misplaced(lock: &str, single: &[&str]) -> Vec<String> {
    let packages = locked(lock);
    let elsewhere = packages
        .iter()
        .filter_map(|(name, source)| source.filter(|from| *from != REGISTRY).map(|from| format!("{name} from {from}")));
    let copies = |one: &&&str| packages.iter().filter(|(name, _)| name == *one).count() > 1;
    elsewhere.chain(single.iter().filter(copies).map(|name| format!("{name} twice"))).collect()
}

fn single(denied: &str) -> Vec<&str> {
    let lines = denied.lines().filter(|line| line.contains("deny-multiple-versions = true"));
    lines.map(|line| line.split('"').nth(1).expect("a crate")).collect()
}

/// The dependencies of our packages that any version would do for.
fn wildcards(metadata: &Value) -> Vec<&str> {
    let packages = metadata["packages"].as_array().expect("packages");
    let all = packages.iter().flat_map(|package| package["dependencies"].as_array().expect("dependencies"));
    let any = all.filter(|dependency| dependency["req"] == "*" && dependency["path"].is_null());
    any.map(|dependency| dependency["name"].as_str().expect("a name")).collect()
}

#[test]
fn what_we_build_upon_has_a_licence_that_we_allow() {
    let denied = denied();
    let allowed = listed(&denied, "allow");
    // Of other platforms cargo may not have fetched what to ask.
    let about = Command::new(env!("CARGO")).arg("-vV").output().expect("cargo runs").stdout;
    let about = String::from_utf8(about).expect("text");
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("a platform");
    let metadata = cargo_metadata(&["--locked", "--filter-platform", host]);
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 400, "{} packages", packages.len());
    let refused: BTreeSet<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|licence| may(&allowed, licence)))
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();
    assert_eq!(refused, BTreeSet::new());
}

#[test]
fn what_we_build_upon_comes_from_one_registry_and_once() {
    let denied = denied();
    let single = single(&denied);
    assert_eq!(single, ["sqlx", "axum", "ed25519-dalek", "p256"]);
    for lock in ["Cargo.lock", "fuzz/runner/Cargo.lock"] {
        assert_eq!(misplaced(&text(&root().join(lock)), &single), [""; 0], "{lock}");
    }
    assert_eq!(wildcards(&metadata()), [""; 0]);
}

#[test]
fn another_licence_source_or_copy_is_seen() {
    let allowed = ["MIT", "ISC", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"];
    for (licence, expected) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("GPL-3.0-only/MIT", true),
        ("MIT AND GPL-3.0-only", false),
        ("GPL-3.0-only AND MIT OR ISC", true),
        ("ISC AND (GPL-3.0-only OR BSL-1.0)", false),
        ("(GPL-3.0-only OR MIT) AND ISC", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0 WITH Classpath-exception-2.0", false),
        ("MIT OR", false),
        ("(MIT", false),
        ("MIT ISC", false),
        ("", false),
    ] {
        assert_eq!(may(&allowed, licence), expected, "{licence}");
    }
    let lock = format!(
        "version = 4\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"axum\"\nversion = \"0.8.1\"\n\
         source = \"{REGISTRY}\"\n\n[[package]]\nname = \"axum\"\nversion = \"0.7.0\"\nsource = \"git+https://example.org/axum#1\"\n"
    );
    assert_eq!(misplaced(&lock, &["axum", "p256"]), ["axum from git+https://example.org/axum#1", "axum twice"]);
    assert_eq!(listed("x\nallow = [\n  \"MIT\", # \"GPL\"\n  \"ISC\",\n]\n", "allow"), ["MIT", "ISC"]);
    let dependency = |path: Option<&str>| serde_json::json!({ "name": "x", "req": "*", "path": path });
    let metadata = serde_json::json!({ "packages": [{ "dependencies": [dependency(None), dependency(Some("/x"))] }] });
    assert_eq!(wildcards(&metadata), ["x"]);
}
