//! COSE_Sign1: every part lies in the message, and what is signed is one array of four.

use crate::Target;
use crate::corpus::Kind;
use specs::cbor::{Limits, Value, decode};
use specs::cose::parse;

pub(super) const TARGET: Target = Target {
    name: "cose",
    max_len: Limits::FOREIGN.max_bytes + 16,
    replays: 20_000,
    seeds: |corpus| corpus.of(Kind::Message),
    run,
};

fn run(input: &[u8]) {
    let Ok(message) = parse(input) else { return };
    let length = message.protected.len() + message.payload.len() + message.signature.len();
    assert!(length <= input.len());
    let limits = Limits { max_bytes: 2 * Limits::OURS.max_bytes, ..Limits::OURS };
    let Ok(Value::Array(parts)) = decode(&message.to_be_signed(b"aad"), &limits) else {
        panic!("a Sig_structure is an array")
    };
    let [Value::Text(_), Value::Bytes(protected), Value::Bytes(aad), Value::Bytes(payload)] = &parts[..] else {
        panic!("a Sig_structure has four parts: {parts:?}")
    };
    assert!(protected == message.protected || (protected.is_empty() && message.protected == [0xa0]));
    assert_eq!((&aad[..], &payload[..]), (&b"aad"[..], message.payload));
}
