use sha2::{Digest, Sha256};
use specs::cbor::{self, Value};

use super::*;

fn meta(seq: i64, at: i64) -> Meta {
    Meta { unit: UnitId::parse("SI-01-1").unwrap(), seq, at: Timestamp(at), actor: "nurse.an".into() }
}

fn entry(head: Head, seq: i64, body: &str) -> Entry {
    let meta = meta(seq, 1_640_000_000_000 + seq);
    let kind = "supply.stock_wasted";
    let hash = hash(&head.hash, &meta, kind, body);
    let Meta { unit, seq, at, actor } = meta;
    Entry { unit, seq, at, actor, kind: kind.into(), body: body.into(), prev_hash: head.hash, hash }
}

/// The hash is over what the page says, not over what this program happens to feed it.
#[test]
fn the_hash_is_over_deterministic_cbor() {
    let bodies = ["", "{}", &"x".repeat(23), &"x".repeat(24), &"é".repeat(200), &"x".repeat(70_000)];
    for body in bodies {
        for (seq, at) in [(1, 0), (24, -1), (300, -25), (70_000, i64::MIN), (5_000_000_000, i64::MAX)] {
            let meta = meta(seq, at);
            let int = |number: i64| match u64::try_from(number) {
                Ok(number) => Value::Unsigned(number),
                Err(_) => Value::Negative(!number as u64),
            };
            let text = |text: &str| Value::Text(text.to_owned());
            let array = [text("SI-01-1"), int(seq), int(at), text("nurse.an"), text("a.b"), text(body)];
            let cbor = cbor::encode(&Value::Array(array.to_vec()));
            let expected: [u8; 32] = Sha256::new().chain_update([9; 32]).chain_update(cbor).finalize().into();
            assert_eq!(hash(&[9; 32], &meta, "a.b", body), expected);
        }
    }
}

#[test]
fn a_walk_notices_every_kind_of_change() {
    let unit = UnitId::parse("SI-01-1").unwrap();
    let mut head = Head::default();
    let mut stream = Vec::new();
    for seq in 1..=4 {
        let entry = entry(head, seq, &format!("{{\"n\":{seq}}}"));
        head = verify(&unit, head, &entry).unwrap();
        stream.push(entry);
    }
    let walk = |stream: &[Entry]| stream.iter().try_fold(Head::default(), |head, entry| verify(&unit, head, entry));
    assert_eq!(walk(&stream), Ok(head));

    let bent = |change: fn(&mut Entry)| {
        let mut stream = stream.clone();
        change(&mut stream[2]);
        walk(&stream).unwrap_err()
    };
    let changed = ChainFault::Changed { unit: unit.clone(), seq: 3 };
    assert_eq!(bent(|entry| entry.body.push(' ')), changed);
    assert_eq!(bent(|entry| entry.actor.push('x')), changed);
    assert_eq!(bent(|entry| entry.kind.push('x')), changed);
    assert_eq!(bent(|entry| entry.at.0 += 1), changed);
    assert_eq!(bent(|entry| entry.hash[0] ^= 1), changed);
    assert_eq!(bent(|entry| entry.prev_hash[0] ^= 1), ChainFault::BrokenLink { unit: unit.clone(), seq: 3 });
    assert_eq!(bent(|entry| entry.seq = 4), ChainFault::Gap { unit: unit.clone(), expected: 3, found: 4 });
    let other = UnitId::parse("SI-01-2").unwrap();
    let foreign = ChainFault::ForeignEntry { unit: unit.clone(), seq: 3, found: other };
    assert_eq!(bent(|entry| entry.unit = UnitId::parse("SI-01-2").unwrap()), foreign);

    let gap = ChainFault::Gap { unit: unit.clone(), expected: 2, found: 3 };
    assert_eq!(walk(&[&stream[..1], &stream[2..]].concat()), Err(gap), "dropped");
    let swapped = ChainFault::Gap { unit: unit.clone(), expected: 2, found: 3 };
    let order = [0, 2, 1, 3].map(|index: usize| stream[index].clone());
    assert_eq!(walk(&order), Err(swapped), "swapped");
}
