//! The house keeps its shape: rooms import downwards only, campaign folders in their order, pure rooms stay pure,
//! files stay short. Reads `cargo metadata` and the sources.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

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
];

/// Crates that bring a clock, a network, threads or ambient randomness.
const IMPURE: &[&str] =
    &["tokio", "sqlx", "axum", "hyper", "hyper-util", "reqwest", "rayon", "getrandom", "rand", "uuid", "tracing"];

const PURE_ROOMS: &[&str] = &["specs", "trust-list", "verifier", "wallet-core"];

/// What a pure room may import for a feature of its program, and only for that: the feature, and the crates.
const OF_PROGRAMS: &[(&str, &str, &[&str])] = &[("verifier", "serve", &["tokio", "axum", "hyper", "hyper-util"])];

/// The folders of `campaign/src`, lowest first. A folder may import those before it.
const CAMPAIGN_FOLDERS: &[&str] =
    &["journal", "ledger", "places", "catalogue", "supply", "people", "visits", "certificates", "auth", "http"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

/// For each package of the workspace, what it depends on outside of tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    let normal = |package: &Value| {
        let all = package["dependencies"].as_array().expect("dependencies");
        let used = all.iter().filter(|dependency| dependency["kind"] != "dev");
        used.map(|dependency| dependency["name"].as_str().expect("a name").to_owned()).collect()
    };
    packages.iter().map(|package| (package["name"].as_str().expect("a name").to_owned(), normal(package))).collect()
}

/// Is that import of that room optional, and asked for by that feature alone, which the library's own features do not ask for?
fn only_for(room: &str, import: &str, feature: &str) -> bool {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == room).expect("the room");
    let dependencies = package["dependencies"].as_array().expect("dependencies");
    let mut optional = dependencies.iter().filter(|one| one["name"] == import && one["kind"] != "dev");
    let features = package["features"].as_object().expect("features");
    let asking = features.iter().filter(|(name, asks)| {
        let asks = asks.as_array().expect("a list of features");
        let import = asks.iter().any(|ask| ask.as_str().is_some_and(|ask| ask.trim_start_matches("dep:") == import));
        import || (*name != "default" && asks.iter().any(|ask| ask == feature))
    });
    optional.all(|one| one["optional"] == true) && asking.map(|(name, _)| name).eq([feature])
}

/// All Rust files below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    tests::vectors::files(folder, "rs")
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a readable source")
}

/// The lines of a source that are code: no comments.
fn code(path: &Path) -> Vec<String> {
    text(path).lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
}

#[test]
fn rooms_import_only_the_rooms_below_them() {
    let dependencies = dependencies();
    let rooms: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).chain(["tests"]).collect();
    for (room, allowed) in ROOMS {
        let imported = dependencies.get(*room).unwrap_or_else(|| panic!("no room {room}"));
        for import in imported.iter().filter(|name| rooms.contains(name.as_str())) {
            assert!(allowed.contains(&import.as_str()), "{room} must not import {import}");
        }
    }
}

#[test]
fn pure_rooms_have_no_clock_network_thread_or_ambient_randomness() {
    let dependencies = dependencies();
    for room in PURE_ROOMS {
        for import in &dependencies[*room] {
            let of_program = |(owner, _, crates): &&(&str, &str, &[&str])| owner == room && crates.contains(&&**import);
            let impure = IMPURE.contains(&import.as_str());
            match OF_PROGRAMS.iter().find(of_program) {
                Some((_, feature, _)) => {
                    assert!(only_for(room, import, feature), "{room}: {import} is for {feature} alone")
                }
                None => assert!(!impure, "the pure room {room} must not import {import}"),
            }
        }
        for path in sources(&root().join(room).join("src")) {
            let command_line = path.ends_with("main.rs") || path.components().any(|part| part.as_os_str() == "cli");
            if command_line {
                continue;
            }
            for line in code(&path) {
                let banned = ["SystemTime::now", "Instant::now", "std::net", "std::thread", "std::process"];
                for banned in banned.into_iter().chain(["tokio::", "axum::", "hyper::"]) {
                    assert!(!line.contains(banned), "{}: {banned} in a pure room", path.display());
                }
            }
        }
    }
}

#[test]
fn the_campaign_sees_of_the_issuer_only_its_api() {
    for path in sources(&root().join("campaign/src")) {
        for line in code(&path) {
            let foreign = line.match_indices("issuer::").any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let own_module = before.is_some_and(|c| c == ':' || c.is_alphanumeric() || c == '_');
                !own_module && !line[at..].starts_with("issuer::api")
            });
            assert!(!foreign, "{}: only issuer::api may be used: {line}", path.display());
        }
    }
}

#[test]
fn campaign_folders_import_only_those_before_them() {
    let source = root().join("campaign/src");
    for (position, folder) in CAMPAIGN_FOLDERS.iter().enumerate() {
        for path in sources(&source.join(folder)) {
            for line in code(&path) {
                for later in &CAMPAIGN_FOLDERS[position + 1..] {
                    let import = format!("crate::{later}");
                    let whole = line.match_indices(&import).any(|(at, found)| {
                        !line[at + found.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
                    });
                    assert!(!whole, "{}: {folder} must not import {later}: {line}", path.display());
                }
                for other in CAMPAIGN_FOLDERS.iter().filter(|other| *other != folder) {
                    let store = format!("crate::{other}::store");
                    assert!(!line.contains(&store), "{}: {other}'s store.rs is its own: {line}", path.display());
                }
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
