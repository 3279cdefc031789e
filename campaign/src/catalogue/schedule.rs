//! Which dose may be given, and when: a rule is looked up by product, kind, number and the product given before, among the
//! rules in force on the day. Intervals are counted in whole days between two dates: after a dose on 1 March, an interval
//! of 28 days is over on 29 March, and 28 March (day 27) is too early.

use super::{DoseKind, Product, ScheduleRule};
use specs::time::Date;

/// The latest dose a person had, of this series or before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Last<'a> {
    /// Id of its product.
    pub product: &'a str,
    /// The day it was given.
    pub on: Date,
}

/// Why a dose may not be given that day. A doctor may override some of these with a reason; the caller decides which.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// The product was not approved on that day.
    #[error("{product} is approved from {from}")]
    NotApproved {
        /// Id of the product.
        product: &'static str,
        /// Date of the decision.
        from: Date,
    },
    /// The basic series of the product has no such dose.
    #[error("{product} has no basic dose {dose}")]
    NoSuchDose {
        /// Id of the product.
        product: &'static str,
        /// The number asked for.
        dose: u32,
    },
    /// A first dose for someone who has had one, or a later dose for someone who has had none.
    #[error("dose {dose} does not follow what was given before")]
    WrongNumber {
        /// The number asked for.
        dose: u32,
    },
    /// No rule in force lets this product follow the one before.
    #[error("{product} may not follow {previous}")]
    NotAfter {
        /// Id of the product.
        product: &'static str,
        /// Id of the product before.
        previous: String,
    },
    /// The last dose lies after the day of this one.
    #[error("the last dose is dated {last}")]
    BeforeTheLast {
        /// Date of the last dose.
        last: Date,
    },
    /// The shortest interval is not over.
    #[error("not before {earliest}")]
    TooEarly {
        /// First day on which it may be given.
        earliest: Date,
    },
    /// Younger than the product is approved for, on that day.
    #[error("{product} is for people of {years} years and more")]
    TooYoung {
        /// Id of the product.
        product: &'static str,
        /// Fewest completed years.
        years: u32,
    },
}

impl Unfit {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotApproved { .. } => "product-not-approved",
            Self::NoSuchDose { .. } => "no-such-dose",
            Self::WrongNumber { .. } => "wrong-dose-number",
            Self::NotAfter { .. } => "product-may-not-follow",
            Self::BeforeTheLast { .. } => "before-the-last-dose",
            Self::TooEarly { .. } => "too-early",
            Self::TooYoung { .. } => "too-young",
        }
    }
}

impl Product {
    /// Whether this product may be given on `on` as basic dose `dose`, or as an additional or booster dose (whatever its
    /// number), to a person whose latest dose is `last`. Whether `dose` is the person's next number is for the caller, who
    /// knows the record; the first dose of a series is the one before which there is none.
    pub fn fits(self, kind: DoseKind, dose: u32, last: Option<Last<'_>>, on: Date) -> Result<(), Unfit> {
        if !self.approved_on(on) {
            return Err(Unfit::NotApproved { product: self.id(), from: self.vaccine().approval.date });
        }
        if kind == DoseKind::Basic && !(1..=self.series_doses()).contains(&dose) {
            return Err(Unfit::NoSuchDose { product: self.id(), dose });
        }
        let first = kind == DoseKind::Basic && dose == 1;
        match last {
            None if first => Ok(()),
            Some(last) if !first => {
                let rule = self
                    .rule(kind, dose, last.product, on)
                    .ok_or_else(|| Unfit::NotAfter { product: self.id(), previous: last.product.to_owned() })?;
                rule_holds(rule, last.on, on)
            }
            _ => Err(Unfit::WrongNumber { dose }),
        }
    }

    /// The rule in force on that day for this product after `previous` (an id); see [`specs::value_set::Vaccine::rule`].
    pub fn rule(self, kind: DoseKind, dose: u32, previous: &str, on: Date) -> Option<&'static ScheduleRule> {
        self.vaccine().rule(kind, dose, previous, on)
    }

    /// Whether a person born on `born` is old enough on that day. Where only a month or year of birth is known, pass its
    /// last day: the doubt is on the side of safety.
    pub fn old_enough(self, born: Date, on: Date) -> Result<(), Unfit> {
        let years = self.vaccine().min_age_years;
        if completed_years(born, on) >= i64::from(years) {
            Ok(())
        } else {
            Err(Unfit::TooYoung { product: self.id(), years })
        }
    }
}

fn rule_holds(rule: &ScheduleRule, last: Date, on: Date) -> Result<(), Unfit> {
    let earliest = last.add_days(rule.min_days.into());
    if on < last {
        Err(Unfit::BeforeTheLast { last })
    } else if on < earliest {
        Err(Unfit::TooEarly { earliest })
    } else {
        Ok(())
    }
}

/// Birthdays passed, the day itself included; born on 29 February counts from 1 March in other years. Negative before birth.
fn completed_years(born: Date, on: Date) -> i64 {
    let birthday_passed = (on.month(), on.day()) >= (born.month(), born.day());
    i64::from(on.year()) - i64::from(born.year()) - i64::from(!birthday_passed)
}
