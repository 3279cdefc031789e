//! The most expensive text that fits a QR symbol costs less than 1 MiB of memory, counted by the allocator. Time is the
//! bench `hostile`'s: no test asserts a time.
//!
//! A test program of its own with one test, so that nobody else allocates meanwhile.

use fuzz::ground::{NOW, ground};
use fuzz::hostile::{texts, unsigned};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const BOUND: usize = 1024 * 1024;

#[test]
fn every_hostile_text_costs_less_than_a_mebibyte() {
    let verifier = &ground().verifier;
    let mut texts = [texts(&unsigned), texts(&|payload| ground().sign(payload))].concat();
    texts.sort();
    texts.dedup();
    let mut worst = (0, "");
    for (name, text) in &texts {
        // Value sets and tables are made at first use, and are not the text's.
        drop(verifier.check(text, NOW));
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let verdict = verifier.check(text, NOW);
        let peak = MEMORY.peak_usage().saturating_sub(before);
        println!("{peak:>8} bytes  {:<28} {name}", verdict.reason.code());
        assert!(!verdict.is_valid(), "{name}");
        assert!(peak < BOUND, "{name}: {peak} bytes");
        worst = worst.max((peak, name));
    }
    println!("{} hostile texts, the worst with {} bytes: {}", texts.len(), worst.0, worst.1);
}
