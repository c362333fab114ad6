//! HTTP/1.1 by hand, for callers that announce a body and send little or nothing of it.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// How long an answer that is due at once may take.
const AT_ONCE: Duration = Duration::from_secs(10);

/// A call that was begun.
pub struct Begun(TcpStream);

impl Begun {
    /// Sends a head with these further lines, each ended by CR and LF, and then these bytes.
    pub async fn call(base: &str, method: &str, path: &str, lines: &str, sent: &[u8]) -> Self {
        let address = base.strip_prefix("http://").expect("plain HTTP");
        let mut stream = TcpStream::connect(address).await.expect("connects");
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n{lines}\r\n");
        stream.write_all(head.as_bytes()).await.expect("the head is sent");
        stream.write_all(sent).await.expect("the body is sent");
        Self(stream)
    }

    /// The status and the rest of the first answer, which must come although the body does not.
    pub async fn answer(&mut self) -> (u16, String) {
        let text = timeout(AT_ONCE, self.read()).await.expect("an answer before the body");
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("no status: {text}")), text)
    }

    /// Whether an answer comes within a short time.
    pub async fn is_answered(&mut self) -> bool {
        let mut byte = [0];
        matches!(timeout(Duration::from_millis(300), self.0.peek(&mut byte)).await, Ok(Ok(_)))
    }

    /// A head, and as much of a body as it announces.
    async fn read(&mut self) -> String {
        let mut text = String::new();
        loop {
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                    return text;
                }
            }
            let mut bytes = [0; 4096];
            let read = self.0.read(&mut bytes).await.expect("reads");
            assert!(read > 0, "the connection ended: {text}");
            text.push_str(std::str::from_utf8(&bytes[..read]).expect("UTF-8"));
        }
    }
}
