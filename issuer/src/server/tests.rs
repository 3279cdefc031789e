//! The door: what comes through, what does not, and that nothing else is there.

use std::path::PathBuf;

use reqwest::Method;
use specs::signer_list::Environment;
use trust_list::backend;
use trust_list::list as trusted_list;

use super::*;
use crate::api::{Client, Profile};
use crate::clock::Clock;
use crate::pipeline::Config;
use crate::testing::{Held, NOW, facts};

struct Open {
    held: Held,
    socket: PathBuf,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Open {
    async fn new() -> Self {
        let held = Held::new();
        let socket = held.folder.path().join("issuer.sock");
        let data = held.folder.path().join("data");
        let issuer = Issuer::start(&held.keys, &data, &held.passphrase, Clock::fixed(NOW), Config::default());
        let issuer = Arc::new(issuer.await.unwrap());
        let listener = bind(&socket).await.unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let path = socket.clone();
        let serving = tokio::spawn(async move {
            serve(issuer, listener, &path, async {
                let _ = stopped.await;
            })
            .await
        });
        Self { held, socket, stop: Some(stop), serving }
    }

    fn client(&self) -> Client {
        Client::unix(&self.socket).unwrap()
    }

    /// Anything at all, past our own client: status and problem code.
    async fn raw(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> (u16, String) {
        let http = reqwest::Client::builder().unix_socket(self.socket.as_path()).build().unwrap();
        let request = http.request(method, format!("http://issuer{path}")).header("content-type", kind).body(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let is_problem = response.headers().get("content-type").is_some_and(|kind| kind == MEDIA_TYPE);
        let body = response.bytes().await.unwrap();
        let document: Option<ProblemDocument> = serde_json::from_slice(&body).ok();
        assert_eq!(is_problem, !(200..300).contains(&status), "{path}: {status}");
        (status, document.map(|document| document.code).unwrap_or_default())
    }
}

#[tokio::test]
async fn the_client_gets_certificates_lists_and_health() {
    let open = Open::new().await;
    let client = open.client();
    let issued = client.issue(&facts("d-1")).await.unwrap();
    assert!(issued.certificate(Profile::National).unwrap().text.starts_with("HC1:"));
    assert_eq!(client.issue(&facts("d-1")).await.unwrap(), issued);
    assert_eq!(client.certificates("d-1").await.unwrap(), issued);

    let health = client.health().await.unwrap();
    assert_eq!((health.status.as_str(), health.environment.as_str(), health.log_size), ("ok", "demo", 2));
    let anchor = open.held.keyring().anchor;
    let list = client.trust_list().await.unwrap();
    let list = trusted_list::open(&list, std::slice::from_ref(&anchor), NOW, backend::native()).unwrap();
    assert_eq!(list.sequence(), health.trust_list_sequence);
    assert_eq!(client.trust_list_jws().await.unwrap().split('.').count(), 3);
}

#[tokio::test]
async fn problems_come_back_as_what_they_were() {
    let open = Open::new().await;
    let client = open.client();
    let not_found = Problem::NotFound { detail: "nothing was issued for this dose".into() };
    assert_eq!(client.certificates("d-1").await.unwrap_err(), not_found);
    client.issue(&facts("d-1")).await.unwrap();
    let mut other = facts("d-1");
    other.dose_number = 1;
    assert_eq!(client.issue(&other).await.unwrap_err(), Problem::DoseFactsDiffer { dose: "d-1".into() });
    let mut bad = facts("d-2");
    bad.product = "water".into();
    let Problem::Refused { findings } = client.issue(&bad).await.unwrap_err() else { panic!("refused") };
    assert_eq!((findings[0].code.as_str(), findings[0].field.as_str()), ("product-unknown", "product"));
    assert!(matches!(client.certificates("../health").await, Err(Problem::Malformed { .. })));
}

#[tokio::test]
async fn the_paper_of_a_dose_is_handed_out_once_it_is_certified() {
    let open = Open::new().await;
    let client = open.client();
    let not_found = Problem::NotFound { detail: "nothing was issued for this dose".into() };
    assert_eq!(client.document("d-1", DocumentKind::A4).await.unwrap_err(), not_found);
    let issued = client.issue(&facts("d-1")).await.unwrap();
    for kind in [DocumentKind::A4, DocumentKind::Card] {
        let pdf = client.document("d-1", kind).await.unwrap();
        assert_eq!(pdf, document::render(&issued, Environment::Demo, kind).unwrap());
    }
    for (path, status, code) in [
        ("/v1/certificates/d-1/document", 422, "malformed-request"),
        ("/v1/certificates/d-1/document?kind=a3", 422, "malformed-request"),
        ("/v1/certificates/d-1/document?kind=a4&text=HC1:", 422, "malformed-request"),
        ("/v1/certificates/d-2/document?kind=a4", 404, "not-found"),
        ("/v1/certificates/d%22/document?kind=a4", 404, "not-found"),
    ] {
        assert_eq!(open.raw(Method::GET, path, "text/plain", Vec::new()).await, (status, code.into()), "{path}");
    }
}

#[tokio::test]
async fn there_is_no_door_for_bytes_hashes_or_payloads() {
    let open = Open::new().await;
    assert_eq!(
        route_list(),
        [
            ("POST", "/v1/certificates"),
            ("GET", "/v1/certificates/{dose}"),
            ("GET", "/v1/certificates/{dose}/document"),
            ("POST", "/v1/certificates/{dose}/revoke"),
            ("POST", "/v1/certificates/{dose}/suspend"),
            ("POST", "/v1/certificates/{dose}/restore"),
            ("GET", "/v1/status-lists/{number}"),
            ("GET", "/v1/trust-list"),
            ("GET", "/v1/trust-list.jws"),
            ("GET", "/v1/health"),
        ],
        "a new route: does it take anything that could be signed?"
    );
    let dose = serde_json::to_value(facts("d-1")).unwrap();
    let mut with_payload = dose.clone();
    with_payload["payload"] = "a1390103a101a0".into();
    let mut with_expiry = dose.clone();
    with_expiry["holder"]["expires_at"] = "2099-01-01".into();
    let mut without_holder = dose.clone();
    without_holder.as_object_mut().unwrap().remove("holder");
    let hand_made: Vec<(&str, Vec<u8>)> = vec![
        ("application/json", br#"{"payload":"a1390103a101a0"}"#.to_vec()),
        (
            "application/json",
            br#"{"hash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}"#.to_vec(),
        ),
        ("application/json", br#"{"toBeSigned":"hEpTaWduYXR1cmUx"}"#.to_vec()),
        ("application/json", with_payload.to_string().into_bytes()),
        ("application/json", with_expiry.to_string().into_bytes()),
        ("application/json", without_holder.to_string().into_bytes()),
        ("application/json", b"[]".to_vec()),
        ("application/json", b"{".to_vec()),
        ("application/json", vec![0xff; 32]),
        ("application/cbor", vec![0xa1, 0x39, 0x01, 0x03, 0xa0]),
        ("application/cose", vec![0xd2, 0x84, 0x43, 0xa1, 0x01, 0x27, 0xa0, 0x40, 0x40]),
        ("application/octet-stream", vec![7; 32]),
        ("text/plain", dose.to_string().into_bytes()),
    ];
    let elsewhere = ["/v1/sign", "/v1/signatures", "/v1/certificates/d-1/sign", "/v1/hash", "/v1/cose", "/sign", "/"];
    let mut tried = 0;
    for (kind, body) in &hand_made {
        let paths = route_list().into_iter().map(|(_, path)| path.replace("{dose}", "d-1"));
        for path in paths.chain(elsewhere.map(String::from)) {
            for method in [Method::POST, Method::PUT, Method::PATCH] {
                let (status, _) = open.raw(method, &path, kind, body.clone()).await;
                assert!(matches!(status, 404 | 405 | 415 | 422), "{path} {kind}: {status}");
                tried += 1;
            }
        }
    }
    let health = open.client().health().await.unwrap();
    assert_eq!(health.log_size, 0, "nothing was signed");
    println!("{tried} hand-made requests refused");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_not_read() {
    let open = Open::new().await;
    let long = vec![b' '; MAX_BODY_BYTES + 1];
    let answer = open.raw(Method::POST, "/v1/certificates", "application/json", long).await;
    assert_eq!(answer, (413, "malformed-request".into()));
}

#[tokio::test]
async fn personal_data_is_not_repeated_in_problems() {
    let error = serde_json::from_str::<DoseFacts>(r#"{"dose": {"name": "Nguyễn"}}"#).unwrap_err();
    assert_eq!(place_of(&error), "not dose facts at line 1 column 9");
    let error = serde_json::from_str::<DoseFacts>(r#"{"Nguyễn": 1}"#).unwrap_err();
    assert!(place_of(&error).starts_with("an unknown field at line 1"));
}

#[tokio::test]
async fn the_socket_is_private_and_goes_when_the_server_goes() {
    let mut open = Open::new().await;
    let mode = std::fs::metadata(&open.socket).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    assert!(matches!(bind(&open.socket).await, Err(BindError::InUse(_))));
    let client = open.client();
    client.health().await.unwrap();
    drop(client);
    open.stop.take().unwrap().send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), open.serving).await.unwrap().unwrap().unwrap();
    assert!(!open.socket.exists());
}

#[tokio::test]
async fn a_dead_socket_is_replaced_and_a_file_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "left behind");
    bind(&path).await.unwrap();
    let file = folder.path().join("f");
    std::fs::write(&file, b"precious").unwrap();
    assert!(matches!(bind(&file).await, Err(BindError::NotASocket(_))));
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
}

#[tokio::test]
async fn nobody_there_is_a_problem_to_retry() {
    let folder = tempfile::tempdir().unwrap();
    let problem = Client::unix(folder.path().join("none")).unwrap().health().await.unwrap_err();
    assert!(matches!(problem, Problem::Unreachable { .. }) && problem.is_retryable());
}

#[tokio::test]
async fn revoking_over_the_socket_and_the_list_that_says_so() {
    let open = Open::new().await;
    let client = open.client();
    client.issue(&facts("d-1")).await.unwrap();
    let revoked = client.revoke("d-1", crate::api::RevocationReason::DoseVoided).await.unwrap();
    assert_eq!((revoked.dose.as_str(), revoked.certificates), ("d-1", 2));
    assert_eq!(client.revoke("d-1", crate::api::RevocationReason::Fraud).await.unwrap(), revoked);
    assert_eq!(client.certificates("d-1").await, Err(Problem::Revoked { dose: "d-1".into() }));
    let anchor = open.held.keyring().anchor;
    let token = client.status_list(1).await.unwrap();
    let token = trust_list::status_list::open(&token, std::slice::from_ref(&anchor), NOW, backend::native()).unwrap();
    let invalid =
        (0..token.list.entries()).filter(|index| token.list.get(*index) == Some(specs::status_list::Status::Invalid));
    assert_eq!(invalid.count(), 2);
    assert!(matches!(client.status_list(3).await, Err(Problem::NotFound { .. })), "list 2 is there before it is used");
    let suspended = client.suspend("d-2", crate::api::RevocationReason::Fraud).await.unwrap();
    assert_eq!((suspended.dose.as_str(), suspended.suspended, suspended.certificates), ("d-2", true, 0));
    assert!(!client.restore("d-2").await.unwrap().suspended);
    assert!(matches!(client.restore("d-2").await, Err(Problem::NotFound { .. })));
    for (path, kind, body) in [
        ("/v1/certificates/d-1/suspend", "application/json", "{}"),
        ("/v1/certificates/a%20b/restore", "application/json", ""),
        ("/v1/certificates/d-1/revoke", "application/json", "{}"),
        ("/v1/certificates/d-1/revoke", "application/json", r#"{"reason":"because"}"#),
        ("/v1/certificates/d-1/revoke", "text/plain", r#"{"reason":"fraud"}"#),
        ("/v1/certificates/a%20b/revoke", "application/json", r#"{"reason":"fraud"}"#),
    ] {
        let answer = open.raw(Method::POST, path, kind, body.as_bytes().to_vec()).await;
        assert_eq!(answer, (422, "malformed-request".to_owned()), "{path} {body}");
    }
    assert_eq!(open.raw(Method::GET, "/v1/status-lists/x", "text/plain", Vec::new()).await.0, 404);
}
