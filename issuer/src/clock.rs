//! The issuer's one clock. Everything else takes the time as an argument or asks a [`Clock`] it was given.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use specs::time::UnixTime;

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that tests set by hand, in seconds since 1970.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `at`.
    #[must_use]
    pub fn fixed(at: UnixTime) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.0)))
    }

    /// The time now, whole seconds.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        match self {
            Self::System => system(),
            Self::Fixed(seconds) => UnixTime(seconds.load(Ordering::SeqCst)),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the issuer's one clock")]
fn system() -> UnixTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
