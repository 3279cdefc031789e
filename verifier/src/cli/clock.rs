//! The one place where the verifier reads the clock; everything below takes the time as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

use specs::time::UnixTime;

/// Now, in whole seconds. A clock set before 1970 reads as 1970: every trust list then lies in the future, and the
/// verdict is "cannot tell".
#[expect(clippy::disallowed_methods, reason = "the command line's one clock")]
pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
