//! Checks one certificate with the library.
//!
//! ```sh
//! cargo xtask bindings   # or any anchor, trust list and certificate of your own
//! cd target/bindings/sample
//! cargo run --package verifier --example check -- anchor.pem trust-list.cose valid.txt "$(cat at)"
//! ```

use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use specs::time::UnixTime;
use trust_list::backend;
use verifier::Checker;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, anchor, list, certificate, at @ ..] = arguments.as_slice() else {
        return Err("check ANCHOR TRUST-LIST CERTIFICATE [SECONDS-SINCE-1970]".into());
    };
    let at = match at.first() {
        Some(seconds) => UnixTime(seconds.parse()?),
        None => now()?,
    };

    // Whom do we believe? A root, and the signed list that leads to it.
    let mut checker = Checker::new(backend::fastest());
    checker.add_anchors(&std::fs::read(anchor)?)?;
    checker.load_trust(&std::fs::read(list)?, at)?;

    // Is it true, now? `check` gives the same as a value to work with.
    let text = std::fs::read_to_string(certificate)?;
    let verdict = checker.check(&text, at);
    eprintln!("{:?}: {}", verdict.verdict, verdict.reason);
    println!("{}", checker.check_json(&text, at));
    Ok(())
}

/// The library reads no clock: the time is yours to give.
#[expect(clippy::disallowed_methods, reason = "an example is a program, and a program may read the clock")]
fn now() -> Result<UnixTime, Box<dyn Error>> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(UnixTime(i64::try_from(since.as_secs())?))
}
