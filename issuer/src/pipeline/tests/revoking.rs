//! What was revoked is revoked for everybody, for good, and whatever breaks in between.

use specs::revocation::{Revocation, RevokedSite};
use specs::status_list::Bits;

use super::*;
use crate::api::RevocationReason;
use crate::revocation::Subject;

/// A dose revoked: its certificates' entries, and those of nobody else.
#[tokio::test]
async fn revoking_reaches_the_status_list_and_nothing_else() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let (revoked, other) = (issuer.issue(&facts("d-1")).await.unwrap(), issuer.issue(&facts("d-2")).await.unwrap());
    let answers = |issuer: &Issuer, issued: &Issued| {
        let verifier = verifier_with_lists(issuer, &room);
        let verdicts =
            issued.certificates.iter().map(|one| verifier.check(&one.text, issuer.clock.now()).reason.code());
        verdicts.collect::<Vec<_>>()
    };
    assert_eq!(answers(&issuer, &revoked), ["valid", "valid"]);
    let before = verifier_with_lists(&issuer, &room);

    let answer = issuer.revoke("d-1", RevocationReason::DoseVoided).await.unwrap();
    assert_eq!((answer.at.as_str(), answer.certificates), (NOW.to_rfc3339().as_str(), 2));
    assert_eq!(answers(&issuer, &revoked), ["revoked", "revoked"]);
    assert_eq!(answers(&issuer, &other), ["valid", "valid"]);
    // Asked again for another reason, later: the first answer.
    room.set_clock(NOW.plus_seconds(60));
    assert_eq!(issuer.revoke("d-1", RevocationReason::Fraud).await.unwrap(), answer);
    assert_eq!(issuer.store.revocations_head().await.unwrap().size, 1);
    // Nobody gets them any more.
    let gone = Problem::Revoked { dose: "d-1".into() };
    assert_eq!(issuer.certificates("d-1").await, Err(gone.clone()));
    assert_eq!(issuer.issue(&facts("d-1")).await, Err(gone));

    // After a restart, as in an export; what was issued after a list was made is told by it while it is fresh.
    drop(issuer);
    let issuer = room.start().await.unwrap();
    assert_eq!(answers(&issuer, &revoked), ["revoked", "revoked"]);
    let exported = issuer.store.export(NOW.plus_seconds(60), 14).await.unwrap();
    let exported = Revocation::decode(&exported.encode()).unwrap();
    let list = trust_list::list::open(
        &issuer.trust_list(),
        std::slice::from_ref(&room.held.keyring().anchor),
        NOW.plus_seconds(60),
        backend::native(),
    );
    let by_export = Verifier::new(backend::native()).with_list(list.unwrap()).with_revocation(exported);
    let at = NOW.plus_seconds(60);
    assert_eq!(by_export.check(&revoked.certificates[0].text, at).reason.code(), "revoked");
    assert_eq!(by_export.check(&other.certificates[1].text, at).reason.code(), "valid");
    let late = issuer.issue(&facts("d-3")).await.unwrap();
    let by_old_list = |at| before.check(&late.certificates[0].text, at).reason.code();
    assert_eq!(by_old_list(at), "valid");
    let ttl = i64::try_from(crate::revocation::TTL).unwrap();
    assert_eq!([NOW.plus_seconds(ttl), NOW.plus_seconds(ttl + 1)].map(by_old_list), ["valid", "revocation-unknown"]);
    assert_eq!(answers(&issuer, &late), ["valid", "valid"]);
}

/// A verifier that fetched everything from the issuer just now.
pub(super) fn verifier_with_lists(issuer: &Issuer, room: &Room) -> Verifier {
    let (anchor, at) = (room.held.keyring().anchor, issuer.clock.now());
    let anchors = std::slice::from_ref(&anchor);
    let list = trust_list::list::open(&issuer.trust_list(), anchors, at, backend::native()).unwrap();
    let mut revocation = Revocation::new();
    for number in 1..=issuer.book.last() {
        let token = issuer.status_list(number).unwrap();
        let token = trust_list::status_list::open(&token, anchors, at, backend::native()).unwrap();
        revocation.add_list(token.into_inner().into());
    }
    Verifier::new(backend::native()).with_list(list).with_revocation(revocation)
}

#[tokio::test]
async fn a_dose_revoked_before_it_was_certified_never_is() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let revoke = async |dose: &str| issuer.revoke(dose, RevocationReason::DoseVoided).await.unwrap().certificates;
    assert_eq!(revoke("d-1").await, 0);
    let gone = |dose: &str| Err(Problem::Revoked { dose: dose.into() });
    assert_eq!(issuer.issue(&facts("d-1")).await, gone("d-1"));
    // Recorded, signed, and not yet released: the release is refused, and the entries are invalid.
    let known = issuer.prepare(&facts("d-2")).await.unwrap();
    assert_eq!(revoke("d-2").await, 2);
    assert_eq!(issuer.finish("d-2", known.clone()).await, gone("d-2"));
    assert_eq!(issuer.health().await.unwrap().log_size, 0);
    let (_, invalid) = issuer.store.invalid().await.unwrap();
    let places: Vec<_> = known.records.iter().filter_map(|record| record.status).collect();
    assert_eq!((invalid.len(), places.iter().all(|place| invalid.contains(place))), (2, true));
    assert_ne!(places[0], places[1]);
}

#[tokio::test]
async fn a_crash_between_record_and_signature_keeps_the_place() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let recorded = issuer.prepare(&facts("d-1")).await.unwrap();
    drop(issuer);
    let issuer = room.start().await.unwrap();
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    for (certificate, record) in issued.certificates.iter().zip(&recorded.records) {
        let place = record.status.unwrap();
        let claims = hcert::open(&certificate.text).unwrap().claims().unwrap();
        assert_eq!(claims.status, Some(Reference::Ours { list: place.list, index: place.index }));
    }
    // A place is given once: whoever drew it too must draw again.
    let mut taken = recorded.records.clone();
    for (record, letter) in taken.iter_mut().zip(["X", "Y"]) {
        record.uvci.push_str(letter);
    }
    let request = Request { dose: "d-2", unit: "SI-1", day: 1, facts: [0; 32] };
    assert_eq!(issuer.store.prepare(&request, &taken, 10).await, Err(store::Error::PlaceTaken));
    assert_eq!(issuer.store.find("d-2").await.unwrap(), None);
}

#[tokio::test]
async fn nothing_revoked_can_be_taken_back_and_every_change_is_found() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    for dose in ["d-1", "d-2"] {
        issuer.revoke(dose, RevocationReason::Fraud).await.unwrap();
    }
    for change in ["DELETE FROM revocations", "UPDATE revocations SET subject = 'd-9'"] {
        let refused = sqlx::raw_sql(change).execute(&mut room.database().await).await;
        assert!(refused.unwrap_err().to_string().contains("revoking is for good"), "{change}");
    }
    room.sql("DROP TRIGGER revocations_are_never_changed; DROP TRIGGER revocations_are_never_removed").await;
    room.sql("UPDATE revocations SET subject = 'd-9' WHERE number = 0").await;
    assert_eq!(issuer.store.revocations().await, Err(store::Error::Tamper(Tamper::Hash { index: 0 })));
    room.sql("UPDATE revocations SET subject = 'd-1' WHERE number = 0").await;
    assert_eq!(issuer.store.revocations().await.unwrap().1.size, 2);
    // An old backup without the last of them is not published.
    room.sql("DELETE FROM revocations WHERE number = 1").await;
    drop(issuer);
    let Err(StartError::Store(error)) = room.start().await else { panic!("a revocation was lost") };
    assert_eq!(error, store::Error::Tamper(Tamper::RolledBack { size: 1, seen: 2 }));
}

#[tokio::test]
async fn certificates_from_before_status_lists_are_revoked_by_hash() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    room.sql(
        "DROP TRIGGER a_place_is_given_once; DROP TRIGGER what_was_recorded_stays; \
         UPDATE certificates SET status_list = NULL, status_index = NULL",
    )
    .await;
    issuer.revoke("d-1", RevocationReason::WrongFacts).await.unwrap();
    let site = RevokedSite { authority: Some("Trạm X".into()), ..Default::default() };
    issuer.store.revoke(&Subject::Site(site.clone()), RevocationReason::Fraud, &room.clock).await.unwrap();
    let all = issuer.store.export(NOW, 14).await.unwrap();
    assert_eq!((all.lists().len(), all.hashes().len(), all.sites()), (2, 1, std::slice::from_ref(&site)));
    assert_eq!(all.hashes()[0].hashes().len(), issued.certificates.len());
}

#[tokio::test]
async fn what_is_suspended_is_restored_and_what_is_revoked_is_not() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    let reasons = |issuer: &Issuer, issued: &Issued| {
        let verifier = verifier_with_lists(issuer, &room);
        issued
            .certificates
            .iter()
            .map(|one| verifier.check(&one.text, issuer.clock.now()).reason.code())
            .collect::<Vec<_>>()
    };
    let suspended = issuer.suspend("d-1", RevocationReason::Fraud).await.unwrap();
    assert_eq!((suspended.suspended, suspended.certificates), (true, 2));
    assert_eq!(reasons(&issuer, &issued), ["suspended", "suspended"]);
    room.set_clock(NOW.plus_seconds(60));
    assert_eq!(issuer.suspend("d-1", RevocationReason::WrongFacts).await.unwrap(), suspended, "asked again");
    // One that is issued meanwhile.
    issuer.suspend("d-2", RevocationReason::Compromise).await.unwrap();
    let meanwhile = issuer.issue(&facts("d-2")).await.unwrap();
    assert_eq!(reasons(&issuer, &meanwhile), ["suspended", "suspended"]);

    // After a restart, as in an export.
    drop(issuer);
    let issuer = room.start().await.unwrap();
    assert_eq!(reasons(&issuer, &issued), ["suspended", "suspended"]);
    let exported = issuer.store.export(NOW.plus_seconds(60), 14).await.unwrap();
    assert_eq!(exported.lists()[0].list.bits(), Bits::Two);
    assert_eq!(exported.lists()[1].list.bits(), Bits::One);

    let restored = issuer.restore("d-1").await.unwrap();
    assert_eq!((restored.suspended, restored.reason), (false, RevocationReason::Fraud));
    assert_eq!(reasons(&issuer, &issued), ["valid", "valid"]);
    let not_suspended = Problem::NotFound { detail: "the dose is not suspended".into() };
    assert_eq!(issuer.restore("d-1").await, Err(not_suspended.clone()));
    assert_eq!(issuer.restore("d-9").await, Err(not_suspended));
    // Again, and then for good.
    issuer.suspend("d-1", RevocationReason::Fraud).await.unwrap();
    issuer.revoke("d-1", RevocationReason::Fraud).await.unwrap();
    let gone = Problem::Revoked { dose: "d-1".into() };
    assert_eq!(issuer.restore("d-1").await, Err(gone.clone()));
    assert_eq!(issuer.suspend("d-1", RevocationReason::Fraud).await, Err(gone));
    assert_eq!(reasons(&issuer, &issued), ["revoked", "revoked"]);
    assert_eq!(reasons(&issuer, &meanwhile), ["suspended", "suspended"]);
    let (entries, head) = issuer.store.revocations().await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| entry.subject.kind()).collect();
    assert_eq!(kinds, ["suspension", "suspension", "restoration", "suspension", "dose"]);
    drop(issuer);
    let issuer = room.start().await.unwrap();
    assert_eq!(reasons(&issuer, &issued), ["revoked", "revoked"]);
    assert_eq!(issuer.store.revocations_head().await.unwrap(), head);
}

#[tokio::test]
async fn a_store_from_before_suspending_keeps_its_log() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    issuer.revoke("d-1", RevocationReason::Fraud).await.unwrap();
    let head = issuer.store.revocations_head().await.unwrap();
    drop(issuer);
    let version_2 = include_str!("../../store/status.sql");
    let table = &version_2[version_2.find("CREATE TABLE revocations").unwrap()..];
    room.sql(
        "ALTER TABLE revocations RENAME TO newer; DROP TRIGGER revocations_are_never_changed; \
              DROP TRIGGER revocations_are_never_removed",
    )
    .await;
    room.sql(table).await;
    room.sql("INSERT INTO revocations SELECT * FROM newer; DROP TABLE newer; PRAGMA user_version = 2").await;
    let issuer = room.start().await.unwrap();
    let (_, after) = issuer.store.revocations().await.unwrap();
    assert_eq!(after, head);
    assert_eq!(issuer.revoke("d-1", RevocationReason::Fraud).await.unwrap().at, NOW.to_rfc3339(), "once");
    assert_eq!(issuer.store.revocations_head().await.unwrap(), head);
    issuer.suspend("d-2", RevocationReason::Fraud).await.unwrap();
    let refused = sqlx::raw_sql("DELETE FROM revocations").execute(&mut room.database().await).await;
    assert!(refused.unwrap_err().to_string().contains("revoking is for good"));
}
