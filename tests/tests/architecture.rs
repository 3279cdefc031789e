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

/// Every path in `code` that begins with `root`, a group of imports taken apart: `crate::{a, b::{self, c}}` is `crate::a`,
/// `crate::b::self` and `crate::b::c`, on however many lines it stands.
fn paths(code: &str, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        let (before, rest) = (&code[..at], &code[at + root.len()..]);
        let begins = !before.ends_with(is_of_a_name) && !before.trim_end().ends_with("::");
        if begins && unspaced(rest).starts_with("::") {
            tree(rest, root, &mut found);
        }
    }
    found
}

/// Reads on after `path`, and gives back what follows its last segment or the end of its group.
fn tree<'a>(code: &'a str, path: &str, found: &mut Vec<String>) -> &'a str {
    let next = unspaced(code).strip_prefix("::").map(unspaced);
    if let Some(mut group) = next.and_then(|next| next.strip_prefix('{')) {
        loop {
            group = unspaced(group);
            if let Some(rest) = group.strip_prefix('}') {
                return rest;
            }
            let name = segment(group);
            group = tree(&group[name.len()..], &format!("{path}::{name}"), found);
            // What is neither a comma nor the end is `as` and a name.
            let end = group.find([',', '}']).unwrap_or(group.len());
            group = &group[end..];
            group = group.strip_prefix(',').unwrap_or(group);
            if group.is_empty() {
                return group;
            }
        }
    }
    match next.map(|next| (segment(next), next)) {
        Some((name, next)) if !name.is_empty() => tree(&next[name.len()..], &format!("{path}::{name}"), found),
        _ => {
            found.push(path.to_owned());
            code
        }
    }
}

/// The name, or the star, with which `code` begins.
fn segment(code: &str) -> &str {
    let length = code.find(|c| !is_of_a_name(c)).unwrap_or(code.len());
    &code[..if code.starts_with('*') { 1 } else { length }]
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `code` from its first character that is neither a space nor in a comment.
fn unspaced(code: &str) -> &str {
    let code = code.trim_start();
    let after = |comment: &str, end: &str| {
        let inside = code.strip_prefix(comment)?;
        Some(inside.find(end).map_or("", |at| &inside[at + end.len()..]))
    };
    after("//", "\n").or_else(|| after("/*", "*/")).map_or(code, unspaced)
}

#[test]
fn groups_of_imports_are_taken_apart() {
    let code = "use crate::{http, visits::store};\nuse crate::journal;\nuse super::crate_::x;\n\
                use crate::{\n    auth::{self, session::{Role as Part, *}},\n    // why\n    ledger as book, db /* and */ ,\n};\n\
                fn f(c: crate::supply::Command) -> crate::visits :: Visit { crate::ids::read::<u8>(my_crate::x) }\n\
                pub(crate) fn g() { $crate::m!(other::crate::n, crate::{}, self::crate::o) }";
    let expected = [
        "http",
        "visits::store",
        "journal",
        "auth::self",
        "auth::session::Role",
        "auth::session::*",
        "ledger",
        "db",
        "supply::Command",
        "visits::Visit",
        "ids::read",
        "m",
    ];
    assert_eq!(paths(code, "crate"), expected.map(|path| format!("crate::{path}")));
    assert_eq!(paths("use super::super::{http, x};", "super"), ["super::super::http", "super::super::x"]);
    assert_eq!(paths("use crate::{a, b", "crate"), ["crate::a", "crate::b"]);
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
        for import in paths(&code(&path).join("\n"), "issuer") {
            let api = import == "issuer::api" || import.starts_with("issuer::api::");
            assert!(api, "{}: only issuer::api may be used, not {import}", path.display());
        }
    }
}

#[test]
fn campaign_folders_import_only_those_before_them() {
    let source = root().join("campaign/src");
    for (position, folder) in CAMPAIGN_FOLDERS.iter().enumerate() {
        for path in sources(&source.join(folder)) {
            let code = code(&path).join("\n");
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
