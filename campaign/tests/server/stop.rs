//! The end of `campaign serve`.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use campaign::db::Db;
use sqlx::Row as _;

use super::process::{ACCOUNT, Serving, open_account, serve};

/// Whoever opens a connection and says half a request does not keep the server from stopping.
#[test]
fn a_stop_does_not_wait_for_who_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serving::start(&serve(folder.path()));
    let mut silent = TcpStream::connect(server.address()).unwrap();
    silent.write_all(b"GET /api/health HTTP/1.1\r\nHost: x\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(300));

    server.ask_to_stop();
    server.hear("connections that do not end are cut");
    assert!(server.end().success(), "it stops, and well");
}

/// Certificates are asked for at once by who serves after a crash: it is known by the name that held the lease.
#[tokio::test(flavor = "multi_thread")]
async fn who_serves_after_a_crash_holds_the_leases_of_who_served_before() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("nobody.socket").display().to_string();
    let words = [serve(folder.path()), vec!["--issuer-socket".to_owned(), socket]].concat();
    let name = || std::fs::read_to_string(folder.path().join("serve.lock")).unwrap();
    let crashed = Serving::start(&words);
    let before = name();
    let db = Db::open_folder(folder.path()).await.unwrap();
    let holder = loop {
        let holder = sqlx::query_scalar::<_, String>("SELECT holder FROM leases").fetch_optional(db.read()).await;
        match holder.unwrap() {
            Some(holder) => break holder,
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    assert_eq!(holder, before);
    // With SIGKILL.
    drop(crashed);
    let _server = Serving::start(&words);
    assert_eq!(name(), before);
    db.close().await;
}

/// A keeper that waits for the database when the stop is asked for writes what it was given, and tells who gave it.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_under_way_is_answered_and_on_disk_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    open_account(folder.path());
    let server = Serving::start(&serve(folder.path()));
    let token = server.log_in(&reqwest::Client::new()).await;

    let body = r#"{"account":"nguoi.moi","name":"Người mới"}"#;
    let mut connection = TcpStream::connect(server.address()).unwrap();
    write!(
        connection,
        "POST /api/units/VN/auth/open_account HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: k1\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    )
    .unwrap();
    // It says so when it wants the body, so the session was looked at and the lock can be taken away.
    let mut answer = [0; 4096];
    let length = connection.read(&mut answer).unwrap();
    assert_eq!(&answer[..length], b"HTTP/1.1 100 Continue\r\n\r\n");
    let db = Db::open_folder(folder.path()).await.unwrap();
    let mut thief = db.open_writer().await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut thief).await.unwrap();
    connection.write_all(body.as_bytes()).unwrap();

    server.ask_to_stop();
    server.hear("stopping: what was accepted is being written");
    connection.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert_eq!(connection.read(&mut answer).unwrap_err().kind(), ErrorKind::WouldBlock, "it is under way");
    sqlx::raw_sql("ROLLBACK").execute(&mut thief).await.unwrap();
    sqlx::Connection::close(thief).await.unwrap();

    connection.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n{\"changed\":true}"), "{answer}");
    assert!(server.end().success(), "it stops, and well");
    let accounts = sqlx::query("SELECT body FROM entries WHERE kind = 'auth.account_opened' ORDER BY seq");
    let accounts = accounts.fetch_all(db.read()).await.unwrap();
    let account = |row: &sqlx::any::AnyRow| {
        let event: serde_json::Value = serde_json::from_str(row.get(0)).unwrap();
        event["auth"]["account_opened"]["account"].as_str().unwrap().to_owned()
    };
    assert_eq!(accounts.iter().map(account).collect::<Vec<_>>(), [ACCOUNT, "nguoi.moi"]);
    db.close().await;
}
