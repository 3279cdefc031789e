//! One dose through the whole chain, from the consignment at the national store to a certificate that another program
//! finds valid; then a second start, an audit, a replay, and the dose taken back.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use tests::on_both_engines;
use tests::server::{Engine, REHEARSAL, Server};
use tests::walk::{Api, LEAD, Lot, NATIONAL_STORE, SITE, STORE, STOREKEEPER, Visitor};

on_both_engines! { a_dose_from_consignment_to_certificate_and_back, }

async fn a_dose_from_consignment_to_certificate_and_back(engine: Engine) {
    let mut server = Server::start(engine).await;
    let api = Api::enter(&server).await;
    let today = api.today().await;

    let lot = Lot::new("EW0553", today.add_days(365));
    api.walk(lot.into_store(1_170, today)).await;
    api.walk(lot.ship(NATIONAL_STORE, STORE, 600)).await;
    api.walk(lot.ship(STORE, SITE, 60)).await;
    let nhung = Visitor::new(SITE, "nhung");
    api.walk(nhung.to_the_needle()).await;
    api.walk([lot.open_vial(SITE, "vial-1")]).await;
    let inject = nhung.inject("vial-1", 1);
    let injected = api.send(&inject).await;
    assert_eq!(injected.done()["left_in_vial"], 5);
    api.walk([nhung.observe()]).await;
    let home = nhung.discharge("home");
    api.send(&home).await.refused(422, "observation-too-short");
    api.advance(31).await;
    // A refusal wrote nothing: the same command under the same id is carried out when its time has come.
    assert!(!api.send(&home).await.replayed);

    let issued = api.certificates(SITE, &nhung.dose()).await;
    status_list(&server, &api).await;
    the_verifier_says_valid(&server, &api, &issued).await;
    pictures_are_served(&server, &api, &nhung.dose()).await;
    assert_eq!(stock(&api, NATIONAL_STORE).await, [("store/available".to_owned(), 570)]);
    let at_site = [("injected", 1), ("store/available", 54), ("vial/vial-1", 5)];
    assert_eq!(stock(&api, SITE).await, at_site.map(|(account, doses)| (account.to_owned(), doses)));

    // A second start finds everything again: data, sessions, answers to commands, the certificates.
    server.stop();
    assert_eq!(server.audit()["doses"], 1);
    server.begin_behind(REHEARSAL - 31);
    let api = api.at(server.address());
    let again = api.send(&inject).await;
    assert!(again.replayed);
    assert_eq!(again.body, injected.body);
    assert_eq!(api.certificates(SITE, &nhung.dose()).await, issued);
    server.stop();

    the_journal_alone_gives_the_tables(&server).await;

    server.begin_behind(REHEARSAL - 31);
    let api = api.at(server.address());
    assert_eq!(api.certificates(SITE, &nhung.dose()).await, issued, "after the replay");
    assert_eq!(api.send(&nhung.void()).await.done(), json!({ "dose": nhung.dose(), "back_in_vial": true }));
    let base = format!("/api/units/{SITE}/doses/{}", nhung.dose());
    let view = api.get(&format!("{base}/certificates"), LEAD).await.done();
    assert_eq!((&view["dose"], &view["certificates"]), (&json!(nhung.dose()), &json!([])));
    assert!(["withdrawn", "revoked"].contains(&view["state"].as_str().unwrap()), "{view}");
    the_verifier_says_revoked(&server, &api, &nhung.dose(), &issued).await;
    api.get(&format!("{base}/certificates/national/qr.svg"), LEAD).await.refused(404, "not-found");
    api.get(&format!("{base}/document.pdf"), LEAD).await.refused(404, "not-found");
    assert!(stock(&api, SITE).await.contains(&("vial/vial-1".to_owned(), 6)));
    server.stop();
    assert_eq!(server.audit()["doses"], 0);
    the_journal_alone_gives_the_tables(&server).await;
}

/// `replay` empties every projection and makes it again out of the journal.
async fn the_journal_alone_gives_the_tables(server: &Server) {
    let before = server.tables().await;
    assert!(before.len() > 100, "{} rows", before.len());
    let replayed = server.campaign(&["replay"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    assert_eq!(server.tables().await, before);
    server.audit();
}

/// Balances of a unit that are not zero, without where doses came from and went to outside.
async fn stock(api: &Api, unit: &str) -> Vec<(String, i64)> {
    let rows = api.get(&format!("/api/units/{unit}/stock"), STOREKEEPER).await.done();
    let rows = rows.as_array().unwrap().iter().map(|row| {
        let account = row["account"].as_str().unwrap().to_owned();
        (account, row["quantity"].as_i64().unwrap())
    });
    rows.filter(|(account, doses)| *doses != 0 && account != "supplier").collect()
}

async fn the_verifier_says_valid(server: &Server, api: &Api, issued: &Value) {
    let list = api.public("/api/trust-list").await;
    assert_eq!((list.status, list.content_type.as_str()), (200, "application/cose"));
    std::fs::write(server.folder().join("list"), &list.body).unwrap();
    let anchor = server.anchor();
    let trusting = ["check", "--trust-list", "list", "--anchor", anchor.to_str().unwrap(), "--status-list", "status"];
    let check = |more: &[&str]| {
        let output = server.verifier(&[&trusting[..], more].concat());
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let certificates = issued["certificates"].as_array().unwrap();
    let profiles: Vec<_> = certificates.iter().map(|certificate| certificate["profile"].as_str().unwrap()).collect();
    assert_eq!(profiles, ["national", "eu-dcc"]);
    for certificate in certificates {
        let text = certificate["text"].as_str().unwrap();
        let (code, verdict) = check(&["--json", text]);
        let verdict: Value = serde_json::from_str(&verdict).unwrap();
        assert_eq!((code, &verdict["verdict"], &verdict["reason"]), (0, &json!("valid"), &json!("valid")), "{verdict}");
        assert_eq!(verdict["holder"]["name"], "Nguyễn Thị Hồng Nhung");
        assert_eq!(verdict["holder"]["birth_date"], "1990-05-17");
        assert!(verdict["checks"].as_array().unwrap().iter().all(|check| check["ok"] == true), "{verdict}");
        let (code, words) = check(&[text]);
        assert!(code == 0 && words.contains("Nguyễn Thị Hồng Nhung"), "{words}");

        // One sign bent: not valid. Nobody to believe, or somebody else: cannot tell. No certificate given: usage.
        let bent = text.replacen(text.chars().nth(40).unwrap(), "+", 1);
        let (code, verdict) = check(&["--json", &bent]);
        assert_eq!((code, verdict.contains("\"verdict\": \"invalid\"")), (1, true), "{verdict}");
        assert_eq!(server.verifier(&["check", text]).status.code(), Some(2));
        let signer = server.keys().join("list-signer.pem");
        let foreign = server.verifier(&["check", "--trust-list", "list", "--anchor", signer.to_str().unwrap(), text]);
        assert_eq!(foreign.status.code(), Some(2));
    }
    assert_eq!(check(&[]).0, 64);
    assert_eq!(check(&["no-such-file"]).0, 64);
}

/// Fetches the status list into the server's folder.
async fn status_list(server: &Server, api: &Api) {
    let list = api.public("/api/status-lists/1").await;
    assert_eq!((list.status, list.content_type.as_str()), (200, "application/statuslist+cwt"));
    println!("the status list: {} bytes", list.body.len());
    std::fs::write(server.folder().join("status"), &list.body).unwrap();
    api.public("/api/status-lists/99").await.refused(404, "not-found");
}

/// The dose was taken back: the worker has its certificates revoked, the published list says so, and another program answers
/// accordingly. With the list from before it still says "valid", for nobody could know; without any list it cannot tell.
async fn the_verifier_says_revoked(server: &Server, api: &Api, dose: &str, issued: &Value) {
    let path = format!("/api/units/{SITE}/doses/{dose}/certificates");
    let mut view = json!(null);
    for _ in 0..600 {
        view = api.get(&path, LEAD).await.done();
        if view["state"] == "revoked" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(view, json!({ "dose": dose, "state": "revoked", "certificates": [] }));
    let anchor = server.anchor();
    let trusting = ["check", "--json", "--trust-list", "list", "--anchor", anchor.to_str().unwrap()];
    let check = |more: &[&str]| {
        let output = server.verifier(&[&trusting[..], more].concat());
        let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code().unwrap(), verdict["reason"].as_str().unwrap().to_owned())
    };
    let texts = || issued["certificates"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap());
    for text in texts() {
        assert_eq!(check(&["--status-list", "status", text]), (0, "valid".to_owned()), "the list from before");
    }
    status_list(server, api).await;
    for text in texts() {
        assert_eq!(check(&["--status-list", "status", text]), (1, "revoked".to_owned()));
        assert_eq!(check(&[text]), (2, "revocation-unknown".to_owned()));
        assert_eq!(check(&["--no-revocation", text]), (0, "valid".to_owned()));
    }
}

async fn pictures_are_served(server: &Server, api: &Api, dose: &str) {
    let anchor = server.anchor();
    for profile in ["national", "eu-dcc"] {
        let base = format!("/api/units/{SITE}/doses/{dose}/certificates/{profile}");
        for query in ["", "?use=screen", "?use=paper"] {
            let svg = api.get(&format!("{base}/qr.svg{query}"), LEAD).await;
            assert_eq!((svg.status, svg.content_type.as_str()), (200, "image/svg+xml"));
            assert!(svg.text().contains("<svg"), "{}", svg.text());
            let png = api.get(&format!("{base}/qr.png{query}"), LEAD).await;
            assert_eq!((png.status, png.content_type.as_str()), (200, "image/png"));
            std::fs::write(server.folder().join("qr.png"), &png.body).unwrap();
            let read = [
                "check",
                "--trust-list",
                "list",
                "--anchor",
                anchor.to_str().unwrap(),
                "--status-list",
                "status",
                "qr.png",
            ];
            assert_eq!(server.verifier(&read).status.code(), Some(0), "{profile}{query}");
        }
        api.get(&format!("{base}/qr.svg?use=wall"), LEAD).await.refused(400, "malformed-request");
        api.get(&format!("{base}/qr.gif"), LEAD).await.refused(404, "not-found");
    }
    let base = format!("/api/units/{SITE}/doses/{dose}/certificates");
    api.get(&format!("{base}/who-ddcc/qr.svg"), LEAD).await.refused(404, "not-found");
}
