//! `healthcheck`: asks the server that runs here, for container images that have no curl.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::fail;
use super::serve::reachable;
use crate::config::{Config, Environment};

/// The one code beside 0 that Docker lets a health check end with.
const UNWELL: u8 = 1;

const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn run(environment: &Environment) -> ExitCode {
    let listen = match Config::read_listen(environment) {
        Ok(listen) => listen,
        Err(error) => return fail(UNWELL, error),
    };
    let address = reachable(listen);
    match ask(address) {
        Ok(status) if status == *b"HTTP/1.1 200" => ExitCode::SUCCESS,
        Ok(_) => fail(
            UNWELL,
            format_args!("the server at {address} is not well: /healthz does not answer 200"),
        ),
        Err(error) => fail(UNWELL, format_args!("no answer from {address}: {error}")),
    }
}

/// The beginning of the answer.
fn ask(address: SocketAddr) -> io::Result<[u8; 12]> {
    let deadline = Instant::now() + PATIENCE;
    let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_write_timeout(Some(PATIENCE))?;
    write!(
        connection,
        "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;

    let mut status = [0; 12];
    let mut rest = status.as_mut_slice();
    while !rest.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        connection.set_read_timeout(Some(left))?;
        match connection.read(rest)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => rest = &mut rest[read..],
        }
    }
    Ok(status)
}
