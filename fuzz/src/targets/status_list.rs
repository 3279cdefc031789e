//! Status lists and the tokens that carry them.

use crate::Target;
use crate::corpus::Kind;
use specs::cose;
use specs::status_list::{self, Token};

pub(super) const TARGET: Target =
    Target { name: "status_list", max_len: 64 * 1024, replays: 5_000, seeds: |corpus| corpus.of(Kind::Message), run };

fn run(input: &[u8]) {
    let Ok(message) = cose::parse_within(input, &status_list::LIMITS) else { return };
    let Ok(token) = Token::of(&message) else { return };
    for index in 0..64 {
        let _ = token.list.get(index);
    }
}
