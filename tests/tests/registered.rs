//! Whoever the register takes, the issuer certifies: no name and no birth date passes the desk and is refused after the dose.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::cell::Cell;

use campaign::certificates::worker::holder;
use campaign::people::{Form, parse};
use issuer::api::DoseFacts;
use issuer::lint::dose;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use specs::time::{Date, UnixTime};

/// 2026-11-23T07:00:00Z.
const NOW: UnixTime = UnixTime(1_795_417_200);

fn form(name: &str, birth_date: &str) -> Form {
    serde_json::from_value(json!({
        "name": name, "birth_date": birth_date, "sex": "female", "nationality": "vn", "identity": {"kind": "none"},
        "address": {"admin_unit": {"code_set": "VN-2025", "code": "01"}}
    }))
    .unwrap()
}

/// What the register makes of the form is asked of the issuer as its worker asks; `None` when the desk is told what is wrong.
fn certified(name: &str, birth_date: &str) -> Option<Result<(), Vec<String>>> {
    let today = Date::in_viet_nam(NOW);
    let record = parse(&form(name, birth_date), today).ok()?.record;
    let facts = DoseFacts {
        dose: "d-1".to_owned(),
        unit: "SI-1".to_owned(),
        authority: "Bộ Y tế".to_owned(),
        holder: holder(&record),
        disease: "840539006".to_owned(),
        product: "comirnaty".to_owned(),
        first_product: None,
        dose_number: 1,
        series_doses: 2,
        doses_received: 1,
        injected_on: today.to_string(),
        country: "VN".to_owned(),
        lot: "FK0112".to_owned(),
    };
    let refused = |findings: Vec<issuer::api::Finding>| findings.into_iter().map(|finding| finding.code).collect();
    Some(dose::check(&facts, "VN", NOW).map(|_| ()).map_err(refused))
}

#[test]
fn names_that_passed_the_desk_and_were_never_certified() {
    assert_eq!(certified("Anna - Maria  Schmidt", "1990"), Some(Ok(())));
    for refused_at_once in ["Nguyễn Thị Hoa -", "O' Brien Sean", "Nguyễn Văn A..", "李小龙"] {
        assert_eq!(certified(refused_at_once, "1990"), None, "{refused_at_once}");
    }
    assert_eq!(certified("Nguyễn Thị Hoa", "1900"), None);
    assert_eq!(certified("Nguyễn Thị Hoa", "1901"), Some(Ok(())));
}

#[test]
fn whoever_the_register_takes_the_issuer_certifies() {
    // What names are made of, what is typed into them, and what only looks like a letter.
    let piece = prop_oneof![
        8 => "[A-ZĐÂƠa-zđạễ]{1,5}",
        4 => prop::sample::select(vec![" ", "-", ".", "'", "’", " - ", ". ", "  "]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "李", "Ж", "Ь", "ß", "ŉ", "Ⅷ", "Ⓐ", "ª", "\u{301}", "\u{323}", "\u{fe0f}", "\u{e0100}", "\u{34f}", "\u{200d}", "\u{ad}", "\t",
            "\u{a0}", "–", "ﬁ", "Å", "가", "\u{1112}", "ا", "9", "٩",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC",
        1 => "[Aa李]{70,90}",
    ];
    let name = prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat());
    let birth_date = "(18[89][0-9]|19[0-9][0-9]|20[0-2][0-9])(-(0[0-9]|1[0-2])(-[0-3][0-9])?)?";
    let (taken, refused) = (Cell::new(0), Cell::new(0));
    let config = ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&(name, birth_date), |(name, birth_date)| {
        match certified(&name, &birth_date) {
            Some(certified) => {
                taken.set(taken.get() + 1);
                prop_assert_eq!(certified, Ok(()));
            }
            None => refused.set(refused.get() + 1),
        }
        Ok(())
    });
    outcome.unwrap();
    println!("{} of 20000 forms were taken", taken.get());
    assert!(taken.get() > 1_000 && refused.get() > 1_000, "{} taken, {} refused", taken.get(), refused.get());
}
