//! The gate before the needle: the one place that lets a dose go from a vial into an arm. Everything is looked at again at
//! this moment, whatever an earlier step found.

use serde_json::json;
use specs::time::{Date, PartialDate};

use super::decide::one;
use super::flow::{birth_date, cleared, conclusion_stands, known_person, standing};
use super::{Command, DoseKind, Event, OBSERVATION_MINUTES, Screening, Vial};
use crate::catalogue::{self, Last, Product, Unfit};
use crate::command::{Context, Decision};
use crate::facts::{DoseFact, Facts, LotFact, PersonFact};
use crate::ids::{LotId, PersonId, UnitKind, VialId};
use crate::ledger::Account;
use crate::places;
use crate::refusal::Refusal;
use crate::supply;
use crate::unit::UnitState;

/// COVID-19 (SNOMED CT), the disease that every product of the catalogue is against.
const DISEASE: &str = "840539006";

/// How long a screening holds, in hours. Temperature, pulse and "acutely ill today" (Decision 3802) are findings of one
/// session; no session is longer than a working day with its evening, and no screening reaches into the next day's.
const SCREENING_HOURS: i64 = 12;

/// Decides an injection. In this order: the site is open; the doctor cleared the person, not too long ago, and no
/// other has concluded differently since; the vial is open here; its lot is released and in date; its clock runs; the
/// screening does not rule the product out; screening and injection are two people; age, dose number, product and interval
/// fit the person's record; the lot is of the dose's component; a dose is left.
pub(super) fn inject(
    unit: &UnitState,
    facts: &Facts,
    command: &Command,
    context: &Context,
) -> Result<Decision, Refusal> {
    let Command::Inject { visit, vial, dose, kind, dose_number, site, route, extra } = command else {
        return Err(supply::malformed("command", "not an injection"));
    };
    supply::at(unit, &[UnitKind::Site], "site")?;
    places::working(facts, &unit.unit)?;
    let (here, screening) = cleared(unit, visit)?;
    let until = screening.at.plus_minutes(SCREENING_HOURS * 60);
    if context.now > until {
        return Err(Refusal::ScreeningTooOld { visit: visit.clone(), screened_at: screening.at, until });
    }
    // A doctor elsewhere may have concluded against it after this screening.
    if let Some(against) = standing(facts, &here.person, visit, Some(screening.at), context.today) {
        return Err(conclusion_stands(&here.person, against));
    }
    let open = open_vial(unit, vial)?;
    let lot = supply::usable(facts, &open.lot, context.today)?;
    if context.now >= open.discard_at {
        return Err(Refusal::VialPastItsClock { vial: vial.clone(), until: open.discard_at });
    }
    let product =
        catalogue::product(&open.product).ok_or_else(|| Refusal::UnknownProduct { product: open.product.clone() })?;
    if screening.barred.iter().any(|barred| barred == product.id()) {
        return Err(Refusal::ProductBarred { product: open.product.clone() });
    }
    if screening.doctor == context.actor {
        return Err(Refusal::ScreenerInjects { visit: visit.clone() });
    }
    // An id that another site used is refused when the row is written, as those of visits and vials are.
    if unit.visits.doses.contains_key(dose) {
        return Err(Refusal::DoseExists { dose: dose.clone() });
    }
    let person = known_person(facts, &here.person)?;
    let birth = birth_date(person, &here.person)?;
    let course = Course { person: &here.person, product, kind: *kind, screening, today: context.today };
    course.old_enough(birth)?;
    let used = course.fits(person, *dose_number)?;
    course.of_component(&open.lot, lot, *dose_number)?;
    let over_yield = draw(unit, vial, open, *extra)?;

    let left = unit.ledger.balance(&Account::Vial(vial.clone()), &open.lot) - i64::from(!over_yield);
    let answer = json!({
        "visit": visit,
        "dose": dose,
        "dose_number": dose_number,
        "product": product.id(),
        "lot": open.lot,
        "over_yield": over_yield,
        "left_in_vial": left,
        "observe_until": context.now.plus_minutes(OBSERVATION_MINUTES),
    });
    let event = Event::Injected {
        visit: visit.clone(),
        person: here.person.clone(),
        dose: dose.clone(),
        disease: DISEASE.to_owned(),
        kind: *kind,
        dose_number: *dose_number,
        product: open.product.clone(),
        lot: open.lot.clone(),
        vial: vial.clone(),
        site: *site,
        route: *route,
        on: context.today,
        over_yield,
        doctor: screening.doctor.clone(),
        interval_override: screening.interval_override.clone().filter(|_| used.interval),
        product_override: screening.product_override.clone().filter(|_| used.product),
    };
    Ok(one(event, answer))
}

fn open_vial<'a>(unit: &'a UnitState, vial: &VialId) -> Result<&'a Vial, Refusal> {
    let open = unit.visits.vials.get(vial).ok_or_else(|| Refusal::UnknownVial { vial: vial.clone() })?;
    if open.closed.is_some() { Err(Refusal::VialClosed { vial: vial.clone() }) } else { Ok(open) }
}

/// Whether the dose is one more than the vial's nominal doses. Such a dose must be announced (`extra`) and is allowed up to
/// the most that the product's vial can give.
fn draw(unit: &UnitState, vial: &VialId, open: &Vial, extra: bool) -> Result<bool, Refusal> {
    if unit.ledger.balance(&Account::Vial(vial.clone()), &open.lot) >= 1 {
        Ok(false)
    } else if extra && open.drawn < open.max_yield {
        Ok(true)
    } else {
        Err(Refusal::VialEmpty { vial: vial.clone() })
    }
}

/// Which of the doctor's overrides an injection needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Used {
    interval: bool,
    product: bool,
}

/// One person's dose as it stands against the schedule.
struct Course<'a> {
    person: &'a PersonId,
    product: Product,
    kind: DoseKind,
    screening: &'a Screening,
    today: Date,
}

impl Course<'_> {
    fn old_enough(&self, birth: PartialDate) -> Result<(), Refusal> {
        // With only a year or month known, the youngest reading counts.
        self.product.old_enough(birth.latest(), self.today).map_err(|unfit| self.refusal(unfit))
    }

    /// The number is the next one of the record, and product and interval follow the schedule or the doctor's overrides.
    fn fits(&self, person: &PersonFact, dose_number: u32) -> Result<Used, Refusal> {
        let earlier: Vec<&DoseFact> =
            person.doses.iter().filter(|dose| !dose.void && dose.disease == DISEASE).collect();
        let free = |number: &u32| earlier.iter().all(|dose| dose.dose_number != *number);
        let expected = (1..=u32::MAX).find(free).unwrap_or(u32::MAX);
        if dose_number != expected {
            return Err(Refusal::DoseNumber { person: self.person.clone(), expected });
        }
        let given = u32::try_from(earlier.len()).unwrap_or(u32::MAX);
        let last = earlier.iter().max_by_key(|dose| dose.injected_at);
        let Some(last) = last else {
            return self.on_schedule(1, None).map(|()| Used { interval: false, product: false });
        };
        if self.kind != DoseKind::Basic {
            self.series_complete(&earlier, given)?;
        }
        let position = given.saturating_add(1);
        let on = last.injected_at.day();
        // Two doses on one day are never right, whatever a doctor wrote.
        if on == self.today {
            return Err(Refusal::TooEarly {
                person: self.person.clone(),
                earliest: self.earliest(position, &last.product, on),
            });
        }
        let mut used = Used { interval: false, product: false };
        let mut result = self.on_schedule(position, Some(Last { product: &last.product, on }));
        if matches!(result, Err(Refusal::ProductDoesNotFollow { .. })) && self.screening.product_override.is_some() {
            used.product = true;
            // No rule says an interval after the other product: the product's own counts.
            result = self.on_schedule(position, Some(Last { product: self.product.id(), on }));
        }
        if matches!(result, Err(Refusal::TooEarly { .. })) && self.screening.interval_override.is_some() {
            used.interval = true;
            result = Ok(());
        }
        result.map(|()| used)
    }

    /// Where the doses of the basic series differ, each comes out of a lot of its own component. No doctor sets this aside.
    fn of_component(&self, id: &LotId, lot: &LotFact, dose: u32) -> Result<(), Refusal> {
        let needed =
            self.product.component(dose).filter(|_| self.kind == DoseKind::Basic && lot.component != Some(dose));
        needed.map_or(Ok(()), |needed| {
            let found = lot.component.and_then(|component| self.product.component(component)).map(str::to_owned);
            Err(Refusal::WrongComponent { lot: id.clone(), dose, needed: needed.to_owned(), found })
        })
    }

    fn series_complete(&self, earlier: &[&DoseFact], given: u32) -> Result<(), Refusal> {
        let first = earlier.iter().min_by_key(|dose| dose.injected_at);
        let needed = first.and_then(|dose| catalogue::product(&dose.product)).map_or(1, Product::series_doses);
        if given >= needed {
            Ok(())
        } else {
            Err(Refusal::SeriesIncomplete { person: self.person.clone(), given, needed })
        }
    }

    fn on_schedule(&self, position: u32, last: Option<Last<'_>>) -> Result<(), Refusal> {
        self.product.fits(self.kind.into(), position, last, self.today).map_err(|unfit| self.refusal(unfit))
    }

    /// First day on which the rule allows the dose; the day after the last one where there is no rule.
    fn earliest(&self, position: u32, previous: &str, last: Date) -> Date {
        let rule = self.product.rule(self.kind.into(), position, previous, self.today);
        last.add_days(rule.map_or(1, |rule| i64::from(rule.min_days)).max(1))
    }

    fn refusal(&self, unfit: Unfit) -> Refusal {
        let product = self.product.id().to_owned();
        match unfit {
            Unfit::NotApproved { from, .. } => Refusal::ProductNotApproved { product, from },
            Unfit::NoSuchDose { dose, .. } | Unfit::WrongNumber { dose } => Refusal::NotInSeries { product, dose },
            Unfit::NotAfter { previous, .. } => Refusal::ProductDoesNotFollow { product, before: previous },
            Unfit::BeforeTheLast { last } => {
                Refusal::TooEarly { person: self.person.clone(), earliest: last.add_days(1) }
            }
            Unfit::TooEarly { earliest } => Refusal::TooEarly { person: self.person.clone(), earliest },
            Unfit::TooYoung { years, .. } => Refusal::AgeOutside { product, min_years: years },
        }
    }
}
