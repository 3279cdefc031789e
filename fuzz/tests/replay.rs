//! What the fuzzer starts from, on stable Rust: every seed, everything it once found, and mutations that are the same on
//! every run, through the functions of crate `fuzz`.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use fuzz::corpus::{Corpus, Kind};
use fuzz::mutate::{Dice, mutated};

#[test]
fn every_seed_and_mutations_of_it_hold() {
    let corpus = Corpus::gather().unwrap();
    assert!(corpus.count(Kind::Text) > 20 && corpus.count(Kind::X509) > 0 && corpus.count(Kind::List) > 0);
    // Each target is a thread: some take long for one input, some are quick.
    std::thread::scope(|scope| {
        let runs: Vec<_> = fuzz::ALL.iter().map(|target| (target, scope.spawn(|| replay(target, &corpus)))).collect();
        for (target, run) in runs {
            let (seeds, mutations) = run.join().unwrap_or_else(|_| panic!("{} does not hold", target.name));
            println!("{}: {seeds} seeds, {mutations} mutations", target.name);
        }
    });
}

fn replay(target: &fuzz::Target, corpus: &Corpus) -> (usize, usize) {
    let mut seeds = (target.seeds)(corpus);
    seeds.extend(found_before(target.name));
    assert!(!seeds.is_empty(), "{} has no seed", target.name);
    // A slow target takes a sample of its seeds, evenly.
    let step = seeds.len().div_ceil(target.replays);
    for seed in seeds.iter().step_by(step) {
        held(target, seed);
    }
    let mut dice = Dice::new(1);
    for at in 0..target.replays {
        let other = dice.below(seeds.len());
        held(target, &mutated(&seeds[at % seeds.len()], &seeds[other], target.max_len, &mut dice));
    }
    (seeds.len().div_ceil(step), target.replays)
}

/// Runs one input; where it does not hold, says which.
fn held(target: &fuzz::Target, input: &[u8]) {
    if std::panic::catch_unwind(|| (target.run)(input)).is_err() {
        panic!("{}: {}", target.name, hex::encode(input));
    }
}

/// Inputs that did not hold when the fuzzer found them.
fn found_before(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(target);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn targets_have_names_of_their_own_and_are_found_by_them() {
    for (at, target) in fuzz::ALL.iter().enumerate() {
        assert_eq!(fuzz::ALL.iter().position(|other| other.name == target.name), Some(at));
        assert_eq!(fuzz::named(target.name).map(|found| found.name), Some(target.name));
    }
}
