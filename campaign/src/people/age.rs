//! Ages from birth dates that may carry only a year or a month: a rule takes the reading that is safe for the person.

use specs::time::{Date, PartialDate};

/// Completed years on `on`, at least: counted from the last day the birth date can mean. For lower age limits.
pub fn at_least(birth: PartialDate, on: Date) -> i32 {
    years(birth.latest(), on)
}

/// Completed years on `on`, at most: counted from the first day the birth date can mean. For upper age limits.
pub fn at_most(birth: PartialDate, on: Date) -> i32 {
    years(birth.earliest(), on)
}

fn years(birth: Date, on: Date) -> i32 {
    let had_birthday = (on.month(), on.day()) >= (birth.month(), birth.day());
    i32::from(on.year()) - i32::from(birth.year()) - i32::from(!had_birthday)
}
