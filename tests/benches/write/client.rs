//! The least HTTP/1.1 client that can load a server: one keep-alive connection, one request at a time.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection to the server.
pub(crate) struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a server");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, request: Vec::with_capacity(2_048), answer: Vec::with_capacity(2_048) }
    }

    /// Posts a command and gives status and body of the answer.
    pub(crate) async fn post(&mut self, token: &str, path: &str, id: &str, body: &str) -> (u16, &str) {
        self.request.clear();
        let parts = [
            "POST ",
            path,
            " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer ",
            token,
            "\r\nidempotency-key: ",
            id,
            "\r\ncontent-length: ",
            &body.len().to_string(),
            "\r\n\r\n",
            body,
        ];
        parts.iter().for_each(|part| self.request.extend_from_slice(part.as_bytes()));
        self.stream.write_all(&self.request).await.expect("an open connection");
        self.answer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.answer).await.expect("an open connection");
            assert!(read > 0, "the server closed the connection");
            let Some(end) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.answer[..end]).expect("headers are text");
            let status: u16 = head.get(9..12).and_then(|code| code.parse().ok()).expect("a status");
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())?.ok()
            });
            let length = length.expect("an answer with a length");
            if self.answer.len() >= end + 4 + length {
                return (status, std::str::from_utf8(&self.answer[end + 4..]).expect("JSON is text"));
            }
        }
    }
}
