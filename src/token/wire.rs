//! The bytes: little-endian numbers, length-prefixed strings. Knows no token.

use super::error::ParseError;

/// UTF-8 text that fits a token's `string`: at most 65,535 bytes.
///
/// Fields that are read out of a token have this type, since a token may hold names that no SDK would accept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text(String);

impl Text {
    /// Takes a text, unless it is too long for the format.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        u16::try_from(text.len()).is_ok().then_some(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn length(&self) -> u16 {
        u16::try_from(self.0.len()).expect("no constructor accepts a longer text")
    }
}

/// Writes fields one after the other. Every length it writes is bounded by the type it comes from.
///
/// The contents of usual tokens fit into its own bytes; only longer ones are allocated.
#[derive(Debug)]
pub(super) struct Writer {
    /// Zero after what was written.
    inline: [u8; 256],
    length: usize,
    /// Everything, once it does not fit.
    spilled: Vec<u8>,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self {
            inline: [0; 256],
            length: 0,
            spilled: Vec::new(),
        }
    }

    pub(super) fn u16(&mut self, number: u16) {
        self.fixed(number.to_le_bytes());
    }

    pub(super) fn u32(&mut self, number: u32) {
        self.fixed(number.to_le_bytes());
    }

    pub(super) fn i16(&mut self, number: i16) {
        self.fixed(number.to_le_bytes());
    }

    /// A `string` of exactly `N` bytes.
    pub(super) fn array<const N: usize>(&mut self, bytes: &[u8; N]) {
        const {
            assert!(
                N <= u16::MAX as usize,
                "a string of the format has at most 65,535 bytes"
            );
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "asserted above, when compiling"
        )]
        self.u16(N as u16);
        self.fixed(*bytes);
    }

    pub(super) fn text(&mut self, text: &Text) {
        self.u16(text.length());
        self.bytes(text.as_str().as_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        match self.inline.get_mut(self.length..end) {
            Some(room) => room.copy_from_slice(bytes),
            None => self.spill(bytes),
        }
        self.length = end;
    }

    /// As `bytes`, with a length that the compiler knows: a store instead of a copy.
    #[inline]
    pub(super) fn fixed<const N: usize>(&mut self, bytes: [u8; N]) {
        match self
            .inline
            .get_mut(self.length..)
            .and_then(<[u8]>::first_chunk_mut)
        {
            Some(room) => *room = bytes,
            None => self.spill(&bytes),
        }
        self.length += N;
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        if self.spilled.is_empty() {
            self.spilled.extend_from_slice(&self.inline[..self.length]);
        }
        self.spilled.extend_from_slice(bytes);
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.inline.get(..self.length).unwrap_or(&self.spilled)
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [u8] {
        self.inline
            .get_mut(..self.length)
            .unwrap_or(&mut self.spilled)
    }

    /// What was written from `start` on, and zeros after it up to `bytes`, if all of that is its own bytes.
    pub(super) fn with_room(&mut self, start: usize, bytes: usize) -> Option<&mut [u8]> {
        self.inline.get_mut(start..start + bytes)
    }
}

/// Reads fields off the front of a slice. Total: every read either succeeds or names the field that is missing.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, ParseError> {
        self.take_array(field).map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, ParseError> {
        self.take_array(field).map(u32::from_le_bytes)
    }

    pub(super) fn i16(&mut self, field: &'static str) -> Result<i16, ParseError> {
        self.take_array(field).map(i16::from_le_bytes)
    }

    /// A `string`, as bytes.
    pub(super) fn string(&mut self, field: &'static str) -> Result<&'a [u8], ParseError> {
        let length = usize::from(self.u16(field)?);
        let (string, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(ParseError::Missing(field))?;
        self.0 = rest;
        Ok(string)
    }

    /// A `string` that must have exactly `N` bytes.
    pub(super) fn array<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], ParseError> {
        let string = self.string(field)?;
        let error = ParseError::Length {
            field,
            found: string.len(),
            expected: N,
        };
        string.try_into().map_err(|_| error)
    }

    /// A `string` that must be UTF-8.
    pub(super) fn text(&mut self, field: &'static str) -> Result<Text, ParseError> {
        self.text_slice(field).map(|text| Text(text.to_owned()))
    }

    /// As [`Reader::text`], without a copy.
    pub(super) fn text_slice(&mut self, field: &'static str) -> Result<&'a str, ParseError> {
        str::from_utf8(self.string(field)?).map_err(|_| ParseError::Utf8(field))
    }

    /// Whatever has not been read.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Ends the reading: nothing may be left.
    pub(super) fn finish(self, after: &'static str) -> Result<(), ParseError> {
        match self.0.len() {
            0 => Ok(()),
            bytes => Err(ParseError::Trailing { bytes, after }),
        }
    }

    fn take_array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], ParseError> {
        let (array, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(ParseError::Missing(field))?;
        self.0 = rest;
        Ok(*array)
    }
}
