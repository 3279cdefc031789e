//! The signed list, opened against one anchor: only the very list that was signed ever opens. The mark that is remembered
//! of a list comes from a file, and is foreign as well.

use crate::Target;
use crate::corpus::Kind;
use crate::ground::{NOW, ground};
use trust_list::{backend, list};
use verifier::Checker;

pub(super) const TARGET: Target = Target {
    name: "trust_list",
    max_len: 16 * 1024,
    replays: 4_000,
    seeds: |corpus| [corpus.of(Kind::List), vec![br#"{"issuer":"x","sequence":1}"#.to_vec()]].concat(),
    run,
};

fn run(input: &[u8]) {
    let backend = backend::portable();
    if let Ok(list) = list::open(input, &ground().anchors, NOW, backend) {
        assert!(ground().list_digests.contains(&list.digest()), "a list that nobody signed");
    }
    let mut checker = Checker::new(backend);
    if let Ok(text) = std::str::from_utf8(input)
        && checker.remember(text)
    {
        assert!(checker.remember(&checker.mark().expect("a mark was remembered")));
    }
}
