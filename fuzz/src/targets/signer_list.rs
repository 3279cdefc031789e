//! The content of a list of signers: there is exactly one encoding of each.

use crate::Target;
use crate::corpus::Kind;
use specs::signer_list::SignerList;

pub(super) const TARGET: Target = Target {
    name: "signer_list",
    max_len: 16 * 1024,
    replays: 20_000,
    seeds: |corpus| corpus.of(Kind::ListContent),
    run,
};

fn run(input: &[u8]) {
    let Ok(list) = SignerList::decode(input) else { return };
    assert_eq!(list.encode().as_deref(), Ok(input));
}
