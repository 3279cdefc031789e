//! What `/api/health` says of a server that can record nothing.

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use super::process::{Serving, open_account, serve};

/// The system lets the process write no more than so much into a file, so at some command the disk fails. From there on
/// nothing is recorded, and health says so, until a restart, which has all that was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn health_is_503_from_the_failure_of_the_disk_until_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    open_account(folder.path());
    // In blocks of 512 bytes, or of twice that. What is acknowledged goes into a log beside the database.
    let blocks = std::fs::metadata(folder.path().join("campaign.sqlite")).unwrap().len() / 512 + 100;
    // Who ignores the signal gets an error from the write, as with a broken disk.
    let limited = ["sh", "-c", "trap '' XFSZ && ulimit -f $0 && exec \"$@\"", &blocks.to_string()].map(str::to_owned);
    let server = Serving::start(&[limited.as_slice(), &serve(folder.path())].concat());
    let http = Client::new();
    let token = server.log_in(&http).await;
    assert_eq!(ask(&http, &server).await, (StatusCode::OK, json!("ok")));

    let mut acknowledged = 0;
    let refused = loop {
        let answer = open(&http, &server, &token, acknowledged).await;
        if answer.status() != StatusCode::OK {
            break answer;
        }
        acknowledged += 1;
        assert!(acknowledged < 5_000, "the disk does not fail");
    };
    let unavailable = (StatusCode::SERVICE_UNAVAILABLE, json!("unavailable"));
    assert_eq!(refused.status(), unavailable.0);
    server.hear("the disk failed; nothing is acknowledged until a restart");
    assert_eq!(ask(&http, &server).await, unavailable);
    server.ask_to_stop();
    assert!(server.end().success(), "it stops, and well");

    let server = Serving::start(&serve(folder.path()));
    assert_eq!(ask(&http, &server).await, (StatusCode::OK, json!("ok")));
    for number in 0..acknowledged {
        let again = open(&http, &server, &token, number).await;
        assert_eq!(again.status(), StatusCode::OK);
        assert_eq!(again.headers().get("idempotency-replayed").unwrap(), "true", "account {number} is lost");
    }
    println!("{acknowledged} commands acknowledged before the disk failed");
    assert!(acknowledged > 0);
}

/// What health says: its status, or the code of the problem.
async fn ask(http: &Client, server: &Serving) -> (StatusCode, Value) {
    let answer = http.get(format!("http://{}/api/health", server.address())).send().await.unwrap();
    let (status, kind) = (answer.status(), answer.headers()["content-type"].clone());
    let body: Value = answer.json().await.unwrap();
    let (expected, member) = match status {
        StatusCode::OK => ("application/json", "status"),
        _ => ("application/problem+json", "code"),
    };
    assert_eq!(kind, expected);
    (status, body[member].clone())
}

/// The command that opens account so and so, always under the same id.
async fn open(http: &Client, server: &Serving, token: &str, number: u32) -> Response {
    let url = format!("http://{}/api/units/VN/auth/open_account", server.address());
    let request = http.post(url).bearer_auth(token).header("idempotency-key", format!("account:{number}"));
    request.json(&json!({ "account": format!("so.{number}"), "name": "x" })).send().await.unwrap()
}
