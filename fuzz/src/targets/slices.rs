//! What the EU's distribution service gives out: lists of signers, partitions, and slices of both types, which are gone by as
//! they were read.

use crate::Target;
use crate::corpus::Kind;
use specs::hash_list::slices::{Mode, RevokingSigner, filter, signers, slice};
use specs::hash_list::{HashType, partition};
use specs::revocation::Revocation;
use specs::time::UnixTime;

pub(super) const TARGET: Target = Target {
    name: "slices",
    max_len: 4096,
    replays: 20_000,
    seeds: |corpus| {
        let number = |number: u32| number.to_be_bytes();
        let hashes = [&[0, 1, 45, 47, 235, 255][..], &number(2), &[5, 1, 2, 3, 4, 5, 0, 0x90, 3, 4, 5]].concat();
        let header =
            |first: [u8; 2], rate: &[u8]| [&[0, 1], &first[..], rate, &number(1), &number(1), &number(16)].concat();
        let bits = [&[0x81, 0, 0, 0x10][..], &[0; 60]].concat();
        let made = [
            hashes,
            [header([0, 9], &1e-12_f32.to_be_bytes()), bits.clone()].concat(),
            [header([9, 0], &1e-12_f32.to_be_bytes()), bits.clone()].concat(),
            [header([0, 9], &1e-12_f64.to_be_bytes()), bits].concat(),
            br#"[{"kid":"9cWXDFmhXW4=","mode":"VECTOR","hashTypes":["UCI"],"expires":"2026-11-01T00:00:00Z"}]"#
                .to_vec(),
            br#"[{"kid":"UNKNOWN_KID","chunks":{"a":{"2026-11-01T00:00:00Z":{"type":"BLOOMFILTER","hash":
            "0000000000000000000000000000000000000000000000000000000000000000"}}}}]"#
                .to_vec(),
        ];
        [made.to_vec(), corpus.of(Kind::Json)].concat()
    },
    run,
};

fn run(input: &[u8]) {
    let _ = signers(input);
    if let Ok(listed) = partition::read(input) {
        assert!(listed.iter().all(|slice| slice.hash.len() == 64), "a name that is no hash");
    }
    let (kinds, expires) = (HashType::Uci.only(), UnixTime(10));
    let signer = RevokingSigner { kid: None, mode: Mode::Point, kinds, expires };
    let mut all = Revocation::new();
    if let Ok(list) = slice(input, &signer, expires) {
        assert!(list.hashes().iter().all(|hash| list.contains(hash)), "a hash that is lost");
        all.add_hashes(list);
    }
    if let Ok(filter) = filter(input, &signer, expires) {
        let _ = filter.hits(&[7; 16]);
        all.add_filter(filter);
    }
    assert_eq!(Revocation::decode(&all.encode()), Ok(all));
}
