//! What is packed inflates to itself in zlib's own decoder, and tokens are as short as zlib makes them.

use flate2::{Decompress, FlushDecompress, Status};

use super::{deflate, fixed, zlib};

/// As many as `DEFLATE_INPUTS` says; a million take half a minute.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test is told how long to run")]
fn random_contents_inflate_to_themselves() {
    let inputs =
        std::env::var("DEFLATE_INPUTS").map_or(100_000, |inputs| inputs.parse().expect("a number"));
    inflate_to_themselves(0..inputs);
}

#[test]
fn a_match_of_every_length_at_every_distance_inflates_to_itself() {
    let mut decoder = Decoder::new();
    let fresh = Random(1).bytes(512);
    for distance in 1..512 {
        for length in [3, 4, 10, 11, 113, 114, 115, 116, 117, 228, 500] {
            let mut content = fresh[..distance].to_vec();
            content.extend_from_within(..length.min(distance));
            while content.len() < (distance + length).min(510) {
                content.push(content[content.len() - distance]);
            }
            content.extend(&fresh[510..]);
            decoder.check(&content);
        }
    }
    for length in 3..=116 {
        let mut content = fresh[..120].to_vec();
        content.extend_from_within(..length);
        content.extend(&fresh[500..]);
        decoder.check(&content);
    }
}

#[test]
fn the_contents_of_tokens_are_packed_here() {
    let contents = (0..2_000).map(|seed| Random(seed).token());
    let left = contents.filter(|content| fixed::deflate(content).is_none());
    assert!(left.count() < 20, "of 2,000 are left to zlib");
}

#[test]
fn contents_with_better_codes_of_their_own_are_left_to_zlib() {
    let digits = Random(2).text(b"0123456789", 300);
    for content in [digits, vec![0; 513], Random(3).bytes(600)] {
        assert_eq!(fixed::deflate(&content), None);
        assert_eq!(deflate(&content), zlib::deflate(&content));
    }
}

#[test]
fn tokens_are_no_longer_than_those_of_zlib_on_average() {
    let [mut ours, mut of_zlib] = [0; 2];
    for content in (0..20_000).map(|seed| Random(seed).token()) {
        ours += characters(&deflate(&content));
        of_zlib += characters(&zlib::deflate(&content));
    }
    assert!(ours <= of_zlib, "{ours} characters, {of_zlib} of zlib");
}

/// How long a 007 token is.
fn characters(packed: &[u8]) -> usize {
    3 + packed.len().div_ceil(3) * 4
}

fn inflate_to_themselves(seeds: std::ops::Range<u64>) {
    let mut decoder = Decoder::new();
    for seed in seeds {
        decoder.check(&Random(seed).content());
    }
}

/// zlib's decoder, kept, since it takes long to set one up.
struct Decoder(Decompress, Vec<u8>);

impl Decoder {
    fn new() -> Self {
        Self(Decompress::new(true), Vec::with_capacity(2048))
    }

    #[track_caller]
    fn check(&mut self, content: &[u8]) {
        let Self(decoder, inflated) = self;
        let packed = deflate(content);
        decoder.reset(true);
        inflated.clear();
        let status = decoder.decompress_vec(&packed, inflated, FlushDecompress::Finish);
        assert_eq!(status.ok(), Some(Status::StreamEnd), "{content:?}");
        assert_eq!(inflated, content);
        assert_eq!(decoder.total_in(), packed.len() as u64, "{content:?}");
    }
}

/// Steele's `SplitMix64`: the same contents in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let words = (0..length.div_ceil(8)).flat_map(|_| self.next().to_le_bytes());
        words.take(length).collect()
    }

    fn text(&mut self, characters: &[u8], length: usize) -> Vec<u8> {
        let indices = (0..length).map(|_| self.below(characters.len()));
        indices.map(|index| characters[index]).collect()
    }

    /// Any kind of content, up to 700 bytes.
    fn content(&mut self) -> Vec<u8> {
        let length = match self.below(8) {
            0 => self.below(8),
            1 => self.below(701),
            _ => self.below(260),
        };
        match self.below(8) {
            0 => self.bytes(length),
            1 => self.text(b"0123456789", length),
            2 => self.text(HEX, length),
            3 => self.text(b"ab", length),
            4 => {
                let period = 1 + self.below(40);
                self.bytes(period).repeat(length / period)
            }
            5 => {
                // Something that stands earlier, and a fresh byte, over and over.
                let mut content = self.bytes(4);
                while content.len() < length {
                    let from = self.below(content.len());
                    let until = content.len().min(from + self.below(130));
                    content.extend_from_within(from..until);
                    content.extend(self.bytes(1));
                }
                content
            }
            _ => self.token(),
        }
    }

    /// The content of a 007 token, with names of the usual kinds.
    fn token(&mut self) -> Vec<u8> {
        let lifetime = [600_u32, 3_600, 43_200, 86_400][self.below(4)].to_le_bytes();
        let (channel, uid) = (self.name(), self.name());
        let has_rtm = self.below(4) == 0;
        let privileges = [1, 2, 3, 4, 4, 4][self.below(6)];

        let mut content = string(&self.bytes(32));
        content.extend(string(&self.text(HEX, 32)));
        content.extend(self.bytes(3)); // issued in 2025
        content.push(0x68);
        content.extend(lifetime);
        content.extend(self.bytes(3)); // the salt
        content.extend([4, 1 + u8::from(has_rtm), 0]);
        content.extend([1, 0, privileges, 0]);
        for privilege in 1..=privileges {
            content.extend([privilege, 0]);
            content.extend(lifetime);
        }
        content.extend(string(&channel));
        content.extend(string(&uid));
        if has_rtm {
            content.extend([2, 0, 1, 0, 1, 0]);
            content.extend(lifetime);
            content.extend(string(&uid));
        }
        content
    }

    fn name(&mut self) -> Vec<u8> {
        match self.below(8) {
            0 => Vec::new(),
            1 => b"lobby".to_vec(),
            2 => self.below(10_000).to_string().into_bytes(),
            3 => (self.next() >> 32).to_string().into_bytes(),
            4 => format!("user_{}", self.below(1_000_000)).into_bytes(),
            5 => self.text(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                21,
            ),
            6 => self.text(HEX, 24),
            _ => {
                let mut uuid = self.text(HEX, 36);
                for hyphen in [8, 13, 18, 23] {
                    uuid[hyphen] = b'-';
                }
                uuid
            }
        }
    }
}

const HEX: &[u8] = b"0123456789abcdef";

fn string(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("short");
    [&length.to_le_bytes(), text].concat()
}
