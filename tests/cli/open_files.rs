//! The limit of open files: raised at start, and never used up by connections.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::support::{Directory, IDENTIFIERS, Server};

const REQUEST: &[u8] = b"GET /ping HTTP/1.1\r\nHost: test\r\n\r\n";

/// Starts an authorization webhook that allows every request. Returns its URL.
fn webhook() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection: TcpStream = connection.unwrap();
            let _ = connection.read(&mut [0; 4096]).unwrap();
            let response = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            connection.write_all(response).unwrap();
        }
    });
    url
}

#[test]
fn connections_leave_open_files_for_the_webhook() {
    let url = webhook();
    let environment = [&IDENTIFIERS[..], &[("AUTHORIZE_URL", &url)]].concat();
    let server = Server::start_with_open_files((300, 300), &environment);
    let connections: Vec<_> = (0..400).map(|_| server.connect()).collect();
    for _ in 0..5 {
        let response = server.get("/access_token?channel=test&uid=1");
        assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    }
    drop(connections);
    server.signal("TERM");
    let (_, log) = server.ended();
    assert!(!log.contains("no connection can be taken"), "{log}");
}

#[test]
fn raises_the_soft_limit_of_open_files() {
    let environment = [&IDENTIFIERS[..], &[("MAX_CONNECTIONS_PER_ADDRESS", "0")]].concat();
    let server = Server::start_with_open_files((64, 512), &environment);
    let mut connections: Vec<_> = (0..300).map(|_| server.connect()).collect();
    for connection in &mut connections {
        connection.write_all(REQUEST).unwrap();
    }
    for connection in &mut connections {
        let mut status = [0; 12];
        connection.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }
}

#[test]
fn warns_of_more_connections_than_open_files() {
    let environment = [&IDENTIFIERS[..], &[("MAX_CONNECTIONS", "1000")]].concat();
    let warning = "MAX_CONNECTIONS is 1000, but the limit of 1000 open files allows 840 connections, so 840 is used; \
                   raise the limit to at least 1160 (ulimit -Hn 1160, or LimitNOFILE=1160 in a systemd unit)\n";
    let mut server = Server::start_with_open_files((100, 1000), &environment);
    let line = server.line_with("MAX_CONNECTIONS");
    assert!(line.contains("WARN") && line.ends_with(warning), "{line}");
    let directory = Directory::new();
    let mut command =
        directory.command_with_open_files((100, 1000), &["check-config"], &environment);
    let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(output.contains(warning), "{output}");
}
