//! Published value sets and those of a trust bundle: what is read is written the same, and is what a verifier then goes by.

use crate::Target;
use crate::corpus::Kind;
use crate::ground::NOW;
use specs::value_set::ValueSets;
use specs::value_set::published::Updates;
use trust_list::import::value_sets;

pub(super) const TARGET: Target = Target {
    name: "value_sets",
    max_len: 16 * 1024,
    replays: 10_000,
    seeds: |corpus| {
        let set = r#"{"valueSetId":"covid-19-lab-result","valueSetDate":"2026-11-01","valueSetValues":{"260415000":{"display":
            "Not detected","lang":"en","active":true,"version":"1","system":"http://snomed.info/sct"},"1":{"display":""}}}"#;
        let other = r#"{"valueSetId":"disease-agent-targeted","valueSetDate":"2020-01-01","valueSetValues":{"1":{"display":"A"}}}"#;
        let made = [set.to_owned(), format!("[{set},{other}]"), "[]".to_owned()];
        [made.map(String::into_bytes).to_vec(), corpus.of(Kind::Json)].concat()
    },
    run,
};

fn run(input: &[u8]) {
    if let Ok(found) = value_sets::read(input, NOW) {
        let sets = Updates::new(found.sets);
        assert!(sets.sets().iter().all(|set| set.codes().len() > 0), "an empty set");
    }
    let Ok(read) = Updates::decode(input) else { return };
    // Members that were left out are written, so what is read may be a little shorter than what is written.
    if let Ok(bytes) = read.encode() {
        assert_eq!(Updates::decode(&bytes).as_ref(), Ok(&read));
    }
    let built = ValueSets::bundled();
    let Some(updated) = built.updated(&read) else { return };
    for set in read.sets() {
        let newer = set.date() > built.set(set.set()).date;
        assert_eq!(set.codes().all(|code| updated.contains(set.set(), code)) && newer, newer, "a code that is lost");
    }
}
