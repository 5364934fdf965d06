//! What hyper's parser lets pass, hides or limits more loosely: the lines of a request's head are looked at on their
//! way to it.
//!
//! Two servers that disagree on where a request ends can be made to read one request as two. So a head that anyone
//! could read in another way is refused, and a connection whose next head cannot be found for sure ends.

use std::mem;

use memchr::memchr;

/// The most of a head that is read, in bytes.
pub(super) const MAX_BYTES: usize = 16 * 1024;

/// The start of a request with the method HEAD.
const HEAD: &[u8] = b"HEAD ";

/// The most headers of a head.
const MAX_HEADERS: u16 = 64;

/// The most bytes of an incomplete line that are kept: enough for every header that is looked at here.
const MAX_BEGUN: usize = 512;

/// Maximum length in bytes of the value of Host, Content-Length and Transfer-Encoding, spaces included. A longer one could
/// be cut in [`Heads::begin`].
const MAX_VALUE: usize = 384;

// A line is cut only if its value is too long.
const _: () = assert!(TRANSFER_ENCODING.len() + MAX_VALUE + "\r".len() < MAX_BEGUN);

const CONTENT_LENGTH: &[u8] = b"content-length:";
const HOST: &[u8] = b"host:";
const TRANSFER_ENCODING: &[u8] = b"transfer-encoding:";

/// Why the head of a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum HeadError {
    #[error(
        "Transfer-Encoding is not supported; send Content-Length, or Transfer-Encoding: chunked once"
    )]
    EncodingUnsupported,
    #[error("the Host header is invalid; send a host name or an address, with an optional port")]
    HostInvalid,
    #[error("a request must have one Host header")]
    HostTwice,
    #[error(
        "the head of the request has both Content-Length and Transfer-Encoding; send one of them"
    )]
    LengthAndEncoding,
    #[error("the Content-Length of the request is larger than that of any body")]
    LengthTooLarge,
    #[error("the head of the request has more than one Content-Length")]
    LengthTwice,
    #[error("a line of the request's head ends without a carriage return; lines end with CR LF")]
    LineFeedAlone,
    #[error("the URL of the request is longer than {MAX_BYTES} bytes")]
    TargetTooLong,
    #[error("the head of the request has more than {MAX_BYTES} bytes")]
    TooLong,
    #[error("the head of the request has more than {MAX_HEADERS} headers")]
    TooManyHeaders,
    #[error("the head of the request did not arrive in time")]
    TooSlow,
    #[error("the head of the request cannot be read as HTTP/1.1")]
    Unreadable,
}

impl HeadError {
    pub(in crate::http) const ALL: [Self; 12] = [
        Self::EncodingUnsupported,
        Self::HostInvalid,
        Self::HostTwice,
        Self::LengthAndEncoding,
        Self::LengthTooLarge,
        Self::LengthTwice,
        Self::LineFeedAlone,
        Self::TargetTooLong,
        Self::TooLong,
        Self::TooManyHeaders,
        Self::TooSlow,
        Self::Unreadable,
    ];
}

/// Why a connection ends with the answer to a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Last {
    /// Its body has chunks: where it ends, only hyper knows.
    Chunked,
    Refused(HeadError),
}

/// Where the next byte of a connection belongs.
#[derive(Clone, Copy, Debug)]
enum At {
    Head,
    /// This many bytes of a body are still to come.
    Body(u64),
    /// Nothing is looked at any more.
    End,
}

/// Follows the requests of a connection.
#[derive(Debug)]
pub(super) struct Heads {
    at: At,
    /// How many lines of this head have come, its first included.
    lines: u16,
    /// The first 511 bytes of an incomplete line and its last byte; hyper buffers the rest.
    begun: Vec<u8>,
    length: Option<u64>,
    has_encoding: bool,
    has_host: bool,
    /// The method is HEAD.
    is_head: bool,
}

impl Heads {
    pub(super) fn new() -> Self {
        Self {
            at: At::Head,
            lines: 0,
            begun: Vec::new(),
            length: None,
            has_encoding: false,
            has_host: false,
            is_head: false,
        }
    }

    /// Whether the current request has the method HEAD, as far as its first line has arrived.
    pub(super) fn is_head(&self) -> bool {
        self.is_head || self.is_in_first_line() && self.begun.starts_with(HEAD)
    }

    /// Whether the first line of a head has not come to its end.
    pub(super) fn is_in_first_line(&self) -> bool {
        self.lines == 0
    }

    /// Whether some of a request's body has not come.
    pub(super) fn is_in_body(&self) -> bool {
        matches!(self.at, At::Body(_))
    }

    /// Looks at bytes that have come: how many of them are of one request, and whether it is the last.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> (usize, Option<Last>) {
        let mut taken = 0;
        loop {
            let rest = &bytes[taken..];
            match self.at {
                At::Head => {
                    let Some(end) = memchr(b'\n', rest) else {
                        self.begin(rest);
                        return (bytes.len(), None);
                    };
                    taken += end + 1;
                    match self.line(&rest[..end]) {
                        Ok(false) => {}
                        Ok(true) => match self.body() {
                            At::Head => return (taken, None),
                            At::Body(_) => {}
                            At::End => return (bytes.len(), Some(Last::Chunked)),
                        },
                        Err(error) => {
                            self.at = At::End;
                            return (bytes.len(), Some(Last::Refused(error)));
                        }
                    }
                }
                At::Body(left) => {
                    let here = left.min(rest.len() as u64);
                    self.at = if here == left {
                        At::Head
                    } else {
                        At::Body(left - here)
                    };
                    // No more than there are bytes.
                    return (taken + usize::try_from(here).unwrap_or(rest.len()), None);
                }
                At::End => return (bytes.len(), None),
            }
        }
    }

    /// Looks at the end of a line; whether it ends the head.
    fn line(&mut self, end: &[u8]) -> Result<bool, HeadError> {
        if self.begun.is_empty() {
            return self.whole_line(end);
        }
        self.begin(end);
        let line = mem::take(&mut self.begun);
        self.whole_line(&line)
    }

    /// Adds to an incomplete line.
    fn begin(&mut self, bytes: &[u8]) {
        let room = MAX_BEGUN.saturating_sub(self.begun.len());
        let (now, beyond) = bytes.split_at(room.min(bytes.len()));
        self.begun.extend_from_slice(now);
        if let (Some(last), Some(end)) = (self.begun.last_mut(), beyond.last()) {
            *last = *end;
        }
    }

    fn whole_line(&mut self, line: &[u8]) -> Result<bool, HeadError> {
        let line = line.strip_suffix(b"\r").ok_or(HeadError::LineFeedAlone)?;
        if line.is_empty() {
            return Ok(self.lines > 0); // some clients send an empty line before a request
        }
        self.lines += 1;
        if self.lines > 1 + MAX_HEADERS {
            return Err(HeadError::TooManyHeaders);
        }
        if self.lines == 1 {
            self.is_head = line.starts_with(HEAD);
        } else {
            self.header(line)?;
        }
        Ok(false)
    }

    /// Checks a header that decides where a request ends or which host it is for. hyper rejects lines that are no header,
    /// and a length that is no number.
    fn header(&mut self, line: &[u8]) -> Result<(), HeadError> {
        let Some((header, value)) = Header::of_line(line) else {
            return Ok(());
        };
        if value.len() > MAX_VALUE {
            return Err(header.too_long());
        }
        let value = value.trim_ascii();
        match header {
            Header::ContentLength => {
                if self.length.replace(number(value)?).is_some() {
                    return Err(HeadError::LengthTwice);
                }
            }
            Header::TransferEncoding => {
                let is_chunked = value.eq_ignore_ascii_case(b"chunked");
                if !is_chunked || mem::replace(&mut self.has_encoding, true) {
                    return Err(HeadError::EncodingUnsupported);
                }
            }
            Header::Host => {
                if mem::replace(&mut self.has_host, true) {
                    return Err(HeadError::HostTwice);
                }
                if !value.iter().all(|byte| is_of_host(*byte)) {
                    return Err(HeadError::HostInvalid);
                }
            }
        }
        if self.has_encoding && self.length.is_some() {
            return Err(HeadError::LengthAndEncoding);
        }
        Ok(())
    }

    /// After a head, the body that it announces.
    fn body(&mut self) -> At {
        let length = self.length.take();
        self.lines = 0;
        self.has_host = false;
        self.at = match length {
            _ if self.has_encoding => At::End,
            None | Some(0) => At::Head,
            Some(bytes) => At::Body(bytes),
        };
        self.at
    }
}

/// A header whose value is checked.
#[derive(Clone, Copy)]
enum Header {
    ContentLength,
    Host,
    TransferEncoding,
}

impl Header {
    /// Returns the header of a line and its value; `None` for headers that are not checked.
    fn of_line(line: &[u8]) -> Option<(Self, &[u8])> {
        let of = |header, name| Some((header, value(line, name)?));
        of(Self::ContentLength, CONTENT_LENGTH)
            .or_else(|| of(Self::TransferEncoding, TRANSFER_ENCODING))
            .or_else(|| of(Self::Host, HOST))
    }

    /// Returns the error for a value above [`MAX_VALUE`].
    fn too_long(self) -> HeadError {
        match self {
            Self::ContentLength => HeadError::LengthTooLarge,
            Self::Host => HeadError::HostInvalid,
            Self::TransferEncoding => HeadError::EncodingUnsupported,
        }
    }
}

/// Whether a byte is allowed in a host and port (RFC 3986, 3.2.2 and 3.2.3).
fn is_of_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%[]:".contains(&byte)
}

/// What stands after a header's name, which is given in lower case and with its colon. Most others have another first
/// letter.
fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    if line.first()?.to_ascii_lowercase() != *name.first()? {
        return None;
    }
    let (start, value) = line.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then_some(value)
}

/// The number of bytes that digits say; none where there are other characters.
fn number(length: &[u8]) -> Result<u64, HeadError> {
    if !length.iter().all(u8::is_ascii_digit) {
        return Ok(0);
    }
    let number = str::from_utf8(length).unwrap_or_default().parse();
    match number {
        Ok(number) if i64::try_from(number).is_ok() => Ok(number),
        _ if length.is_empty() => Ok(0),
        _ => Err(HeadError::LengthTooLarge),
    }
}
