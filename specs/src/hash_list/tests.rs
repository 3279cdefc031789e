//! What is hashed, and for whom a list speaks.

use super::gateway::Batch;
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
    assert!(list.concerns(Some(&KID), UnixTime(10)));
    assert!(!list.concerns(Some(&KID), UnixTime(11)));
    assert!(!list.concerns(Some(&[2; 8]), UnixTime(10)));
    assert!(!list.concerns(None, UnixTime(10)));
    assert!(HashList::new(None, HashType::Uci.only(), None, []).concerns(None, UnixTime::LAST));
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
