//! Dates and times: what is read is written and reads the same.

use crate::Target;
use crate::corpus::Kind;
use specs::time::{Date, PartialDate, UnixTime};

pub(super) const TARGET: Target =
    Target { name: "time", max_len: 64, replays: 20_000, seeds: |corpus| corpus.of(Kind::Words), run };

fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Some(date) = Date::parse(text) {
        assert_eq!(date.to_string(), text);
        assert_eq!(Date::from_days_since_epoch(date.days_since_epoch()), date);
    }
    if let Some(date) = PartialDate::parse(text) {
        assert_eq!(date.to_string(), text);
        assert!(date.earliest() <= date.latest());
    }
    if let Some(time) = UnixTime::from_rfc3339(text) {
        assert_eq!(UnixTime::from_rfc3339(&time.to_rfc3339()), Some(time));
    }
}
