//! A connection's bytes on their way to hyper and back.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::clocks::{Clocks, Progress};
use super::head::{HeadError, Heads};
use super::phase::Phase;

/// The most that is read at once.
const READ: usize = 4096;

/// Maximum response size that is coalesced into one write.
const COALESCE_BYTES: usize = 4096;

/// hyper gets one request at a time, and none before the answer to the one before it.
#[derive(Debug)]
pub(super) struct Socket<'a> {
    stream: TcpStream,
    clocks: &'a Clocks,
    progress: &'a Progress,
    heads: Heads,
    /// What has come after the request that hyper has.
    early: Vec<u8>,
    refused: Option<HeadError>,
}

impl<'a> Socket<'a> {
    pub(super) fn new(stream: TcpStream, clocks: &'a Clocks, progress: &'a Progress) -> Self {
        Self {
            stream,
            clocks,
            progress,
            heads: Heads::new(),
            early: Vec::new(),
            refused: None,
        }
    }

    /// The socket as it would be if these were the bytes that come next, and the last.
    pub(super) fn instead(self, bytes: &[u8]) -> Self {
        Self {
            heads: Heads::new(),
            early: bytes.to_owned(),
            refused: None,
            ..self
        }
    }

    /// Why hyper refused a head, which it does with a bare status.
    pub(super) fn refused(&self) -> Option<HeadError> {
        self.refused
    }

    /// Whether the current request has the method HEAD.
    pub(super) fn is_head(&self) -> bool {
        self.heads.is_head()
    }

    /// Whether the client may be sending something that nobody will answer.
    pub(super) fn is_owed_more(&self) -> bool {
        match self.progress.last() {
            _ if self.progress.has_timed_out() => false,
            Some(_) => true,
            None => self.progress.lacks_body(),
        }
    }

    /// Waits for bytes, which hyper will get; whether there are any.
    pub(super) async fn wait(&mut self) -> bool {
        while self.stream.readable().await.is_ok() {
            let mut bytes = [0; READ];
            match self.stream.try_read(&mut bytes) {
                Ok(count) => {
                    self.early.extend_from_slice(&bytes[..count]);
                    return count > 0;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
        }
        false
    }

    /// Reads what still comes and forgets it.
    pub(super) async fn discard(&self) {
        const MOST: usize = 1024 * 1024;
        let mut count = 0;
        while count < MOST && self.stream.readable().await.is_ok() {
            match self.stream.try_read(&mut [0; READ]) {
                Ok(0) => return,
                Ok(more) => count += more,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    /// Gives hyper what belongs to one request, and keeps the rest.
    fn deliver(&mut self, bytes: &[u8], buffer: &mut ReadBufCursor<'_>) {
        if self.progress.phase() <= Phase::Idle {
            self.clocks.enter(self.progress, Phase::Head);
        }
        let (count, last) = self.heads.follow(bytes);
        self.progress.set_lacks_body(self.heads.is_in_body());
        if let Some(last) = last {
            self.progress.is_last(last);
        }
        let (now, later) = bytes.split_at(count);
        buffer.put_slice(now);
        if !later.is_empty() {
            later.clone_into(&mut self.early);
        }
    }

    fn poll_write_parts(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = parts.iter().find(|part| !part.is_empty());
        self.refuse(first.map_or(&[], |part| part))?;
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    /// hyper's own refusal of a head becomes an error: what the client is told instead has a body and a line in the log.
    fn refuse(&mut self, answer: &[u8]) -> io::Result<()> {
        if self.progress.phase() != Phase::Head {
            return Ok(());
        }
        let error = match answer.get(..12) {
            Some(b"HTTP/1.1 431") if self.heads.is_in_first_line() => HeadError::TargetTooLong,
            Some(b"HTTP/1.1 431") => HeadError::TooLong,
            _ => HeadError::Unreadable,
        };
        self.refused = Some(error);
        Err(io::Error::other(error))
    }
}

impl Read for Socket<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let most = READ.min(buffer.remaining());
        if !self.early.is_empty() {
            let mut early = std::mem::take(&mut self.early);
            let rest = early.split_off(most.min(early.len()));
            self.deliver(&early, &mut buffer);
            self.early.extend_from_slice(&rest);
            return Poll::Ready(Ok(()));
        }
        let mut space = [const { MaybeUninit::uninit() }; READ];
        let mut read = ReadBuf::uninit(&mut space[..most]);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut read))?;
        if !read.filled().is_empty() {
            self.deliver(read.filled(), &mut buffer);
        }
        Poll::Ready(Ok(()))
    }
}

impl Write for Socket<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.refuse(bytes)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    /// Lets hyper pass headers and body as separate parts, so that it does not copy the body into its own buffer.
    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Joins a small response on the stack, since copying it costs less than a vectored write. A large one is written
    /// from where it is: hundreds of connections can share a static body.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut space = [const { MaybeUninit::uninit() }; COALESCE_BYTES];
        let mut joined = ReadBuf::uninit(&mut space);
        for part in parts {
            if part.len() > joined.remaining() {
                return self.poll_write_parts(context, parts);
            }
            joined.put_slice(part);
        }
        self.poll_write(context, joined.filled())
    }

    /// hyper calls it when all of an answer is written.
    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.progress.phase() == Phase::Answered {
            self.clocks.enter(self.progress, Phase::Idle);
        }
        Poll::Ready(Ok(())) // TCP keeps nothing back
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
