//! The end of `campaign serve`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Whoever opens a connection and says half a request does not keep the server from stopping.
#[test]
fn a_stop_does_not_wait_for_who_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_campaign"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .env("RUST_LOG", "info")
        .env("NO_COLOR", "1")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let ready = lines.find_map(|line| line.ok().filter(|line| line.contains("ready"))).unwrap();
    let address = ready.split_once("address=").unwrap().1.trim().to_owned();
    let mut silent = std::net::TcpStream::connect(&address).unwrap();
    silent.write_all(b"GET /api/health HTTP/1.1\r\nHost: x\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(300));

    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    let drained = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    let mut looks = (0..800).map(|_| {
        std::thread::sleep(Duration::from_millis(50));
        server.try_wait().unwrap()
    });
    let status = looks.find_map(|status| status);
    if status.is_none() {
        server.kill().unwrap();
    }
    assert!(status.unwrap().success(), "it stops, and well");
    let said = drained.join().unwrap();
    assert!(said.iter().any(|line| line.contains("connections that do not end are cut")), "{said:?}");
}
