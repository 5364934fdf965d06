//! Batches, on a target that takes its time. Each datagram that it gets is what one system call has written.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::sync::Arc;
use std::time::Duration;

use tokio::join;
use tokio::task::{JoinHandle, spawn};
use tokio::time::sleep;

use super::super::target::Target;
use super::super::writer::{Unwritten, Writer};
use crate::token::UnixTime;

/// A writer to a socket that has no room: its thread stands still at the first line, until somebody reads.
struct Stuck {
    writer: Arc<Writer>,
    reader: UnixDatagram,
}

impl Stuck {
    fn new() -> Self {
        let (theirs, reader) = UnixDatagram::pair().expect("a pair of sockets");
        theirs.set_nonblocking(true).expect("a socket");
        let full = loop {
            if let Err(error) = theirs.send(&[b'x'; 1024]) {
                break error;
            }
        };
        assert_eq!(full.kind(), io::ErrorKind::WouldBlock);
        theirs.set_nonblocking(false).expect("a socket");
        let target = Target::of_file(OwnedFd::from(theirs).into());
        let writer = Writer::start(target, || UnixTime::from_seconds(0))
            .expect("a thread")
            .into();
        Self { writer, reader }
    }

    /// Hands a line over, and gives it the time to get as far as it can.
    async fn write(&self, line: impl Into<Vec<u8>>) -> JoinHandle<Result<(), Unwritten>> {
        let (writer, line) = (Arc::clone(&self.writer), line.into());
        let written = spawn(async move { writer.write(line).await });
        sleep(Duration::from_millis(50)).await;
        written
    }

    /// The datagrams with lines, in their order, when all has been read.
    fn read(&self) -> Vec<String> {
        let patience = Duration::from_millis(500);
        self.reader
            .set_read_timeout(Some(patience))
            .expect("a socket");
        let mut bytes = [0; 2048];
        std::iter::from_fn(|| {
            self.reader
                .recv(&mut bytes)
                .ok()
                .map(|count| String::from_utf8_lossy(&bytes[..count]).into_owned())
        })
        .filter(|text| text.ends_with('\n'))
        .collect()
    }
}

#[tokio::test]
async fn what_comes_while_a_slow_disk_writes_is_written_by_one_system_call() {
    let stuck = Stuck::new();
    let mut written = Vec::new();
    for line in ["first\n", "second\n", "third\n", "fourth\n"] {
        written.push(stuck.write(line).await);
    }
    assert_eq!(stuck.read(), ["first\n", "second\nthird\nfourth\n"]);
    for written in written {
        assert_eq!(written.await.expect("no panic"), Ok(()));
    }
}

#[tokio::test]
async fn what_has_been_given_up_is_not_written_when_the_disk_goes_on() {
    let stuck = Stuck::new();
    let first = stuck.write("first\n").await;
    let second = stuck.write("second\n").await;
    assert_eq!(first.await.expect("no panic"), Err(Unwritten));
    assert_eq!(second.await.expect("no panic"), Err(Unwritten));
    let third = stuck.write("third\n").await;
    assert_eq!(stuck.read(), ["first\n", "third\n"]); // the first was on its way
    assert_eq!(third.await.expect("no panic"), Ok(()));
}

#[tokio::test]
async fn what_waits_has_a_limit_which_what_has_been_given_up_does_not_use_up() {
    let stuck = Stuck::new();
    let large = "x".repeat(3 << 20);
    let _first = stuck.write("first\n").await;
    let second = stuck.write(large.as_str()).await;
    assert!(!second.is_finished(), "it waits");
    let third = stuck.write(large.as_str()).await;
    assert!(third.is_finished(), "there is no room for it");
    assert_eq!(third.await.expect("no panic"), Err(Unwritten));
    assert_eq!(second.await.expect("no panic"), Err(Unwritten));
    let fourth = stuck.write(large.as_str()).await;
    assert!(!fourth.is_finished(), "it waits");
}

#[tokio::test]
async fn of_a_batch_that_is_cut_each_learns_whether_its_line_is_there() {
    let (theirs, _reader) = UnixStream::pair().expect("a pair of sockets");
    theirs.set_nonblocking(true).expect("a socket");
    let target = Target::of_file(OwnedFd::from(theirs).into());
    let writer = Writer::start(target, || UnixTime::from_seconds(0)).expect("a thread");
    let large = vec![b'x'; 2 << 20]; // more than a socket keeps
    let written = join!(writer.write(b"first\n".to_vec()), writer.write(large));
    assert_eq!(written, (Ok(()), Err(Unwritten)));
}
