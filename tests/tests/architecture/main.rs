//! The house keeps its shape: rooms import downwards only, campaign folders in their order, pure rooms stay pure,
//! `unsafe` stays forbidden, what we build upon is as `deny.toml` says, files stay short. Reads `cargo metadata`, the manifests
//! and the sources.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

mod bought;
mod imports;
mod lints;
mod purity;

use imports::paths;

/// Every package of the workspace, and which of the others it may import, for its tests too.
const ROOMS: &[(&str, &[&str])] = &[
    ("specs", &[]),
    ("trust-list", &["specs"]),
    ("verifier", &["specs", "trust-list"]),
    ("verifier-c", &["specs", "trust-list", "verifier"]),
    ("verifier-uniffi", &["specs", "trust-list", "verifier"]),
    ("verifier-wasm", &["specs", "trust-list", "verifier"]),
    ("verifier-bindgen", &[]),
    ("wallet-core", &["specs", "trust-list", "verifier"]),
    ("issuer", &["specs", "trust-list", "verifier"]),
    ("campaign", &["specs", "trust-list", "verifier", "issuer"]),
    ("fuzz", &["specs", "trust-list", "verifier"]),
    ("xtask", &["specs"]),
    ("tests", &["specs", "trust-list", "verifier", "verifier-bindgen", "wallet-core", "issuer", "campaign", "fuzz"]),
];

/// The folders of `campaign/src`, lowest first. A folder may import those before it.
const CAMPAIGN_FOLDERS: &[&str] =
    &["journal", "ledger", "places", "catalogue", "supply", "people", "visits", "certificates", "auth", "http"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What cargo says of the workspace's packages.
fn metadata() -> Value {
    cargo_metadata(&["--no-deps"])
}

fn cargo_metadata(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--format-version=1", "--offline"])
        .args(arguments)
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

/// For each package, what it depends on; for its tests as well, if they count.
fn dependencies(metadata: &Value, of_tests: bool) -> BTreeMap<String, BTreeSet<String>> {
    let packages = metadata["packages"].as_array().expect("packages");
    let used = |package: &Value| {
        let all = package["dependencies"].as_array().expect("dependencies");
        let used = all.iter().filter(|dependency| of_tests || dependency["kind"] != "dev");
        used.map(|dependency| dependency["name"].as_str().expect("a name").to_owned()).collect()
    };
    packages.iter().map(|package| (package["name"].as_str().expect("a name").to_owned(), used(package))).collect()
}

/// All Rust files below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    tests::vectors::files(folder, "rs")
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a readable source")
}

/// The lines of a source that are code: no comments.
fn code(path: &Path) -> String {
    let text = text(path);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    lines.join("\n")
}

/// What of those packages runs against [`ROOMS`].
fn wrong_imports(metadata: &Value) -> Vec<String> {
    let dependencies = dependencies(metadata, true);
    let mut wrong = Vec::new();
    for (room, imported) in &dependencies {
        match ROOMS.iter().find(|(name, _)| name == room) {
            None => wrong.push(format!("{room} is no room of ARCHITECTURE.md")),
            Some((_, allowed)) => wrong.extend(
                imported
                    .iter()
                    .filter(|import| dependencies.contains_key(*import) && !allowed.contains(&import.as_str()))
                    .map(|import| format!("{room} must not import {import}")),
            ),
        }
    }
    let gone = ROOMS.iter().filter(|(room, _)| !dependencies.contains_key(*room));
    wrong.extend(gone.map(|(room, _)| format!("there is no room {room}")));
    wrong
}

#[test]
fn rooms_import_only_the_rooms_below_them() {
    assert_eq!(wrong_imports(&metadata()), [""; 0]);
}

#[test]
fn a_new_package_and_imports_for_tests_only_are_looked_at() {
    let mut bent = metadata();
    let packages = bent["packages"].as_array_mut().expect("packages");
    packages.push(serde_json::json!({ "name": "wallet-app", "dependencies": [] }));
    packages.retain(|package| package["name"] != "fuzz");
    let specs = packages.iter_mut().find(|package| package["name"] == "specs").expect("a room");
    let import = serde_json::json!({ "name": "verifier", "kind": "dev" });
    specs["dependencies"].as_array_mut().expect("dependencies").push(import);
    assert_eq!(
        wrong_imports(&bent),
        ["specs must not import verifier", "wallet-app is no room of ARCHITECTURE.md", "there is no room fuzz"]
    );
}

#[test]
fn the_campaign_sees_of_the_issuer_only_its_api() {
    for path in sources(&root().join("campaign/src")) {
        for import in paths(&code(&path), "issuer") {
            let api = import == "issuer::api" || import.starts_with("issuer::api::");
            assert!(api, "{}: only issuer::api may be used, not {import}", path.display());
        }
        assert!(!imports::renames(&code(&path), "issuer"), "{}: the issuer keeps its name", path.display());
    }
}

#[test]
fn campaign_folders_import_only_those_before_them() {
    let source = root().join("campaign/src");
    for (position, folder) in CAMPAIGN_FOLDERS.iter().enumerate() {
        for path in sources(&source.join(folder)) {
            let code = code(&path);
            for import in paths(&code, "crate") {
                let parts: Vec<&str> = import.split("::").collect();
                let [_, other, inside @ ..] = &parts[..] else { continue };
                let later = CAMPAIGN_FOLDERS[position + 1..].contains(other);
                assert!(!later, "{}: {folder} must not import {import}", path.display());
                let store = other != folder && CAMPAIGN_FOLDERS.contains(other) && inside.first() == Some(&"store");
                assert!(!store, "{}: {other}'s store.rs is its own: {import}", path.display());
            }
            // Out of the folder leads `crate` alone, which is what was looked at.
            for import in paths(&code, "super") {
                let leaves = import.starts_with("super::super") || path.ends_with("mod.rs");
                assert!(!leaves, "{}: begin with crate: {import}", path.display());
            }
        }
    }
}

#[test]
fn files_stay_short() {
    let mut lengths = Vec::new();
    for folder in ["specs", "trust-list", "verifier", "wallet-core", "issuer", "campaign", "fuzz", "tests", "xtask"] {
        for path in sources(&root().join(folder)) {
            let lines = text(&path).lines().count();
            assert!(lines <= 600, "{} has {lines} lines: split it", path.display());
            lengths.push(lines);
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 200, "the median file has {median} lines");
}

#[test]
fn no_file_is_a_drawer_for_everything() {
    for room in ["specs", "trust-list", "verifier", "wallet-core", "issuer", "campaign", "fuzz", "tests", "xtask"] {
        for path in sources(&root().join(room)) {
            let named = |part: &str| {
                path.components().any(|component| {
                    let name = component.as_os_str().to_string_lossy();
                    name == part || name == format!("{part}.rs")
                })
            };
            for banned in ["utils", "common", "helpers", "manager"] {
                assert!(!named(banned), "{}: say what it is", path.display());
            }
        }
    }
}
