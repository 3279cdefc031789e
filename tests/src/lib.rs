//! What crosses rooms: conformance against the vectors of others, end to end, faults, architecture.
//!
//! The library holds only what several test files need; the tests are in `tests/`.

pub mod back_ends;
pub mod binding_cases;
pub mod certificates;
pub mod chance;
pub mod exceptions;
pub mod python;
pub mod server;
pub mod signing;
pub mod stopwatch;
pub mod vectors;
pub mod walk;
