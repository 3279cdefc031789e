//! There and back, every answer, and that nothing comes back from being revoked.

use super::*;
use crate::hash_list::{self, Hash, HashType, Scope, Subject};
use crate::status_list::Bits;
use crate::status_list::{Reference, Status};
use proptest::prelude::*;

const NOW: UnixTime = UnixTime(1_795_417_200);
const ISSUED: UnixTime = UnixTime(1_795_000_000);
const KID: [u8; 8] = [1; 8];
const UVCI: &str = "URN:UVCI:01:VN:S1:ABC#X";

fn list(number: u64, issued: UnixTime, invalid: &[u64]) -> Published {
    let mut list = StatusList::new(Bits::Two, 64);
    for index in invalid {
        assert!(list.set(*index, Status::Invalid));
    }
    Published { name: ListName::Ours(number), issued, expires: Some(NOW.plus_days(7)), fresh_until: None, list }
}

fn asked(status: Option<&Reference>) -> Question<'_> {
    Question {
        at: NOW,
        kid: Some(&KID),
        signature: &[9; 64],
        rsa: false,
        uvci: UVCI,
        country: "VN",
        issued: Some(ISSUED),
        authority: "Sở Y tế Hà Nội",
        status,
        card: None,
    }
}

fn ours(list: u64, index: u64) -> Reference {
    Reference::Ours { list, index }
}

fn whole() -> Revocation {
    let mut all = Revocation::new();
    all.add_list(list(2, NOW, &[5]));
    all.add_list(list(1, NOW, &[]));
    all.add_list(Published {
        name: ListName::Uri("https://other.example/1".into()),
        expires: None,
        ..list(0, NOW, &[3])
    });
    all.add_hashes(HashList::new(Some([2; 8]), HashType::Signature.only(), None, [[4; 16], [3; 16]]));
    all.add_hashes(HashList::new(None, HashType::Uci.only(), Some(NOW), [[4; 16]]));
    all.revoke_signer(RevokedSigner { kid: [7; 8], from: None });
    all.revoke_signer(RevokedSigner { kid: [6; 8], from: Some(ISSUED) });
    assert!(all.revoke_site(RevokedSite { authority: Some("Trạm A".into()), ..RevokedSite::default() }));
    all.add_cards(cards(3, &["b", "a.1795000000"]));
    all.add_cards(CardList::missing("https://other.example", KID, 1));
    all.add_filter(filter(Some([2; 8]), None, &[[4; 16]]));
    all
}

/// A filter of hashes of identifiers.
fn filter(kid: Option<[u8; 8]>, expires: Option<UnixTime>, hashes: &[Hash]) -> Filter {
    let mut bits = vec![0; 256];
    for (hash, round) in hashes.iter().flat_map(|hash| (0..30).map(move |round| (hash, round))) {
        let place = hash_list::filter::index(hash, round, 2048) as usize;
        bits[place / 8] |= 0x80 >> (place % 8);
    }
    Filter::new(Scope { kid, kinds: HashType::Uci.only(), expires }, 30, bits).unwrap()
}

fn cards(number: u64, rids: &[&str]) -> CardList {
    let revoked = rids.iter().map(|rid| RevokedCards::parse(rid).unwrap()).collect();
    CardList::fetched("https://cards.example", KID, number, (NOW, NOW.plus_days(30)), revoked)
}

fn asked_card<'a>(issuer: &'a str, rid: &'a str, issued: UnixTime) -> Question<'a> {
    Question { card: Some(Card { issuer, rid, issued }), ..asked(None) }
}

#[test]
fn there_and_back() {
    let all = whole();
    assert_eq!(Revocation::decode(&all.encode()), Ok(all));
    assert_eq!(Revocation::decode(&Revocation::new().encode()), Ok(Revocation::new()));
}

#[test]
fn a_certificate_without_a_reference_is_good_where_nothing_speaks_against_it() {
    assert_eq!(whole().question(&asked(None)), Answer::Good);
    assert_eq!(Revocation::new().question(&asked(None)), Answer::Good);
}

#[test]
fn what_cannot_be_known_is_never_good() {
    let mut all = whole();
    let mut odd = list(3, NOW, &[]);
    assert!(odd.list.set(0, Status::Other(3)) && odd.list.set(1, Status::Suspended));
    all.add_list(odd);
    all.add_list(list(4, ISSUED.plus_seconds(-1), &[1]));
    all.add_list(Published { expires: Some(NOW.plus_seconds(-1)), ..list(5, NOW, &[1]) });
    let stands = Answer::Stands { as_of: NOW, before_issue: false };
    for (reference, answer) in [
        (ours(1, 5), stands),
        (ours(2, 5), Answer::Revoked(How::Status)),
        (ours(2, 4), stands),
        (ours(9, 5), Answer::Unknown(Why::NoList)),
        (ours(1, 64), Answer::Unknown(Why::BeyondList)),
        (ours(3, 0), Answer::Unknown(Why::Meaning)),
        (ours(3, 1), Answer::Suspended),
        (ours(4, 0), Answer::Unknown(Why::ListOlder)),
        (ours(4, 1), Answer::Revoked(How::Status)),
        (ours(5, 0), Answer::Unknown(Why::ListExpired)),
        (ours(5, 1), Answer::Revoked(How::Status)),
        (Reference::Unknown, Answer::Unknown(Why::Mechanism)),
        (Reference::Named { uri: status_list::uri(2), index: 5 }, Answer::Revoked(How::Status)),
        (Reference::Named { uri: "https://other.example/1".into(), index: 3 }, Answer::Revoked(How::Status)),
        (Reference::Named { uri: "https://other.example/2".into(), index: 3 }, Answer::Unknown(Why::NoList)),
    ] {
        assert_eq!(all.question(&asked(Some(&reference))), answer, "{reference:?}");
    }
    let undated = Question { issued: None, ..asked(None) };
    let reference = ours(1, 5);
    assert_eq!(all.question(&Question { status: Some(&reference), ..undated }), Answer::Unknown(Why::ListOlder));
}

#[test]
fn a_list_speaks_for_newer_certificates_while_it_is_fresh_and_no_longer() {
    let fresh = |list: Published, until| Published { fresh_until: Some(until), ..list };
    let before = ISSUED.plus_seconds(-1);
    let lists = [
        fresh(list(1, before, &[7]), NOW),
        fresh(list(2, before, &[]), NOW.plus_seconds(-1)),
        fresh(Published { expires: Some(NOW.plus_seconds(-1)), ..list(3, before, &[]) }, NOW),
        list(4, before, &[]),
        // The clock was put back behind the list.
        fresh(list(5, NOW.plus_seconds(1), &[]), NOW.plus_days(1)),
    ];
    let mut all = Revocation::new();
    lists.into_iter().for_each(|list| all.add_list(list));
    assert_eq!(Revocation::decode(&all.encode()).as_ref(), Ok(&all));
    let newer = Answer::Stands { as_of: before, before_issue: true };
    for (reference, answer) in [
        (ours(1, 0), newer),
        (ours(1, 63), newer),
        (ours(1, 7), Answer::Revoked(How::Status)),
        (ours(1, 64), Answer::Unknown(Why::BeyondList)),
        (ours(2, 0), Answer::Unknown(Why::ListOlder)),
        (ours(3, 0), Answer::Unknown(Why::ListExpired)),
        (ours(4, 0), Answer::Unknown(Why::ListOlder)),
        (ours(6, 0), Answer::Unknown(Why::NoList)),
    ] {
        assert_eq!(all.question(&asked(Some(&reference))), answer, "{reference:?}");
        let undated = Question { issued: None, ..asked(Some(&reference)) };
        assert_eq!(all.question(&undated), answer, "{reference:?}, of a certificate that does not say when");
    }
    let later = Question { issued: Some(NOW.plus_seconds(2)), ..asked(None) };
    let reference = ours(5, 0);
    assert_eq!(all.question(&Question { status: Some(&reference), ..later }), Answer::Unknown(Why::ListOlder));
    // What is older than the list does not need it to be fresh.
    let old = Question { issued: Some(before), ..asked(None) };
    let reference = ours(2, 0);
    let stands = Answer::Stands { as_of: before, before_issue: false };
    assert_eq!(all.question(&Question { status: Some(&reference), ..old }), stands);
}

#[test]
fn a_token_is_fresh_for_its_time_to_live() {
    let token =
        |ttl| Token { uri: status_list::uri(1), issued: NOW, expires: None, ttl, list: StatusList::new(Bits::One, 8) };
    let fresh = |ttl| Published::from(token(ttl)).fresh_until;
    assert_eq!(fresh(None), None);
    assert_eq!(fresh(Some(43_200)), Some(NOW.plus_seconds(43_200)));
    assert_eq!(fresh(Some(u64::MAX)), Some(UnixTime::LAST));
}

#[test]
fn signers_and_sites_by_rule() {
    let mut all = whole();
    let by = |all: &Revocation, kid, issued| all.question(&Question { kid: Some(kid), issued, ..asked(None) });
    assert_eq!(by(&all, &[7; 8], Some(ISSUED)), Answer::Revoked(How::Signer));
    assert_eq!(by(&all, &[6; 8], Some(ISSUED)), Answer::Revoked(How::Signer));
    assert_eq!(by(&all, &[6; 8], Some(ISSUED.plus_seconds(-1))), Answer::Good);
    assert_eq!(by(&all, &[6; 8], None), Answer::Revoked(How::Signer));
    assert_eq!(all.question(&Question { authority: "Trạm A", ..asked(None) }), Answer::Revoked(How::Site));
    let rule = RevokedSite {
        uvci_prefix: Some("URN:UVCI:01:VN:S1:".into()),
        from: Some(ISSUED.plus_seconds(-5)),
        until: Some(ISSUED),
        ..RevokedSite::default()
    };
    assert!(all.revoke_site(rule));
    assert_eq!(all.question(&asked(None)), Answer::Revoked(How::Site));
    let later = Question { issued: Some(ISSUED.plus_seconds(1)), ..asked(None) };
    assert_eq!(all.question(&later), Answer::Good);
    assert_eq!(all.question(&Question { uvci: "URN:UVCI:01:VN:S2:ABC#X", ..asked(None) }), Answer::Good);
    assert!(!all.revoke_site(RevokedSite::default()), "a rule for everybody is none");
}

#[test]
fn hashes_of_this_signer_and_of_any() {
    let question = asked(None);
    let subject = Subject { signature: question.signature, rsa: false, uvci: UVCI, country: "VN" };
    for kind in HashType::ALL {
        let revoked = Answer::Revoked(How::Hash(kind));
        for (kid, answer) in [(None, revoked), (Some(KID), revoked), (Some([2; 8]), Answer::Good)] {
            let mut all = whole();
            all.add_hashes(HashList::new(kid, kind.only(), Some(NOW), [[0; 16], subject.hash(kind), [255; 16]]));
            assert_eq!(all.question(&question), answer, "{kind:?} {kid:?}");
            let later = Question { at: NOW.plus_seconds(1), ..question };
            assert_eq!(all.question(&later), Answer::Good, "{kind:?} {kid:?} after the list has expired");
        }
    }
}

#[test]
fn filters_of_this_signer_and_of_any() {
    let question = asked(None);
    let subject = Subject { signature: question.signature, rsa: false, uvci: UVCI, country: "VN" };
    let hash = subject.hash(HashType::Uci);
    for (kid, answer) in [
        (None, Answer::Revoked(How::Filter(HashType::Uci))),
        (Some(KID), Answer::Revoked(How::Filter(HashType::Uci))),
        (Some([3; 8]), Answer::Good),
    ] {
        let mut all = whole();
        all.add_filter(filter(kid, Some(NOW), &[[9; 16], hash]));
        assert_eq!(Revocation::decode(&all.encode()).as_ref(), Ok(&all));
        assert_eq!(all.question(&question), answer, "{kid:?}");
        let later = Question { at: NOW.plus_seconds(1), ..question };
        assert_eq!(all.question(&later), Answer::Good, "{kid:?} after the filter has expired");
        let held = Revocation::new().keeping(&all, NOW);
        assert_eq!(held.filters(), all.filters());
        assert_eq!(Revocation::new().keeping(&all, NOW.plus_seconds(1)).filters().len(), 1);
    }
    // A filter with more in it takes the place of the one before.
    let mut all = Revocation::new();
    let (first, second) = (filter(None, None, &[hash]), filter(None, None, &[hash, [5; 16]]));
    all.add_filter(first.clone());
    all.add_filter(second.clone());
    all.add_filter(first);
    assert_eq!(all.filters(), [second]);
}

#[test]
fn cards_by_the_identifier_that_they_carry() {
    let all = whole();
    let stands = Answer::Stands { as_of: NOW, before_issue: false };
    let newer = Answer::Stands { as_of: NOW, before_issue: true };
    let ours = "https://cards.example";
    for (issuer, rid, issued, answer) in [
        (ours, "b", NOW, Answer::Revoked(How::Card)),
        (ours, "a", ISSUED.plus_seconds(-1), Answer::Revoked(How::Card)),
        (ours, "a", ISSUED, stands),
        (ours, "B", NOW, stands),
        (ours, "c", NOW, stands),
        (ours, "c", NOW.plus_seconds(1), newer),
        ("https://other.example", "b", NOW, Answer::Unknown(Why::NoList)),
        ("https://third.example", "b", NOW, Answer::Good),
    ] {
        assert_eq!(all.question(&asked_card(issuer, rid, issued)), answer, "{issuer} {rid}");
    }
    let at = |at, issued| all.question(&Question { at, ..asked_card(ours, "c", issued) });
    assert_eq!(at(NOW.plus_seconds(12 * 3600), NOW.plus_seconds(1)), newer);
    assert_eq!(at(NOW.plus_seconds(12 * 3600 + 1), NOW.plus_seconds(1)), Answer::Unknown(Why::ListOlder));
    assert_eq!(at(NOW.plus_days(30), NOW), stands);
    assert_eq!(at(NOW.plus_days(30).plus_seconds(1), NOW), Answer::Unknown(Why::ListExpired));
    let keyless = Question { kid: None, ..asked_card(ours, "b", NOW) };
    assert_eq!(all.question(&keyless), Answer::Good);
}

#[test]
fn cards_stay_revoked_and_the_newest_list_counts() {
    let mut newer = Revocation::new();
    newer.add_cards(cards(4, &["a.1795000001", "c.5", "d"]));
    let held = newer.clone().keeping(&whole(), NOW);
    let [ours, missing] = held.cards() else { panic!("two keys") };
    let kept = ours.held.as_ref().unwrap();
    assert_eq!((ours.newest, kept.number), (4, 4));
    assert_eq!(kept.revoked.iter().map(RevokedCards::text).collect::<Vec<_>>(), ["a.1795000001", "b", "c.5", "d"]);
    assert_eq!(missing.held, None);
    assert_eq!(whole().keeping(&newer, NOW).cards(), held.cards(), "whichever came first");
    // The next bundle knows of a list that it does not have.
    let mut without = Revocation::new();
    without.add_cards(CardList::missing("https://cards.example", KID, 5));
    let held = without.keeping(&held, NOW);
    assert_eq!(held.question(&asked_card("https://cards.example", "b", NOW)), Answer::Revoked(How::Card));
    assert_eq!(held.question(&asked_card("https://cards.example", "e", NOW)), Answer::Unknown(Why::NoList));
    assert_eq!(Revocation::decode(&held.encode()), Ok(held));
}

#[test]
fn what_a_list_of_cards_may_say() {
    for text in ["AQPCj4wwk6Mt", "lHKzqFUMjhs.1636977600", "-", "_.0", &"x".repeat(24)] {
        assert_eq!(RevokedCards::parse(text).unwrap().text(), text);
    }
    for text in ["", ".", ".1", "a.", "a.-1", "a.1.2", "a.1e3", "a.253402300800", "a b", "a+", "ä", &"x".repeat(25)] {
        assert_eq!(RevokedCards::parse(text), None, "{text}");
    }
    let zeros = RevokedCards::parse("a.007").unwrap();
    assert_eq!((zeros.text().as_str(), zeros.means(UnixTime(6)), zeros.means(UnixTime(7))), ("a.7", true, false));
}

#[test]
fn nothing_comes_back_from_being_revoked() {
    let seen = whole();
    let mut newer = Revocation::new();
    newer.add_list(list(2, NOW.plus_seconds(60), &[6]));
    newer.revoke_signer(RevokedSigner { kid: [7; 8], from: Some(NOW) });
    let held = newer.keeping(&seen, NOW);
    for reference in [ours(2, 5), ours(2, 6)] {
        assert_eq!(held.question(&asked(Some(&reference))), Answer::Revoked(How::Status));
    }
    let stands = Answer::Stands { as_of: NOW, before_issue: false };
    assert_eq!(held.question(&asked(Some(&ours(1, 0)))), stands, "a list that is no longer published is kept");
    assert_eq!(held.signers(), seen.signers());
    assert_eq!(held.sites(), seen.sites());
    assert_eq!(held.hashes(), seen.hashes());
    assert_eq!(Revocation::decode(&held.encode()), Ok(held.clone()));
    // Older data add what they know, and take nothing away.
    let older = Revocation::new().keeping(&held, NOW.plus_seconds(1));
    assert_eq!(older.hashes().len(), 1, "an expired hash list has done its work");
    assert_eq!(older.lists(), held.lists());
    assert_eq!(seen.clone().keeping(&held, NOW).lists(), held.lists(), "whichever came first");
}

#[test]
fn a_suspended_entry_may_come_back_with_a_later_list() {
    let suspended = |issued| {
        let mut at = list(1, issued, &[]);
        assert!(at.list.set(9, Status::Suspended));
        at
    };
    let (mut old, mut new) = (Revocation::new(), Revocation::new());
    old.add_list(suspended(NOW));
    new.add_list(list(1, NOW.plus_seconds(1), &[]));
    let stands = Answer::Stands { as_of: NOW.plus_seconds(1), before_issue: false };
    assert_eq!(new.keeping(&old, NOW).question(&asked(Some(&ours(1, 9)))), stands);
}

#[test]
fn disorder_and_strangers_are_refused() {
    let encode = |change: fn(&mut Revocation)| {
        let mut all = whole();
        change(&mut all);
        all.encode()
    };
    for (bytes, error) in [
        (encode(|all| all.lists.swap(0, 1)), Error::Field { field: "lists" }),
        (encode(|all| all.signers.swap(0, 1)), Error::Field { field: "signers" }),
        (encode(|all| all.hashes.swap(0, 1)), Error::Field { field: "hashes" }),
        (encode(|all| all.sites.push(RevokedSite::default())), Error::Field { field: "site" }),
        (encode(|all| all.lists[0].issued = UnixTime(-1)), Error::Field { field: "time" }),
        (vec![0xa1, 0x01, 0x02], Error::Version { version: 2 }),
        (vec![0xa1, 0x01, 0x01], Error::Missing { field: "lists" }),
        (vec![0xa2, 0x01, 0x01, 0x08, 0x80], Error::UnknownKey { key: 8 }),
    ] {
        assert_eq!(Revocation::decode(&bytes), Err(error));
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = Revocation::decode(&bytes);
    }

    #[test]
    fn no_bent_byte_panics(place: prop::sample::Index, with: u8) {
        let mut bytes = whole().encode();
        let place = place.index(bytes.len());
        bytes[place] = with;
        if let Ok(read) = Revocation::decode(&bytes) {
            prop_assert_eq!(Revocation::decode(&read.encode()), Ok(read));
        }
    }
}
