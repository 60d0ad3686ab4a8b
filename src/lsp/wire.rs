//! The wire: frames of JSON-RPC in, messages out.
//!
//! Messages and their writing are lsp-server's. Its reader ends at the first body that is no message; the protocol has an
//! answer for that, so frames are read here.

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{ErrorCode, Message, RequestId};
use serde_json::{Value, json};
use std::io::{self, BufRead, Write};
use std::thread::{self, JoinHandle};

/// Where the client is heard and spoken to.
pub struct Streams {
    /// What it says.
    pub input: Box<dyn BufRead + Send>,
    /// What it is told.
    pub output: Box<dyn Write + Send>,
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streams").finish_non_exhaustive()
    }
}

/// What comes from the client.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// A frame that holds none: the answer, whose id is null when none could be read.
    Malformed(Value),
    /// Nothing more will come; with why, when frames can no longer be told apart.
    Closed(Option<String>),
}

/// What goes to the client.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// A message.
    Message(Message),
    /// An answer to what was no message.
    Answer(Value),
}

impl From<Message> for Outgoing {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

/// Reads and writes on threads of their own. The reader ends with its input, or with the program.
pub(super) fn start(streams: Streams) -> (Receiver<Incoming>, Sender<Outgoing>, JoinHandle<()>) {
    let Streams { mut input, mut output } = streams;
    let (heard, hear) = unbounded();
    let (tell, told) = unbounded::<Outgoing>();
    thread::spawn(move || {
        loop {
            let incoming = read(&mut *input);
            let is_last = matches!(incoming, Incoming::Closed(_));
            if heard.send(incoming).is_err() || is_last {
                return;
            }
        }
    });
    let writer = thread::spawn(move || {
        for outgoing in told {
            // A client that is gone closes its input, too.
            if write(&mut *output, &outgoing).is_err() {
                return;
            }
        }
    });
    (hear, tell, writer)
}

fn write(output: &mut dyn Write, outgoing: &Outgoing) -> io::Result<()> {
    let mut output = output;
    match outgoing {
        Outgoing::Message(message) => message.write(&mut output),
        Outgoing::Answer(answer) => {
            let text = answer.to_string();
            write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
            output.flush()
        }
    }
}

/// A frame holds one message, and no editor has files of that size.
const MOST_BYTES: usize = 256 << 20;
/// Headers are two short lines.
const MOST_HEADER: u64 = 8 << 10;

fn read(input: &mut dyn BufRead) -> Incoming {
    match frame(input) {
        Ok(Some(body)) => message(&body),
        Ok(None) => Incoming::Closed(None),
        Err(why) => Incoming::Closed(Some(why)),
    }
}

/// The body of the next frame; `None` at the end of the input.
fn frame(input: &mut dyn BufRead) -> Result<Option<Vec<u8>>, String> {
    let mut length = None;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        let mut limited = io::Read::take(&mut *input, MOST_HEADER);
        limited.read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        let Some(line) = line.strip_suffix(b"\n") else {
            return if is_first && line.is_empty() {
                Ok(None)
            } else {
                Err("a header without an end".into())
            };
        };
        is_first = false;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        let header = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':'));
        let (name, value) = header.ok_or("a line that is no header")?;
        if name.trim().eq_ignore_ascii_case("content-length") {
            let value: usize = value.trim().parse().map_err(|_| "a length that is no number")?;
            length = Some(value);
        }
    }
    let length = length.ok_or("a frame without its length")?;
    if length > MOST_BYTES {
        return Err(format!("a frame of {length} bytes"));
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).map_err(|_| "a frame that ends early")?;
    Ok(Some(body))
}

fn message(body: &[u8]) -> Incoming {
    let refuse = |id: Value, code: ErrorCode, why: &str| {
        let error = json!({ "code": code as i32, "message": why });
        Incoming::Malformed(json!({ "jsonrpc": "2.0", "id": id, "error": error }))
    };
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return refuse(Value::Null, ErrorCode::ParseError, &format!("no JSON: {error}")),
    };
    let id = value.get("id").cloned().unwrap_or(Value::Null);
    let has_id = serde_json::from_value::<RequestId>(id.clone()).is_ok();
    let answerable = if has_id { id.clone() } else { Value::Null };
    if !value.is_object() {
        return refuse(answerable, ErrorCode::InvalidRequest, "a message is one object");
    }
    if !id.is_null() && !has_id {
        return refuse(
            answerable,
            ErrorCode::InvalidRequest,
            "an id is a whole number of 32 bits or a string",
        );
    }
    let params = value.get("params").unwrap_or(&Value::Null);
    if !(params.is_null() || params.is_object() || params.is_array()) {
        return refuse(answerable, ErrorCode::InvalidRequest, "`params` is an object or a list");
    }
    match serde_json::from_value(value) {
        Ok(message) => Incoming::Message(message),
        // Nobody waits for an answer to an answer.
        Err(_) => refuse(
            answerable,
            ErrorCode::InvalidRequest,
            "neither a request, nor a notification, nor a response",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &str) -> Vec<Incoming> {
        let mut input = input.as_bytes();
        let mut found = Vec::new();
        loop {
            found.push(read(&mut input));
            if matches!(found.last(), Some(Incoming::Closed(_))) {
                return found;
            }
        }
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_no_message_is_answered_and_the_next_is_read() {
        let cases = [
            ("{", -32700, Value::Null),
            ("[]", -32600, Value::Null),
            ("{\"id\":7}", -32600, json!(7)),
            ("{\"id\":7.5,\"method\":\"a\"}", -32600, Value::Null),
            ("{\"id\":\"x\",\"method\":\"a\",\"params\":3}", -32600, json!("x")),
            ("{\"id\":1,\"method\":5}", -32600, json!(1)),
        ];
        for (body, code, id) in cases {
            let input = framed(body) + &framed("{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}");
            let found = all(&input);
            let Incoming::Malformed(answer) = &found[0] else { panic!("{body}: {found:?}") };
            assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{body}");
            assert!(matches!(found[1], Incoming::Message(Message::Notification(_))), "{body}");
            assert!(matches!(found[2], Incoming::Closed(None)));
        }
    }

    #[test]
    fn frames_that_cannot_be_told_apart_end_the_input() {
        for input in [
            "nonsense\r\n\r\n",
            "Content-Length: x\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n",
            "Content-Type: a\r\n\r\n{}",
            "Content-Length: 99\r\n\r\n{}",
            "Content-Length: 99999999999\r\n\r\n{}",
            "Content-Le",
        ] {
            assert!(matches!(&all(input)[..], [Incoming::Closed(Some(_))]), "{input}");
        }
        assert!(matches!(&all("")[..], [Incoming::Closed(None)]));
    }

    #[test]
    fn headers_of_any_case_and_order_are_read() {
        let input = "content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:2\r\n\r\n{}";
        assert!(matches!(&all(input)[..], [Incoming::Malformed(_), Incoming::Closed(None)]));
    }
}
