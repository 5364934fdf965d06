//! Requests that are broken in every way, over a raw socket: each is answered once, in the shape of its URL if it
//! got there, and the next connection works.

mod corpus;

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;

use serde_json::{Value, json};

use crate::support::{CERTIFICATE, IDENTIFIERS, Server};

use self::corpus::{Case, Expected, Shape, corpus};

const CHANNEL: &str = "private-channel";

/// Sends bytes, and reads until the server closes. It may do so before it has read them all.
fn exchange(server: &Server, bytes: &[u8], ends: bool) -> Vec<u8> {
    let mut connection = server.connect();
    let _ = connection.write_all(bytes); // refused while it is sent
    if ends {
        connection.shutdown(Shutdown::Write).unwrap();
    }
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => return answer,
            Ok(count) => answer.extend(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return answer,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&answer)),
        }
    }
}

/// Status, head and body of the only answer.
fn only_answer(bytes: &[u8]) -> Result<(u16, String, String), String> {
    let text = String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no answer")?;
    let status = head
        .strip_prefix("HTTP/1.1 ")
        .or_else(|| head.strip_prefix("HTTP/1.0 "))
        .ok_or("no status")?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(Ok(0), str::parse)
        .map_err(|_| "no length")?;
    if body.len() != length {
        return Err(format!("{} bytes after the answer", body.len() - length));
    }
    Ok((
        status[..3].parse().unwrap(),
        head.to_owned(),
        body.to_owned(),
    ))
}

/// What is wrong with the answer to a case.
fn complaint(case: &Case, answer: &[u8]) -> Option<String> {
    let (status, head, body) = match only_answer(answer) {
        Ok(answer) => answer,
        Err(problem) => return Some(problem),
    };
    let (expected, is_as_expected) = match case.expected {
        Expected::Answer => (200, !body.is_empty()),
        Expected::NoRequest(status) => (status, is_refusal(Shape::Plain, status, &body)),
        Expected::Refusal(status) => (status, is_refusal(case.shape, status, &body)),
    };
    let is_readable = status == 200 || head.contains("\r\naccess-control-allow-origin: *");
    let is_right = status == expected && is_as_expected && is_readable;
    (!is_right).then(|| format!("{status}, expected {:?}: {body:.300}", case.expected))
}

fn is_refusal(shape: Shape, status: u16, body: &str) -> bool {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    let message = match shape {
        Shape::Text => &json!(body),
        Shape::Plain | Shape::Go => &json["error"],
        Shape::Documentation => &json["token"],
        Shape::Toolbox => &json["message"],
        Shape::QuickStart => &json["details"],
    };
    let expected = match shape {
        Shape::Text => Value::Null,
        Shape::Plain => json!({ "error": message }),
        Shape::Go => json!({ "error": message, "message": message, "status": status }),
        Shape::Documentation => json!({ "code": status.to_string(), "token": message }),
        Shape::Toolbox => json!({ "code": -1, "message": message, "data": "" }),
        Shape::QuickStart => {
            json!({ "error": "Failed to generate Agora token", "details": message })
        }
    };
    let is_sentence = message.as_str().is_some_and(|text| text.contains(' '));
    is_sentence && json == expected
}

#[test]
#[expect(clippy::print_stdout, reason = "the figure is of interest")]
fn every_malformed_request_is_answered_once_and_the_next_connection_works() {
    let mut server = Server::start(&[], &IDENTIFIERS);
    let log = server.follow_log();
    let cases = corpus();
    let broken = cases
        .iter()
        .filter(|case| !matches!(case.expected, Expected::Answer));
    let broken = broken.count();
    assert!(broken >= 200);
    let mut complaints = Vec::new();
    for case in &cases {
        let answer = exchange(&server, &case.bytes, case.ends);
        if let Some(complaint) = complaint(case, &answer) {
            complaints.push(format!("{}: {complaint}", case.name));
        }
        let next = server.get("/ping");
        assert!(next.ends_with("{\"message\":\"pong\"}"), "{next}");
    }
    println!("{broken} broken requests of {}", cases.len());
    assert!(
        complaints.is_empty(),
        "{} of {}:\n{}",
        complaints.len(),
        cases.len(),
        complaints.join("\n")
    );
    server.signal("TERM");
    assert_eq!(server.ended().0, Some(0));
    let log = log.join().unwrap();
    assert!(log.lines().count() > cases.len(), "{log}");
    for secret in [CERTIFICATE, CHANNEL, "777888", "\"token\"", "panicked"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
