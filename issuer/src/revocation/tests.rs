//! Subjects as texts, and the lists in memory.

use specs::cose;
use trust_list::backend;

use super::*;
use crate::testing::{Held, NOW};
use specs::status_list::{Bits, Status, Token};

#[test]
fn a_subject_is_one_text_and_comes_back_from_it() {
    let signer = RevokedSigner { kid: [7; 8], from: Some(NOW) };
    let site = RevokedSite { authority: Some("Trạm \"A\"".into()), until: Some(NOW), ..RevokedSite::default() };
    let suspended = [Subject::Suspension("d-1".into()), Subject::Restoration("d-1".into())];
    for subject in suspended {
        assert_eq!(Subject::parse(subject.kind(), &subject.text()), Some(subject));
    }
    for subject in [Subject::Dose("d-1".into()), Subject::Signer(signer), Subject::Site(site)] {
        assert_eq!(Subject::parse(subject.kind(), &subject.text()), Some(subject));
    }
    assert_eq!(Subject::parse("signer", "[\"00\", null]"), None);
    assert_eq!(Subject::parse("other", "d-1"), None);
}

#[test]
fn a_book_says_what_was_revoked_and_publishes_it_once() {
    let held = Held::new();
    let keyring = held.keyring();
    let key = keyring.key(&keyring.list_signer, &held.passphrase).unwrap();
    let place = Place { list: 2, index: 1_048_575 };
    let book = Book::new(&keyring, key, 14, 2, [place], []);
    let out = held.folder.path().join("lists");
    assert_eq!(book.publish(&out, NOW), Ok(3), "one more than are in use");
    assert_eq!(book.publish(&out, NOW), Ok(0));
    assert_eq!(book.publish(&out, NOW.plus_seconds(3600)), Ok(3), "as old as they may lie there");
    let also = Place { list: 2, index: 0 };
    book.revoke(also);
    assert_eq!(book.publish(&out, NOW.plus_seconds(3601)), Ok(1));
    book.revoke(also);
    assert_eq!(book.publish(&out, NOW.plus_seconds(3602)), Ok(0), "twice is once");

    let bytes = std::fs::read(out.join("2.cwt")).unwrap();
    let message = cose::parse_within(&bytes, &specs::status_list::LIMITS).unwrap();
    let prepared = backend::native().prepare(keyring.list_signer.certificate.key()).unwrap();
    assert!(prepared.verify(&message.to_be_signed(&[]), message.signature));
    let token = Token::of(&message).unwrap();
    assert_eq!((token.issued, token.uri), (NOW.plus_seconds(3601), specs::status_list::uri(2)));
    for (index, status) in [(0, Status::Invalid), (1, Status::Valid), (place.index, Status::Invalid)] {
        assert_eq!(token.list.get(index), Some(status));
    }
    assert_eq!(book.token(4, NOW), Ok(None));
    book.extend_to(3);
    assert!(book.token(4, NOW).unwrap().is_some(), "list 3 is in use, so list 4 is there");
    println!("a list of 2^20 entries with two revoked: {} bytes signed", bytes.len());
}

#[test]
fn a_list_has_two_bits_while_something_in_it_is_suspended() {
    let held = Held::new();
    let keyring = held.keyring();
    let key = keyring.key(&keyring.list_signer, &held.passphrase).unwrap();
    let place = |index| Place { list: 1, index };
    let book = Book::new(&keyring, key, 14, 1, [place(3), place(4)], [place(4), place(9)]);
    let said = |at| {
        let token = book.token(1, at).unwrap().unwrap();
        let list = Token::of(&cose::parse_within(&token, &specs::status_list::LIMITS).unwrap()).unwrap().list;
        (list.bits(), [0, 3, 4, 9].map(|index| list.get(index).unwrap()))
    };
    let (valid, invalid) = (Status::Valid, Status::Invalid);
    assert_eq!(said(NOW), (Bits::Two, [valid, invalid, invalid, Status::Suspended]));
    book.restore(place(9));
    book.restore(place(4));
    assert_eq!(said(NOW), (Bits::One, [valid, invalid, invalid, valid]), "what is invalid stays so");
    book.suspend(place(0));
    assert_eq!(said(NOW), (Bits::Two, [Status::Suspended, invalid, invalid, valid]));
}
