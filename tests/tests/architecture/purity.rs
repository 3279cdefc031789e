//! Pure rooms have no clock, no network, no thread and no randomness of their own.

use serde_json::{Value, json};
use std::path::Path;

use crate::imports::{paths, renames};
use crate::{code, dependencies, metadata, root, sources};

/// Crates that bring a clock, a network, threads or ambient randomness.
const IMPURE: &[&str] = &[
    "tokio",
    "sqlx",
    "axum",
    "hyper",
    "hyper-util",
    "reqwest",
    "mio",
    "socket2",
    "rayon",
    "getrandom",
    "rand",
    "rand_core",
    "fastrand",
    "uuid",
    "chrono",
    "time",
    "tracing",
];

/// What else brings them.
const IMPURE_PATHS: &[&str] = &[
    "std::net",
    "std::os::unix::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::hash::RandomState",
    "std::collections::hash_map::RandomState",
    "aws_lc_rs::rand",
];

const PURE_ROOMS: &[&str] = &["specs", "trust-list", "verifier", "wallet-core"];

/// What a pure room may import for a feature of its program, and only for that: the feature, and the crates.
const OF_PROGRAMS: &[(&str, &str, &[&str])] = &[("verifier", "serve", &["tokio", "axum", "hyper", "hyper-util"])];

/// Where a program lies beside its library: the room, and what below its `src` the library has not.
const PROGRAMS: &[(&str, &[&str])] = &[("verifier", &["main.rs", "cli"])];

/// What of those packages brings a pure room what it must not have.
fn impure_imports(metadata: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (room, imports) in dependencies(metadata, false).iter().filter(|(room, _)| PURE_ROOMS.contains(&&***room)) {
        for import in imports.iter().filter(|import| IMPURE.contains(&&***import)) {
            let of_program = |(owner, _, crates): &&(&str, &str, &[&str])| owner == room && crates.contains(&&**import);
            let feature = OF_PROGRAMS.iter().find(of_program).map(|(_, feature, _)| feature);
            if !feature.is_some_and(|feature| only_for(metadata, room, import, feature)) {
                wrong.push(format!("{room} must not import {import}"));
            }
        }
    }
    wrong
}

/// Is that import of that room optional, and asked for by that feature alone, which the library's own features do not ask for?
fn only_for(metadata: &Value, room: &str, import: &str, feature: &str) -> bool {
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

/// What in that code is not pure: the path that leads there, or the crate that got another name. Who imports a module that
/// holds such a thing, as `std::time` does, or everything in it, has it too.
fn impurities(code: &str) -> Vec<String> {
    // Others than these no pure room depends on.
    let crates = OF_PROGRAMS.iter().flat_map(|(_, _, crates)| *crates);
    let crates: Vec<String> = crates.map(|name| name.replace('-', "_")).collect();
    let roots = || crates.iter().map(String::as_str).chain(["std", "aws_lc_rs"]);
    let within = |path: &str, outer: &str| {
        path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let impure = |path: &String| {
        let named = path.trim_end_matches("::*").trim_end_matches("::self");
        crates.iter().any(|name| within(named, name))
            || IMPURE_PATHS.iter().any(|banned| within(named, banned) || within(banned, named))
    };
    let renamed = roots().filter(|root| renames(code, root)).map(|root| format!("{root} as"));
    roots().flat_map(|root| paths(code, root)).filter(impure).chain(renamed).collect()
}

/// The sources of a pure room's library, without its tests.
fn of_the_library(room: &str) -> Vec<std::path::PathBuf> {
    let source = root().join(room).join("src");
    let program = PROGRAMS.iter().filter(|(owner, _)| *owner == room).flat_map(|(_, paths)| *paths);
    let program: Vec<_> = program.map(|path| source.join(path)).collect();
    let tests = |path: &Path| path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
    let inside = |path: &Path| path.strip_prefix(&source).expect("a source of the room").to_owned();
    let library = |path: &std::path::PathBuf| !program.iter().any(|of| path.starts_with(of)) && !tests(&inside(path));
    sources(&source).into_iter().filter(library).collect()
}

#[test]
fn pure_rooms_have_no_clock_network_thread_or_ambient_randomness() {
    assert_eq!(impure_imports(&metadata()), [""; 0]);
    for room in PURE_ROOMS {
        let library = of_the_library(room);
        assert!(library.iter().any(|path| path.ends_with("src/lib.rs")), "{room}");
        for path in library {
            assert_eq!(impurities(&code(&path)), [""; 0], "{}", path.display());
            let programs = PROGRAMS.iter().filter(|(owner, _)| owner == room).flat_map(|(_, paths)| *paths);
            for part in programs {
                let module = format!("mod {};", part.trim_end_matches(".rs"));
                assert!(!code(&path).contains(&module), "{}: {part} is of the program alone", path.display());
            }
        }
    }
}

#[test]
fn what_is_not_pure_is_seen_however_it_is_imported() {
    for (code, expected) in [
        ("use std::{net::TcpStream, thread};", &["std::net::TcpStream", "std::thread"][..]),
        ("use std::{\n    fmt,\n    time::{Duration, Instant as Now},\n};", &["std::time::Instant"]),
        ("use std::time; fn f() { time::SystemTime::now() }", &["std::time"]),
        ("use std::time::{self, Duration};", &["std::time::self"]),
        ("use ::std::thread::spawn;", &["std::thread::spawn"]),
        ("use std::*;", &["std::*"]),
        ("use std as s; use s::net::TcpStream;", &["std as"]),
        (
            "let hasher = std::collections::hash_map::RandomState::new();",
            &["std::collections::hash_map::RandomState::new"],
        ),
        ("use aws_lc_rs::{rand::SystemRandom, signature};", &["aws_lc_rs::rand::SystemRandom"]),
        (
            "async fn f() { hyper_util::rt::TokioIo::new(tokio ::net::x()) }",
            &["tokio::net::x", "hyper_util::rt::TokioIo::new"],
        ),
        (
            "use std::{collections::{hash_map::Entry, HashMap}, os::unix::fs, time::Duration};\nuse crate::time::Date; mytokio::x()",
            &[],
        ),
    ] {
        assert_eq!(impurities(code), expected, "{code}");
    }
}

#[test]
fn an_impure_crate_is_seen_unless_it_is_for_the_program_alone() {
    let bent = |room: &str, change: fn(&mut Value)| {
        let mut bent = metadata();
        let packages = bent["packages"].as_array_mut().expect("packages");
        change(packages.iter_mut().find(|package| package["name"] == room).expect("a room"));
        impure_imports(&bent)
    };
    let add = |package: &mut Value| {
        let dependencies = package["dependencies"].as_array_mut().expect("dependencies");
        dependencies.push(json!({ "name": "rand", "kind": null, "optional": true }));
    };
    assert_eq!(bent("wallet-core", add), ["wallet-core must not import rand"]);
    let ask = |package: &mut Value| {
        package["features"]["scan"].as_array_mut().expect("a feature").push(json!("dep:tokio"));
    };
    assert_eq!(bent("verifier", ask), ["verifier must not import tokio"]);
}
