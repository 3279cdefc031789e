//! Published value sets: one or many in a file, each refused on its own.

use specs::value_set::Set;
use specs::value_set::published;
use trust_list::Error;
use trust_list::import::value_sets::read;

use crate::made::now;

fn set(id: &str, date: &str) -> String {
    format!(r#"{{"valueSetId":"{id}","valueSetDate":"{date}","valueSetValues":{{"1":{{"display":"A"}}}}}}"#)
}

#[test]
fn one_set_or_an_array_of_them() {
    let (results, types) = (set("covid-19-lab-result", "2026-01-01"), set("covid-19-lab-test-type", "2026-01-02"));
    let taken = |text: &str| -> Vec<Set> {
        let found = read(text.as_bytes(), now()).unwrap();
        assert_eq!(found.refused, []);
        found.sets.iter().map(|set| set.set()).collect()
    };
    assert_eq!(taken(&results), [Set::TestResult]);
    assert_eq!(taken(&format!("[{types}, {results}]")), [Set::TestType, Set::TestResult]);
    assert_eq!(taken("[]"), []);
}

#[test]
fn a_set_that_cannot_be_carried_is_refused_alone() {
    let good = set("covid-19-lab-result", "2026-01-01");
    let tomorrow = now().plus_days(2).to_rfc3339();
    let late = set("covid-19-lab-result", &tomorrow[..10]);
    let found = read(format!("[{}, {late}, 7, {good}]", set("icvp-product", "2026-01-01")).as_bytes(), now()).unwrap();
    assert_eq!(found.sets.len(), 1);
    let unknown = published::Error::Unknown { id: "icvp-product".to_owned() };
    let refused = [
        ("icvp-product", Error::ValueSetsMalformed(unknown)),
        ("covid-19-lab-result", Error::EntryForm { detail: "it is dated after today" }),
        ("no identifier", Error::ValueSetsMalformed(published::Error::Field { field: "valueSetId" })),
    ];
    assert_eq!(found.refused, refused.map(|(name, error)| (name.to_owned(), error)));
    assert!(matches!(read(b"[", now()), Err(Error::SourceJson(_))));
}
