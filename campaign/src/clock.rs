//! The one clock of the campaign: everything else is handed the time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use specs::time::{Date, UnixTime};

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The whole second it lies in.
    pub fn unix(self) -> UnixTime {
        UnixTime(self.0.div_euclid(1_000))
    }

    /// The day that clocks in Viet Nam (UTC+7) show.
    pub fn day(self) -> Date {
        Date::in_viet_nam(self.unix())
    }

    /// This moment moved by minutes; stops at the ends of the number range.
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(minutes.saturating_mul(60_000)))
    }
}

impl From<UnixTime> for Timestamp {
    fn from(time: UnixTime) -> Timestamp {
        Timestamp(time.0.saturating_mul(1_000))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.unix().fmt(f)
    }
}

/// Who says what time it is.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Whether it may be behind what is recorded: an operator says that an earlier clock ran ahead.
    fn may_be_behind(&self) -> bool {
        false
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the campaign's one clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that moves when told to: tests and demonstrations, where half an hour must not last half an hour.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows that moment.
    pub fn at(time: Timestamp) -> ManualClock {
        ManualClock(AtomicI64::new(time.0))
    }

    /// Moves it forward by minutes.
    pub fn advance_minutes(&self, minutes: i64) {
        self.0.fetch_add(minutes.saturating_mul(60_000), Ordering::SeqCst);
    }

    /// Sets it.
    pub fn set(&self, time: Timestamp) {
        self.0.store(time.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// The machine's clock, set right after it had run ahead.
#[derive(Debug, Clone, Copy, Default)]
pub struct SetRight(pub SystemClock);

impl Clock for SetRight {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn may_be_behind(&self) -> bool {
        true
    }
}

/// The machine's clock, behind by some minutes that may be made up: a rehearsal can let half an hour pass at once, and
/// never gets ahead of real time, which the issuer would refuse.
#[derive(Debug)]
pub struct RehearsalClock {
    machine: SystemClock,
    behind: AtomicI64,
}

impl RehearsalClock {
    /// A clock that stands so many minutes behind the machine's, and not before `newest`, since no clock goes back.
    pub fn behind(minutes: i64, newest: Timestamp) -> RehearsalClock {
        let machine = SystemClock;
        let since = machine.now().0.saturating_sub(newest.0).max(0);
        let behind = (minutes.clamp(0, 24 * 60) * 60_000).min(since);
        RehearsalClock { machine, behind: AtomicI64::new(behind) }
    }

    /// Moves it forward, at most up to the machine's.
    pub fn advance_minutes(&self, minutes: i64) {
        let step = minutes.max(0).saturating_mul(60_000);
        let catch_up = |behind: i64| Some((behind - step).max(0));
        // The closure always gives a value, so there is no error to handle.
        let _ = self.behind.fetch_update(Ordering::SeqCst, Ordering::SeqCst, catch_up);
    }
}

impl Clock for RehearsalClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.machine.now().0 - self.behind.load(Ordering::SeqCst))
    }
}

impl<C: Clock> Clock for std::sync::Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}
