//! `campaign serve --rehearsal` beside an issuer with production keys.

use std::process::{Command, Stdio};

use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_does_not_start_beside_production_keys() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("issuer.socket");
    let health = json!({
        "status": "ok", "environment": "production", "at": "2026-01-01T00:00:00Z", "log_size": 0,
        "log_head": "00".repeat(32), "trust_list_sequence": 1, "trust_list_next_update": "2026-01-02T00:00:00Z",
    });
    let health = axum::routing::get(async move || axum::Json(health.clone()));
    let router = axum::Router::new().route("/v1/health", health);
    let listener = tokio::net::UnixListener::bind(&socket).unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    let data = folder.path().join("data");
    let mut command = Command::new(env!("CARGO_BIN_EXE_campaign"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--rehearsal", "60", "--data"]).arg(&data);
    command.arg("--issuer-socket").arg(&socket).stderr(Stdio::piped());
    let ended = tokio::task::spawn_blocking(move || command.output().unwrap());
    let ended = tokio::time::timeout(std::time::Duration::from_secs(60), ended).await.unwrap().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success());
    assert!(said.contains("diễn tập chỉ dùng hệ thống cấp chứng nhận mẫu"), "{said}");
    assert!(said.contains("a rehearsal takes an issuer with demo keys only"), "{said}");
}
