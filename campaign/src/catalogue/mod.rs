//! The catalogue: the vaccines of the campaign as the campaign uses them. The figures are reference data with dates of
//! validity (`specs/value-sets/vn-vaccines.json`), the same for every unit, so nothing here is journalled; the rules that
//! read them are pure: which dose may follow which and when ([`schedule`]), how a vial is kept and used ([`handling`]).

pub mod handling;
pub mod schedule;
#[cfg(test)]
mod tests;

use specs::time::Date;
use specs::value_set::{self, Vaccine};

pub use schedule::{Last, Unfit};
pub use specs::value_set::{DoseKind, ScheduleRule, StorageBand};

/// Every product, in the order of approval.
pub fn products() -> impl Iterator<Item = Product> {
    value_set::vaccines().iter().map(Product)
}

/// The product with this id, e.g. `vero-cell`. Ids are compared exactly.
pub fn product(id: &str) -> Option<Product> {
    value_set::vaccine(id).map(Product)
}

/// A vaccine of the catalogue. Only the catalogue makes one, so a product that is held is a product that exists.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Product(&'static Vaccine);

impl Product {
    /// Stable id, lower-case ASCII.
    pub fn id(self) -> &'static str {
        &self.0.id
    }

    /// The name printed for people.
    pub fn name(self) -> &'static str {
        &self.0.name
    }

    /// Everything the data say: codes, maker, approval, sources.
    pub fn vaccine(self) -> &'static Vaccine {
        self.0
    }

    /// Doses of the basic series.
    pub fn series_doses(self) -> u32 {
        self.0.doses
    }

    /// Whether the approval covers that day.
    pub fn approved_on(self, day: Date) -> bool {
        day >= self.0.approval.date
    }
}
