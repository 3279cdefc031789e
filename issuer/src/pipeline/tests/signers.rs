//! A document signer that was revoked signs nothing more, also in an issuer that was running, and stands in no list.

use specs::revocation::{Revocation, RevokedSigner};

use super::revoking::verifier_with_lists;
use super::*;
use crate::api::RevocationReason;
use crate::bundle::{self, Parts};
use crate::ceremony::tests::another_national_signer;
use crate::revocation::Subject;

/// Beside the running issuer, as `issuer revocation revoke-signer` does it.
async fn revoke_signer(room: &Room, kid: [u8; 8], from: Option<UnixTime>) {
    let seal = room.held.keyring().store_seal(&room.held.passphrase).unwrap();
    let store = Store::open(&room.data.join(STORE_FILE), seal).await.unwrap();
    let subject = Subject::Signer(RevokedSigner { kid, from });
    let (_, head) = store.revoke(&subject, RevocationReason::Compromise, &room.clock).await.unwrap();
    Witness::of_revocations(&room.held.keys, store.log_id()).unwrap().see(&head).unwrap();
}

fn kid_of(room: &Room, profile: Profile) -> [u8; 8] {
    room.held.keyring().document_signer(profile, NOW).unwrap().certificate.kid()
}

fn listed(issuer: &Issuer) -> Vec<[u8; 8]> {
    issuer.trusted().verifier.list().unwrap().content().signers.iter().map(|entry| entry.kid).collect()
}

/// A verifier that holds nothing but a bundle made now.
async fn verifier_with_bundle(issuer: &Issuer, room: &Room) -> Verifier {
    let now = room.clock.now();
    let revocation = Some(issuer.store.export(now, 30).await.unwrap());
    let (keyring, out) = (room.held.keyring(), room.held.folder.path().join("bundle.cose"));
    let parts = Parts { revocation, ..Parts::default() };
    let made = bundle::publish(&keyring, &issuer.list_key, &out, parts, now, bundle::VALID_DAYS).unwrap();
    let bytes = made.list.content().revocation.clone().unwrap();
    Verifier::new(backend::native()).with_list(made.list).with_revocation(Revocation::decode(&bytes).unwrap())
}

#[tokio::test]
async fn a_revoked_signer_signs_nothing_more_in_an_issuer_that_runs() {
    for profile in Profile::ALL {
        let room = Room::new();
        let issuer = room.start().await.unwrap();
        let issued = issuer.issue(&facts("d-1")).await.unwrap();
        let recorded = issuer.prepare(&facts("d-2")).await.unwrap();
        let kid = kid_of(&room, profile);
        revoke_signer(&room, kid, None).await;

        let detail = format!("every signer for {profile} that is valid was revoked");
        assert_eq!(issuer.issue(&facts("d-3")).await, Err(Problem::Unavailable { detail: detail.clone() }));
        assert_eq!(issuer.store.find("d-3").await.unwrap(), None, "nothing is recorded that nobody can sign");
        let kid = hex::encode(kid);
        let of_record = format!("the signer {kid} of a recorded certificate was revoked");
        let of_record = Err(Problem::SignerGone { dose: "d-2".into(), detail: of_record });
        assert_eq!(issuer.issue(&facts("d-2")).await, of_record);
        assert_eq!(issuer.store.find("d-2").await.unwrap(), Some(recorded));
        assert_eq!(issuer.health().await.unwrap().status, "unavailable");
        // What was released is released.
        assert_eq!(issuer.issue(&facts("d-1")).await.unwrap(), issued);
        assert_eq!(issuer.store.audit().await.unwrap().size, 2);

        drop(issuer);
        let issuer = room.start().await.unwrap();
        assert_eq!(issuer.issue(&facts("d-3")).await, Err(Problem::Unavailable { detail }));
        assert_eq!(issuer.issue(&facts("d-2")).await, of_record);
        assert_eq!(issuer.health().await.unwrap().status, "unavailable");
    }
}

#[tokio::test]
async fn another_valid_signer_takes_over_and_no_list_names_the_revoked_one() {
    let room = Room::new();
    let (one, eu) = (kid_of(&room, Profile::National), kid_of(&room, Profile::EuDcc));
    let two = another_national_signer(&room.held, 800);
    let issuer = room.start().await.unwrap();
    let before = issuer.issue(&facts("d-1")).await.unwrap();
    assert_eq!(before.certificates[0].kid, hex::encode(two), "the one that is valid for longest");
    assert_eq!(listed(&issuer), [one, eu, two]);
    room.set_clock(NOW.plus_seconds(60));
    revoke_signer(&room, two, None).await;

    let after = issuer.issue(&facts("d-2")).await.unwrap();
    assert_eq!(after.certificates[0].kid, hex::encode(one));
    assert_eq!(issuer.health().await.unwrap().status, "ok");
    assert!(issuer.renew_list().await.unwrap());
    assert!(!issuer.renew_list().await.unwrap(), "once is enough");
    assert_eq!((issuer.trusted().sequence, listed(&issuer)), (2, vec![one, eu]));
    assert!(jws::says(&issuer.trust_list_jws(), issuer.trusted().verifier.list().unwrap()));

    // Whoever holds the plain list cannot tell; whoever holds the bundle knows.
    let reasons = |verifier: &Verifier| {
        let texts = [&before, &after].map(|issued| &issued.certificates[0].text);
        texts.map(|text| verifier.check(text, issuer.clock.now()).reason.code())
    };
    assert_eq!(reasons(&verifier_with_lists(&issuer, &room)), ["signer-unknown", "valid"]);
    assert_eq!(reasons(&verifier_with_bundle(&issuer, &room).await), ["signer-revoked", "valid"]);
    // The EU certificate of that dose has another signer.
    let eu_text = &before.certificates[1].text;
    assert_eq!(verifier_with_lists(&issuer, &room).check(eu_text, issuer.clock.now()).reason.code(), "valid");

    // The bundle took a number, so the list that follows has a higher one.
    drop(issuer);
    let issuer = room.start().await.unwrap();
    assert_eq!((issuer.trusted().sequence, listed(&issuer)), (4, vec![one, eu]));
    assert_eq!(issuer.issue(&facts("d-3")).await.unwrap().certificates[0].kid, hex::encode(one));
}

#[tokio::test]
async fn a_signer_revoked_from_a_time_on_signs_until_then() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let from = NOW.plus_seconds(60);
    revoke_signer(&room, kid_of(&room, Profile::EuDcc), Some(from)).await;
    room.set_clock(from.plus_seconds(-1));
    let before = issuer.issue(&facts("d-1")).await.unwrap();
    assert!(!issuer.renew_list().await.unwrap());
    room.set_clock(from);
    let detail = "every signer for eu-dcc that is valid was revoked".to_owned();
    assert_eq!(issuer.issue(&facts("d-2")).await, Err(Problem::Unavailable { detail }));
    assert!(issuer.renew_list().await.unwrap());
    // The list cannot say from when on; the bundle can.
    let eu = &before.certificate(Profile::EuDcc).unwrap().text;
    assert_eq!(verifier_with_lists(&issuer, &room).check(eu, from).reason.code(), "signer-unknown");
    assert_eq!(verifier_with_bundle(&issuer, &room).await.check(eu, from).reason.code(), "valid");
}

#[tokio::test]
async fn a_record_whose_signer_is_gone_waits_and_others_do_not() {
    let room = Room::new();
    let one = kid_of(&room, Profile::National);
    let two = another_national_signer(&room.held, 800);
    let mut issuer = room.start().await.unwrap();
    let recorded = issuer.prepare(&facts("d-1")).await.unwrap();
    assert_eq!(recorded.records[0].kid, two);
    let detail = format!("the signer {} of a recorded certificate is no longer here or has expired", hex::encode(two));
    let waits = Err(Problem::SignerGone { dose: "d-1".into(), detail });

    let place = issuer.signings.iter().position(|signing| signing.kid == two).unwrap();
    let not_after = std::mem::replace(&mut issuer.signings[place].not_after, NOW.plus_seconds(-1));
    assert_eq!(issuer.issue(&facts("d-1")).await, waits);
    issuer.signings[place].not_after = not_after;
    let gone = issuer.signings.remove(place);
    assert_eq!(issuer.issue(&facts("d-1")).await, waits);
    assert_eq!(issuer.issue(&facts("d-2")).await.unwrap().certificates[0].kid, hex::encode(one));
    assert_eq!(issuer.health().await.unwrap().status, "ok");

    // An operator who has the signer's key file again lets the record be completed.
    issuer.signings.push(gone);
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    assert_eq!(issued.certificates[0].uvci, recorded.records[0].uvci);
}
