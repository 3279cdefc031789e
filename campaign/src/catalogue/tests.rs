use super::handling::AT_ONCE_MINUTES;
use super::{DoseKind, Last, Product, Unfit, product, products};
use proptest::prelude::*;
use specs::time::Date;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn of(id: &str) -> Product {
    product(id).unwrap()
}

fn last<'a>(product: &'a str, on: &str) -> Option<Last<'a>> {
    Some(Last { product, on: day(on) })
}

fn second(id: &str, after: &str, given: &str, on: &str) -> Result<(), Unfit> {
    of(id).fits(DoseKind::Basic, 2, last(after, given), day(on))
}

#[test]
fn nine_products() {
    let ids: Vec<&str> = products().map(Product::id).collect();
    assert_eq!(
        ids,
        ["vaxzevria", "sputnik-v", "vero-cell", "comirnaty", "spikevax", "janssen", "hayat-vax", "abdala", "covaxin"]
    );
    assert_eq!(product("Comirnaty"), None, "an id is not a name");
    assert!(products().all(|p| p.doses_per_vial() >= 1 && p.open_minutes() >= 60 && p.series_doses() >= 1));
}

#[test]
fn day_27_is_too_early_and_day_28_is_not() {
    assert_eq!(
        second("spikevax", "spikevax", "2026-03-01", "2026-03-28"),
        Err(Unfit::TooEarly { earliest: day("2026-03-29") })
    );
    assert_eq!(second("spikevax", "spikevax", "2026-03-01", "2026-03-29"), Ok(()));
    // Across the end of February, in a leap year and in another.
    assert_eq!(
        second("spikevax", "spikevax", "2028-02-10", "2028-03-08"),
        Err(Unfit::TooEarly { earliest: day("2028-03-09") })
    );
    assert_eq!(second("spikevax", "spikevax", "2027-02-10", "2027-03-10"), Ok(()));
    assert_eq!(
        second("comirnaty", "comirnaty", "2026-12-20", "2027-01-09"),
        Err(Unfit::TooEarly { earliest: day("2027-01-10") })
    );
    assert_eq!(second("comirnaty", "comirnaty", "2026-12-20", "2027-01-10"), Ok(()));
}

#[test]
fn a_long_wait_is_no_obstacle_but_a_dose_before_the_last_is() {
    assert_eq!(second("comirnaty", "comirnaty", "2021-07-01", "2026-07-01"), Ok(()));
    assert_eq!(
        second("comirnaty", "comirnaty", "2026-07-02", "2026-07-01"),
        Err(Unfit::BeforeTheLast { last: day("2026-07-02") })
    );
    assert_eq!(
        second("comirnaty", "comirnaty", "2026-07-01", "2026-07-01"),
        Err(Unfit::TooEarly { earliest: day("2026-07-22") })
    );
}

#[test]
fn mixing_follows_the_rule_of_the_day() {
    let not_after =
        |product: &'static str, previous: &str| Err(Unfit::NotAfter { product, previous: previous.to_owned() });
    assert_eq!(second("spikevax", "comirnaty", "2021-07-01", "2021-09-07"), not_after("spikevax", "comirnaty"));
    assert_eq!(second("spikevax", "comirnaty", "2021-07-01", "2021-09-08"), Ok(()));
    assert_eq!(
        second("comirnaty", "vaxzevria", "2026-01-01", "2026-02-25"),
        Err(Unfit::TooEarly { earliest: day("2026-02-26") })
    );
    assert_eq!(second("comirnaty", "vaxzevria", "2026-01-01", "2026-02-26"), Ok(()), "8 weeks");
    assert_eq!(second("vaxzevria", "comirnaty", "2026-01-01", "2026-12-01"), not_after("vaxzevria", "comirnaty"));
    assert_eq!(second("comirnaty", "vero-cell", "2026-01-01", "2026-12-01"), not_after("comirnaty", "vero-cell"));
    assert_eq!(second("vero-cell", "sputnik-v", "2026-01-01", "2026-12-01"), not_after("vero-cell", "sputnik-v"));
    assert_eq!(second("sputnik-v", "sputnik-v", "2026-01-01", "2026-01-22"), Ok(()));
    assert_eq!(
        second("comirnaty", "no such thing", "2026-01-01", "2026-12-01"),
        not_after("comirnaty", "no such thing")
    );
}

#[test]
fn four_weeks_between_doses_of_vaxzevria_came_in_september_2021() {
    assert_eq!(
        second("vaxzevria", "vaxzevria", "2021-07-26", "2021-09-19"),
        Err(Unfit::TooEarly { earliest: day("2021-09-20") }),
        "8 weeks"
    );
    assert_eq!(second("vaxzevria", "vaxzevria", "2021-07-25", "2021-09-19"), Ok(()), "8 weeks");
    assert_eq!(second("vaxzevria", "vaxzevria", "2021-08-23", "2021-09-20"), Ok(()), "4 weeks");
    assert_eq!(
        second("vaxzevria", "vaxzevria", "2021-08-24", "2021-09-20"),
        Err(Unfit::TooEarly { earliest: day("2021-09-21") })
    );
}

#[test]
fn the_booster_interval_was_shortened() {
    let booster = |on: &str| of("comirnaty").fits(DoseKind::Booster, 3, last("comirnaty", "2021-07-01"), day(on));
    assert_eq!(booster("2021-11-30"), Err(Unfit::NotAfter { product: "comirnaty", previous: "comirnaty".into() }));
    assert_eq!(booster("2021-12-16"), Err(Unfit::TooEarly { earliest: day("2021-12-28") }), "180 days");
    assert_eq!(booster("2021-12-17"), Ok(()), "90 days since 17 December");
    let number_9 = of("spikevax").fits(DoseKind::Booster, 9, last("abdala", "2026-01-01"), day("2026-04-01"));
    assert_eq!(number_9, Ok(()), "a booster has no number of its own");
}

#[test]
fn dose_numbers() {
    let on = day("2026-06-01");
    let basic = |id: &str, dose, last| of(id).fits(DoseKind::Basic, dose, last, on);
    assert_eq!(basic("comirnaty", 1, None), Ok(()));
    assert_eq!(basic("comirnaty", 0, None), Err(Unfit::NoSuchDose { product: "comirnaty", dose: 0 }));
    assert_eq!(
        basic("comirnaty", 3, last("comirnaty", "2026-01-01")),
        Err(Unfit::NoSuchDose { product: "comirnaty", dose: 3 })
    );
    assert_eq!(
        basic("janssen", 2, last("janssen", "2026-01-01")),
        Err(Unfit::NoSuchDose { product: "janssen", dose: 2 })
    );
    assert_eq!(basic("abdala", 3, last("abdala", "2026-05-18")), Ok(()));
    assert_eq!(basic("comirnaty", 2, None), Err(Unfit::WrongNumber { dose: 2 }));
    assert_eq!(basic("comirnaty", 1, last("comirnaty", "2026-01-01")), Err(Unfit::WrongNumber { dose: 1 }));
    let booster = of("comirnaty").fits(DoseKind::Booster, 3, None, on);
    assert_eq!(booster, Err(Unfit::WrongNumber { dose: 3 }));
}

#[test]
fn no_dose_before_the_approval() {
    let first = |on: &str| of("comirnaty").fits(DoseKind::Basic, 1, None, day(on));
    assert_eq!(first("2021-06-11"), Err(Unfit::NotApproved { product: "comirnaty", from: day("2021-06-12") }));
    assert_eq!(first("2021-06-12"), Ok(()));
}

#[test]
fn age_is_counted_on_the_birthday() {
    let age = |born: &str, on: &str| of("comirnaty").old_enough(day(born), day(on));
    let too_young = Err(Unfit::TooYoung { product: "comirnaty", years: 12 });
    assert_eq!(age("2014-11-24", "2026-11-23"), too_young);
    assert_eq!(age("2014-11-23", "2026-11-23"), Ok(()));
    assert_eq!(age("2016-02-29", "2028-02-28"), too_young);
    assert_eq!(age("2016-02-29", "2028-02-29"), Ok(()));
    assert_eq!(
        of("vaxzevria").old_enough(day("2008-02-29"), day("2026-02-28")),
        Err(Unfit::TooYoung { product: "vaxzevria", years: 18 })
    );
    assert_eq!(of("vaxzevria").old_enough(day("2008-02-29"), day("2026-03-01")), Ok(()));
    assert_eq!(age("2026-11-24", "2026-11-23"), too_young, "not born yet");
}

#[test]
fn vials() {
    assert_eq!((of("comirnaty").doses_per_vial(), of("comirnaty").most_doses_per_vial()), (6, 7));
    assert_eq!(of("comirnaty").open_minutes(), 360);
    assert_eq!(of("sputnik-v").open_minutes(), 120);
    assert_eq!(of("vero-cell").open_minutes(), AT_ONCE_MINUTES);
    assert_eq!(of("sputnik-v").component(2), Some("Component II (rAd5)"));
    assert_eq!((of("sputnik-v").component(3), of("comirnaty").component(1)), (None, None));
}

#[test]
fn storage_bands() {
    let band = |id: &str, min, max| of(id).kept_at(min, max).map(|band| (band.name.as_str(), band.max_days));
    assert_eq!(band("comirnaty", -80, -70), Some(("ultra-cold", None)));
    assert_eq!(band("comirnaty", 2, 8), Some(("refrigerated", Some(31))));
    assert_eq!(band("comirnaty", 2, 9), None);
    assert_eq!(band("comirnaty", -10, 8), None, "a box that freezes is not a fridge");
    assert_eq!(band("sputnik-v", -70, -18), Some(("frozen", None)), "no lower limit");
    assert_eq!(band("sputnik-v", 2, 8), None);
    assert_eq!(band("vaxzevria", 8, 2), None, "limits the wrong way round");
}

proptest! {
    /// The last day too early and the first day allowed are neighbours, for every rule, whatever the date.
    #[test]
    fn the_interval_ends_exactly_on_its_day(days in 18_970_i64..60_000, which in 0_usize..9) {
        let product = products().nth(which).unwrap();
        let given = Date::from_days_since_epoch(days);
        for rule in &product.vaccine().schedule {
            let earliest = given.add_days(rule.min_days.into());
            let dose = rule.dose.unwrap_or(9);
            let previous = Some(Last { product: &rule.after[0], on: given });
            let in_force = |on| product.rule(rule.kind, dose, &rule.after[0], on) == Some(rule);
            if in_force(earliest) && in_force(earliest.add_days(-1)) {
                prop_assert_eq!(product.fits(rule.kind, dose, previous, earliest), Ok(()));
                prop_assert_eq!(product.fits(rule.kind, dose, previous, earliest.add_days(-1)), Err(Unfit::TooEarly { earliest }));
            }
        }
    }
}
