//! What is hashed, and for whom a list speaks.

use super::filter::{self, Filter};
use super::gateway::Batch;
use super::partition;
use super::slices::Mode;
use super::*;

const KID: [u8; 8] = [1; 8];

fn subject(signature: &[u8], rsa: bool) -> Subject<'_> {
    Subject { signature, rsa, uvci: "URN:UVCI:01:VN:ABC#X", country: "VN" }
}

#[test]
fn a_mirrored_ecdsa_signature_has_the_same_hash_and_an_rsa_signature_is_taken_whole() {
    let (one, mut other) = ([7; 64], [7; 64]);
    other[63] = 8;
    let hash = |signature, rsa| subject(signature, rsa).hash(HashType::Signature);
    assert_eq!(hash(&one, false), hash(&other, false));
    assert_ne!(hash(&one, true), hash(&other, true));
    assert_eq!(hash(&[], false), first_bits(&[b""]));
}

#[test]
fn hashes_are_the_first_half_of_sha_256() {
    // printf abc | sha256sum
    assert_eq!(hex::encode(first_bits(&[b"a", b"bc"])), "ba7816bf8f01cfea414140de5dae2223");
    let subject = subject(&[], false);
    assert_eq!(subject.hash(HashType::CountryCodeUci), first_bits(&[b"VNURN:UVCI:01:VN:ABC#X"]));
}

#[test]
fn a_list_speaks_of_its_signer_until_it_expires() {
    let list = HashList::new(Some(KID), HashType::Uci.only(), Some(UnixTime(10)), [[2; 16], [1; 16], [2; 16]]);
    assert_eq!(list.hashes(), [[1; 16], [2; 16]]);
    assert!(list.contains(&[2; 16]) && !list.contains(&[3; 16]));
    assert!(list.scope().concerns(Some(&KID), UnixTime(10)));
    assert!(!list.scope().concerns(Some(&KID), UnixTime(11)));
    assert!(!list.scope().concerns(Some(&[2; 8]), UnixTime(10)));
    assert!(!list.scope().concerns(None, UnixTime(10)));
    assert!(HashList::new(None, HashType::Uci.only(), None, []).scope().concerns(None, UnixTime::LAST));
}

#[test]
fn a_list_of_beginnings_finds_what_begins_so() {
    let list = HashList::new(None, HashType::Uci.only(), None, [[7; 16], [9; 16]]).cut(4).unwrap();
    let mut hash = [7; 16];
    hash[4..].fill(1);
    assert!(list.contains(&hash));
    hash[3] = 1;
    assert!(!list.contains(&hash));
    assert_eq!(list.clone().cut(5), None, "nobody knows the rest");
    assert_eq!(list.cut(3), None);
}

#[test]
fn a_batch_of_the_gateway() {
    let hash = "MTIzNDU2Nzg5MDEyMzQ1Ng==";
    let batch = |kid: &str, kind: &str, entries: &str| {
        format!(
            r#"{{"country":"DE","expires":"2026-11-01T00:00:00+01:00","kid":"{kid}","hashType":"{kind}","entries":[{entries}]}}"#
        )
    };
    let named = format!(r#"{{"hash":"{hash}"}},"{hash}""#);
    let read = Batch::decode(batch("9cWXDFmhXW4=", "SIGNATURE", &named).as_bytes()).unwrap();
    assert_eq!(read.country, "DE");
    let kid = [0xf5, 0xc5, 0x97, 0x0c, 0x59, 0xa1, 0x5d, 0x6e];
    let expires = UnixTime::from_rfc3339("2026-10-31T23:00:00Z");
    assert_eq!(read.hashes, HashList::new(Some(kid), HashType::Signature.only(), expires, [*b"1234567890123456"]));
    let anybody = Batch::decode(batch(gateway::UNKNOWN_KID, "UCI", &named).as_bytes()).unwrap();
    assert_eq!(anybody.hashes.kid(), None);
    let many = vec![format!("\"{hash}\""); 1_001].join(",");
    for (json, error) in [
        (batch("AAAA", "UCI", &named), gateway::Error::Field { field: "kid" }),
        (batch(gateway::UNKNOWN_KID, "NAME", &named), gateway::Error::Field { field: "hashType" }),
        (batch(gateway::UNKNOWN_KID, "UCI", ""), gateway::Error::Field { field: "entries" }),
        (batch(gateway::UNKNOWN_KID, "UCI", "\"AAAA\""), gateway::Error::Field { field: "entries" }),
        (batch(gateway::UNKNOWN_KID, "UCI", &many), gateway::Error::Field { field: "entries" }),
        ("[]".to_owned(), gateway::Error::Json),
    ] {
        assert_eq!(Batch::decode(json.as_bytes()), Err(error), "{}", json.chars().take(200).collect::<String>());
    }
}

#[test]
fn partitions_follow_the_digits_of_the_hash() {
    let mut hash = [0; 16];
    (hash[0], hash[1]) = (0xab, 0xcd);
    for (mode, partition, chunk) in [(Mode::Point, "", 'a'), (Mode::Vector, "a", 'b'), (Mode::Coordinate, "ab", 'c')] {
        assert_eq!(mode.place(&hash), (partition.to_owned(), chunk));
    }
}

#[test]
fn a_slice_of_beginnings() {
    let json = br#"[{"kid":"9cWXDFmhXW4=","mode":"VECTOR","hashTypes":["SIGNATURE","UCI"],
        "expires":"2026-11-01T00:00:00Z","lastUpdated":"2026-01-01T00:00:00Z"}]"#;
    let signers = slices::signers(json).unwrap();
    let [signer] = signers.as_slice() else { panic!("one signer") };
    assert_eq!((signer.mode, signer.kinds.bits()), (Mode::Vector, 3));
    // Version 1, a rate, two hashes, five bytes of each; the second lost its leading ff.
    let bytes = [0, 1, 45, 47, 235, 255, 0, 0, 0, 2, 5, 1, 2, 3, 4, 5, 0, 0x90, 3, 4, 5];
    let list = slices::slice(&bytes, signer, UnixTime(10)).unwrap();
    assert_eq!((list.kid(), list.width(), list.expires()), (signer.kid, 5, Some(UnixTime(10))));
    let begins = |first: [u8; 5]| {
        let mut hash = [0xee; 16];
        hash[..5].copy_from_slice(&first);
        hash
    };
    for (first, there) in
        [([1, 2, 3, 4, 5], true), ([0, 0x90, 3, 4, 5], true), ([0xff, 0x90, 3, 4, 5], true), ([1, 2, 3, 4, 6], false)]
    {
        assert_eq!(list.contains(&begins(first)), there, "{first:?}");
    }
    let bent = |place: usize, with: u8| {
        let mut bytes = bytes;
        bytes[place] = with;
        slices::slice(&bytes, signer, UnixTime(10))
    };
    assert_eq!(bent(1, 2), Err(slices::Error::Version { version: 2 }));
    assert_eq!(bent(10, 3), Err(slices::Error::Width { width: 3 }));
    assert_eq!(bent(10, 17), Err(slices::Error::Width { width: 17 }));
    assert_eq!(bent(10, 4), Err(slices::Error::Broken));
    assert_eq!(slices::slice(&bytes[..10], signer, UnixTime(10)), Err(slices::Error::Broken));
}

const OF_ANYBODY: Scope = Scope { kid: None, kinds: HashType::Uci.only(), expires: None };

/// A filter of these hashes as the library writes it, or with each bit one place before in its word, as the service does.
fn bits(hashes: &[Hash], rounds: u8, bytes: usize, before: bool) -> Vec<u8> {
    let mut bits = vec![0; bytes];
    for (hash, round) in hashes.iter().flat_map(|hash| (0..rounds).map(move |round| (hash, round))) {
        let index = filter::index(hash, round, bytes as u64 * 8) as usize;
        let place = if before { index / 32 * 32 + (index + 31) % 32 } else { index };
        bits[place / 8] |= 0x80 >> (place % 8);
    }
    bits
}

#[test]
fn filters_have_the_bits_of_the_published_test_data() {
    // Of the tests of eu-digital-green-certificates/dgc-bloomfilter (2022): texts put in, rounds, words.
    assert_eq!(filter::index(&[11], 1, 100), 75);
    assert_eq!(filter::index(&[1], 1, 1), 0);
    assert_eq!(filter::index(&[0, 5, 33, 44], 0, 32), 26);
    for (inside, outside, rounds, words) in [
        (vec!["1"], vec![], 67, vec![2_102_098_068, 1_202_697_683, 439_752_268]),
        (vec!["1", "2"], vec![], 22, vec![2_129_861_756, 1_680_563_432]),
        (vec!["1", "3"], vec!["2"], 15, vec![72_564_506, 917_192_896]),
        (vec!["1", "3", "4"], vec!["2"], 22, vec![373_367_068, -1_457_290_747, -1_504_305_326, 379_210_944]),
    ] {
        let published: Vec<u8> = words.iter().flat_map(|word: &i32| word.to_be_bytes()).collect();
        let mut made = vec![0; published.len()];
        for (text, round) in inside.iter().flat_map(|text| (0..rounds).map(move |round| (text, round))) {
            let place = filter::index(text.as_bytes(), round, made.len() as u64 * 8) as usize;
            made[place / 8] |= 0x80 >> (place % 8);
        }
        assert_eq!(made, published, "{inside:?}");
        let filter = Filter::new(OF_ANYBODY, rounds, published);
        // The third is so full that one in some hundred honest certificates would be revoked.
        let Ok(filter) = filter else { continue };
        assert!(inside.iter().all(|text| filter.hits(text.as_bytes())), "{inside:?}");
        assert!(!outside.iter().any(|text| filter.hits(text.as_bytes())), "{outside:?}");
    }
}

#[test]
fn a_filter_is_read_whoever_wrote_it() {
    let signer = slices::RevokingSigner {
        kid: Some([7; 8]),
        mode: Mode::Point,
        kinds: HashType::Uci.only(),
        expires: UnixTime(20),
    };
    let hashes: Vec<Hash> = (0..100_u8).map(|byte| [byte; 16]).collect();
    let (rounds, bytes) = (40, 720);
    let slice = |first: [u8; 2], rate: &[u8], before| {
        let numbers = [100, 100, bytes as u32 / 4].map(u32::to_be_bytes).concat();
        [&[0, 1], &first[..], rate, &numbers, &bits(&hashes, rounds, bytes, before)].concat()
    };
    let (float, double) = (1e-12_f32.to_be_bytes(), 1e-12_f64.to_be_bytes());
    for (first, rate, before) in [
        ([0, rounds], &float[..], true),   // the distribution service
        ([rounds, 0], &float[..], false),  // the library
        ([0, rounds], &double[..], true),  // the app for Android
        ([0, rounds], &double[..], false), // the library for iOS
    ] {
        let read = slices::filter(&slice(first, rate, before), &signer, UnixTime(10)).unwrap();
        let expected = Scope { kid: signer.kid, kinds: signer.kinds, expires: Some(UnixTime(10)) };
        assert_eq!((read.scope(), read.rounds()), (expected, rounds));
        assert!(hashes.iter().all(|hash| read.hits(hash)));
        assert!(!(100..=255_u8).any(|byte| read.hits(&[byte; 16])));
        let concerns = |kid, at| read.scope().concerns(kid, UnixTime(at));
        assert!(concerns(Some(&[7; 8]), 10) && !concerns(Some(&[7; 8]), 11));
        assert!(!concerns(Some(&[8; 8]), 10) && !concerns(None, 10));
    }
    let good = slice([0, rounds], &float, false);
    let bent = |place: usize, with: &[u8]| {
        let mut bytes = good.clone();
        bytes[place..place + with.len()].copy_from_slice(with);
        slices::filter(&bytes, &signer, UnixTime(10))
    };
    let broken = Err(slices::Error::Broken);
    assert_eq!(bent(0, &[0, 2]), Err(slices::Error::Version { version: 2 }));
    assert_eq!(bent(2, &[1, 40]), broken, "another kind of hash");
    assert_eq!(bent(2, &[0, 0]), Err(slices::Error::Filter(filter::Error::Rounds { rounds: 0 })));
    assert_eq!(bent(2, &[0, 128]), Err(slices::Error::Filter(filter::Error::Rounds { rounds: 128 })));
    assert_eq!(bent(12, &[0, 0, 0, 9]), broken, "more bits than nine hashes set");
    assert_eq!(bent(12, &[0, 0, 0, 0]), broken, "bits that no hash set");
    assert_eq!(bent(20, &[0; 720]), broken, "hashes that set no bits");
    assert_eq!(bent(20, &[0xff; 700]), Err(slices::Error::Filter(filter::Error::Full)));
    for words in [0, 179, 181, u32::MAX] {
        assert_eq!(bent(16, &words.to_be_bytes()), broken, "{words}");
    }
    for length in [0, 1, 2, 19, 20, good.len() - 1] {
        assert_eq!(slices::filter(&good[..length], &signer, UnixTime(10)), broken, "{length}");
    }
    // The first word of the bits says what the header of the other width would say: it could be read in two ways.
    assert_eq!(bent(20, &179_u32.to_be_bytes()), broken);
}

#[test]
fn what_is_no_filter() {
    let new = |rounds, bits| Filter::new(OF_ANYBODY, rounds, bits).map(|_| ());
    assert_eq!(new(1, vec![]), Err(filter::Error::Size));
    assert_eq!(new(1, vec![0; 5]), Err(filter::Error::Size));
    assert_eq!(new(1, vec![0; filter::MAX_BYTES + 4]), Err(filter::Error::Size));
    assert_eq!(new(1, vec![0; filter::MAX_BYTES]), Ok(()));
    assert_eq!(new(0, vec![0; 4]), Err(filter::Error::Rounds { rounds: 0 }));
    assert_eq!(new(20, vec![0x55; 4]), Err(filter::Error::Full));
    assert_eq!(new(21, vec![0x55; 4]), Ok(()), "2 / 2^21 is less than one in a million");
    assert_eq!(new(127, vec![0xff; 4]), Err(filter::Error::Full));
}

#[test]
fn a_partition_names_its_slices() {
    let hash = "0f".repeat(32);
    let partition = |kid: &str, expires: &str, kind: &str, hash: &str| {
        format!(
            r#"[{{"kid":"{kid}","id":null,"x":null,"y":null,"lastUpdated":"2026-01-01T00:00:00Z","expired":"2026-11-01T00:00:00Z",
            "chunks":{{"a":{{"{expires}":{{"type":"{kind}","version":"1.0","hash":"{hash}"}}}}}}}}]"#
        )
    };
    let read = |kid, expires, kind, hash| partition::read(partition(kid, expires, kind, hash).as_bytes());
    let kid = Some([0xf5, 0xc5, 0x97, 0x0c, 0x59, 0xa1, 0x5d, 0x6e]);
    let (day, name) = ("2026-10-31T00:00:00Z", "9cWXDFmhXW4=");
    let expires = UnixTime::from_rfc3339(day).unwrap();
    for (named, kind) in [("VARHASHLIST", partition::Kind::Hashes), ("BLOOMFILTER", partition::Kind::Filter)] {
        let listed = partition::Listed { kid, expires, kind, hash: hash.clone() };
        assert_eq!(read(name, day, named, &hash), Ok(vec![listed]));
    }
    assert_eq!(partition::read(b"[]"), Ok(vec![]));
    let field = |field| Err(slices::Error::Field { field });
    assert_eq!(read("AAAA", day, "BLOOMFILTER", &hash), field("kid"));
    assert_eq!(read(name, "tomorrow", "BLOOMFILTER", &hash), field("expires"));
    assert_eq!(read(name, day, "HASHLIST", &hash), Err(slices::Error::Json));
    for wrong in ["", "../../etc/passwd", &hash[1..], &hash.to_uppercase()] {
        assert_eq!(read(name, day, "BLOOMFILTER", wrong), field("hash"), "{wrong}");
    }
}
