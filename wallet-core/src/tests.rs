//! The wallet over the vectors of the norm: what may come in, how it stands, what survives.

use serde_json::Value;
use specs::qr::Use;
use specs::reason::Reason;
use specs::revocation::Revocation;
use specs::time::UnixTime;
use trust_list::backend::portable;
use trust_list::chain::Anchor;
use trust_list::status_list;
use verifier::Verifier;

use crate::{CardId, Error, Imported, MemoryStore, Person, State, Store, Wallet};

const NOW: UnixTime = UnixTime(1_795_417_200);
const DAY: i64 = 86_400;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../specs/vectors/certificates.json")).unwrap()
}

fn anchors() -> Vec<Anchor> {
    Anchor::read_all(vectors()["anchor"].as_str().unwrap().as_bytes()).unwrap()
}

fn verifier() -> Verifier {
    believing(vectors()["list"].as_str().unwrap())
}

/// Believes the signer of the other vectors in Swiss certificates too.
fn verifier_of_all_formats() -> Verifier {
    let trust: Value = serde_json::from_str(include_str!("../../specs/vectors/invalid/trust.json")).unwrap();
    believing(trust["lists"]["usual"].as_str().unwrap())
}

fn believing(list: &str) -> Verifier {
    let list = trust_list::list::open(&hex(list), &anchors(), NOW, portable()).unwrap();
    Verifier::new(portable()).with_list(list)
}

/// Also holds the status list of an hour before, in which entry 7 is revoked.
fn verifier_with_status_list() -> Verifier {
    let bytes = hex(vectors()["status_list"].as_str().unwrap());
    let token = status_list::open(&bytes, &anchors(), NOW, portable()).unwrap();
    let mut revocation = Revocation::new();
    revocation.add_list(token.into_inner().into());
    verifier().with_revocation(revocation)
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn certificate(name: &str) -> String {
    text_of(&vectors(), name)
}

/// A certificate of Anna Müller, by the same signer; it expires after a day.
fn of_another_person() -> String {
    foreign("swiss light")
}

fn foreign(name: &str) -> String {
    text_of(&serde_json::from_str(include_str!("../../specs/vectors/foreign.json")).unwrap(), name)
}

fn text_of(vectors: &Value, name: &str) -> String {
    let case = vectors["cases"].as_array().unwrap().iter().find(|case| case["name"] == name);
    case.unwrap()["text"].as_str().unwrap().to_owned()
}

fn expires(text: &str) -> UnixTime {
    verifier().check(text, NOW).claims.unwrap().expires_at.unwrap()
}

#[test]
fn an_imported_certificate_is_kept_once_and_shown_under_its_person() {
    let (verifier, mut wallet) = (verifier(), Wallet::open(MemoryStore::default()).unwrap());
    let national = certificate("national");
    let imported = wallet.import(&format!(" {national}\n"), &verifier, NOW).unwrap();
    assert_eq!(imported, Imported { id: CardId(1), state: State::Valid, already: false });
    let again = wallet.import(&national, &verifier, NOW).unwrap();
    assert_eq!(again, Imported { already: true, ..imported });
    let people = wallet.people(&verifier, NOW);
    assert_eq!(shown(&people), [(Some("Nguyễn Thị Hồng Nhung"), Some("1990-05-17"), vec![(1, State::Valid)])]);
    assert_eq!(people[0].cards[0].card.text, national);
}

/// Name, birth date, and cards in order.
type Entry<'p> = (Option<&'p str>, Option<&'p str>, Vec<(u64, State)>);

fn shown(people: &[Person]) -> Vec<Entry<'_>> {
    let cards = |person: &Person| person.cards.iter().map(|shown| (shown.card.id.0, shown.state)).collect();
    people.iter().map(|person| (person.name.as_deref(), person.birth_date.as_deref(), cards(person))).collect()
}

#[test]
fn people_stand_by_name_and_the_certificates_of_each_the_newest_first() {
    let (verifier, mut wallet) = (verifier_of_all_formats(), Wallet::open(MemoryStore::default()).unwrap());
    // The first was issued last; the next two, at one moment, are of two formats and of two issuers in the same list.
    for name in ["issued in the future", "national", "eu-vaccination"] {
        wallet.import(&certificate(name), &verifier, NOW).unwrap();
    }
    wallet.import(&of_another_person(), &verifier, NOW).unwrap();
    wallet.import(&certificate("a signer that is in no list"), &verifier, NOW).unwrap();
    // The same name, born in a year of which no more is known: it may be another person.
    wallet.import(&certificate("national, birth year only, algorithm -19"), &verifier, NOW).unwrap();

    let (anna, nhung) = (Some("Müller Anna"), Some("Nguyễn Thị Hồng Nhung"));
    let not_yet = State::NotValid { reason: Reason::CertificateNotYetValid };
    let unknown = State::CannotTell { reason: Reason::SignerUnknown };
    let birth = Some("1990-05-17");
    assert_eq!(
        shown(&wallet.people(&verifier, NOW)),
        [
            (anna, birth, vec![(4, State::ExpiresSoon { days: 1 })]),
            (nhung, Some("1990"), vec![(6, State::Valid)]),
            (nhung, birth, vec![(1, not_yet), (3, State::Valid), (2, State::Valid)]),
            (None, None, vec![(5, unknown)]),
        ]
    );
    assert_eq!(
        shown(&wallet.people(&verifier, UnixTime(NOW.0 + 2 * DAY))),
        [
            (anna, birth, vec![(4, State::Expired)]),
            (nhung, Some("1990"), vec![(6, State::Valid)]),
            (nhung, birth, vec![(1, State::Valid), (3, State::Valid), (2, State::Valid)]),
            (None, None, vec![(5, unknown)]),
        ]
    );
}

#[test]
fn one_person_has_certificates_of_all_formats() {
    let (verifier, mut wallet) = (verifier_of_all_formats(), Wallet::open(MemoryStore::default()).unwrap());
    for name in ["national", "eu-vaccination", "forgiven: no transliterated name"] {
        wallet.import(&certificate(name), &verifier, NOW).unwrap();
    }
    for name in ["icvp build of 2026", "ddcc"] {
        wallet.import(&foreign(name), &verifier, NOW).unwrap();
    }
    let people = wallet.people(&verifier, NOW);
    let ids: Vec<Vec<u64>> =
        shown(&people).into_iter().map(|(.., cards)| cards.iter().map(|(id, _)| *id).collect()).collect();
    assert_eq!(ids, [[5, 4, 3, 2, 1]]);
}

#[test]
fn a_certificate_holds_to_the_end_of_its_last_second() {
    let (verifier, mut wallet) = (verifier_of_all_formats(), Wallet::open(MemoryStore::default()).unwrap());
    let text = of_another_person();
    let end = verifier.check(&text, NOW).claims.unwrap().expires_at.unwrap();
    assert_eq!(end, UnixTime(NOW.0 + DAY));
    wallet.import(&text, &verifier, NOW).unwrap();
    let state = |at: UnixTime| wallet.people(&verifier, at)[0].cards[0].state;
    let after = UnixTime(end.0 + 1);
    assert_eq!(state(end), State::ExpiresSoon { days: 0 });
    assert_eq!(state(after), State::Expired);
    // One that is past its time still comes in, and tells its holder so.
    let late = Wallet::open(MemoryStore::default()).unwrap().import(&text, &verifier, after).unwrap();
    assert_eq!(late.state, State::Expired);
}

#[test]
fn a_card_is_revoked_once_the_status_list_says_so() {
    let (without, with) = (verifier(), verifier_with_status_list());
    let mut wallet = Wallet::open(MemoryStore::default()).unwrap();
    let text = certificate("place in our status list");
    let unknown = State::CannotTell { reason: Reason::RevocationUnknown };
    assert_eq!(wallet.import(&text, &without, NOW).unwrap().state, unknown);
    let revoked = Imported { id: CardId(1), state: State::Revoked, already: true };
    assert_eq!(wallet.import(&text, &with, NOW), Ok(revoked));
    let name = Some("Nguyễn Thị Hồng Nhung");
    let people = wallet.people(&with, NOW);
    assert_eq!(shown(&people), [(name, Some("1990-05-17"), vec![(1, State::Revoked)])]);
}

#[test]
fn a_card_without_fresh_trust_data_cannot_tell() {
    let verifier = verifier();
    let text = certificate("national");
    let end = expires(&text);
    let state = |at: UnixTime| State::of(&verifier.check(&text, at), at);
    assert_eq!(state(NOW), State::Valid);
    assert_eq!(state(UnixTime(end.0 + DAY)), State::CannotTell { reason: Reason::TrustListExpired });
}

#[test]
fn states_follow_the_verdict() {
    let verifier = verifier();
    let text = certificate("national");
    let mut verdict = verifier.check(&text, NOW);
    let end = expires(&text);
    let days_before = |days: i64| UnixTime(end.0 - days * DAY);
    assert_eq!(State::of(&verdict, days_before(29)), State::Valid);
    assert_eq!(State::of(&verdict, UnixTime(end.0 - 28 * DAY + 1)), State::ExpiresSoon { days: 27 });
    assert_eq!(State::of(&verdict, days_before(1)), State::ExpiresSoon { days: 1 });
    for (reason, state) in [
        (Reason::CertificateExpired, State::Expired),
        (Reason::SignerExpired, State::Expired),
        (Reason::Revoked, State::Revoked),
        (Reason::SignerRevoked, State::Revoked),
        (Reason::SignerUnknown, State::CannotTell { reason: Reason::SignerUnknown }),
        (Reason::SignatureInvalid, State::NotValid { reason: Reason::SignatureInvalid }),
    ] {
        verdict.reason = reason;
        verdict.verdict = reason.class();
        assert_eq!(State::of(&verdict, NOW), state);
    }
}

#[test]
fn what_was_never_any_good_does_not_come_in_and_what_cannot_be_told_does() {
    let (verifier, mut wallet) = (verifier(), Wallet::open(MemoryStore::default()).unwrap());
    let vectors = vectors();
    let mut counts = [0, 0];
    for case in vectors["cases"].as_array().unwrap() {
        let at = UnixTime(case["at"].as_i64().unwrap());
        let reason = Reason::from_code(case["reason"].as_str().unwrap()).unwrap();
        let imported = wallet.import(case["text"].as_str().unwrap(), &verifier, at);
        let kept = matches!(
            reason,
            Reason::Valid
                | Reason::CertificateExpired
                | Reason::SignerExpired
                | Reason::CertificateNotYetValid
                | Reason::SignerNotYetValid
        ) || (reason.class() == specs::reason::Class::Unknown && reason != Reason::TextUnreadable);
        counts[usize::from(kept)] += 1;
        match imported {
            Ok(_) => assert!(kept, "{} came in", case["name"]),
            Err(error) => {
                assert!(!kept, "{} was refused", case["name"]);
                assert_eq!(error, Error::NotACertificate(reason), "{}", case["name"]);
            }
        }
    }
    println!("{} kept, {} refused", counts[1], counts[0]);
    assert_eq!(wallet.import("not a certificate", &verifier, NOW).unwrap_err().code(), "prefix-missing");
    assert_eq!(wallet.import(" \n", &verifier, NOW), Err(Error::NotACertificate(Reason::TextUnreadable)));
    // Other formats come in, for nobody here can tell; but not more of them than any symbol holds.
    let foreign = |length: usize| format!("shlink:/{}", "5".repeat(length - 8));
    assert!(wallet.import(&foreign(4_296), &verifier, NOW).is_ok());
    assert_eq!(wallet.import(&foreign(4_297), &verifier, NOW), Err(Error::NotACertificate(Reason::TooLong)));
}

#[test]
fn what_is_shown_again_is_what_was_imported() {
    let (verifier, mut wallet) = (verifier(), Wallet::open(MemoryStore::default()).unwrap());
    let text = certificate("eu-vaccination");
    let id = wallet.import(&text, &verifier, NOW).unwrap().id;
    let symbol = wallet.card(id).unwrap().symbol(Use::Screen).unwrap();
    let (scale, quiet) = (6, 4);
    let side = (symbol.width() + 2 * quiet) * scale;
    let mut luma = vec![255_u8; side * side];
    for (index, dark) in symbol.modules().iter().enumerate().filter(|(_, dark)| **dark) {
        let (row, column) = (index / symbol.width() + quiet, index % symbol.width() + quiet);
        for y in row * scale..(row + 1) * scale {
            luma[y * side + column * scale..y * side + (column + 1) * scale].fill(u8::from(!*dark));
        }
    }
    let side = u32::try_from(side).unwrap();
    let again = wallet.import_picture((side, side), &luma, &verifier, NOW).unwrap();
    assert_eq!(again, Imported { id, state: State::Valid, already: true });
    let blank = wallet.import_picture((64, 64), &[255; 64 * 64], &verifier, NOW);
    assert_eq!(blank.unwrap_err(), Error::PictureUnreadable);
}

#[test]
fn a_wallet_reopens_as_it_was_and_never_gives_a_number_twice() {
    let (verifier, mut wallet) = (verifier(), Wallet::open(MemoryStore::default()).unwrap());
    let first = wallet.import(&certificate("national"), &verifier, NOW).unwrap().id;
    assert_eq!(wallet.remove(first).unwrap().id, first);
    assert_eq!(wallet.remove(first).unwrap_err(), Error::UnknownCard);
    let mut wallet = Wallet::open(wallet.into_store()).unwrap();
    assert!(wallet.is_empty());
    let second = wallet.import(&certificate("national"), &verifier, NOW).unwrap().id;
    assert_eq!(second, CardId(2));
    assert_eq!(Wallet::open(wallet.into_store()).unwrap().len(), 1);
    let mut store = MemoryStore::default();
    store.write(b"{}").unwrap();
    assert_eq!(Wallet::open(store).err(), Some(Error::Damaged));
}

#[cfg(feature = "file")]
mod file {
    use super::*;
    use crate::{Cost, FileStore};

    const CHEAP: Cost = Cost { memory: 64, passes: 1 };

    fn store(path: &std::path::Path, pass_phrase: &str) -> FileStore {
        let mut next = 0_u8;
        let random = move |bytes: &mut [u8]| {
            bytes.fill_with(|| {
                next = next.wrapping_add(1);
                next
            });
        };
        FileStore::new(path, pass_phrase, CHEAP, Box::new(random))
    }

    #[test]
    fn an_encrypted_file_opens_only_with_its_pass_phrase_and_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wallet");
        let mut wallet = Wallet::open(store(&path, "mật khẩu của tôi")).unwrap();
        wallet.import(&certificate("national"), &verifier(), NOW).unwrap();
        wallet.import(&certificate("eu-vaccination"), &verifier(), NOW).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(4).any(|window| window == b"HC1:"));
        assert_eq!(Wallet::open(store(&path, "mật khẩu của tôi")).unwrap().len(), 2);
        assert_eq!(Wallet::open(store(&path, "another")).err(), Some(Error::Locked));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            let error = Wallet::open(store(&path, "mật khẩu của tôi")).err().unwrap();
            assert!(matches!(error, Error::Locked | Error::Damaged), "byte {at}: {error}");
        }
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let error = Wallet::open(store(&path, "mật khẩu của tôi")).err().unwrap();
            assert!(matches!(error, Error::Locked | Error::Damaged), "{length} bytes: {error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wallet");
        store(&path, "mật khẩu của tôi").write(b"{}").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
