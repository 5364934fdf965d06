//! A zlib stream of one block with the fixed Huffman codes: a small LZ77, with tables made when compiling.

/// The longest content that is packed here: for longer ones, codes of their own nearly always pay.
const MAX_BYTES: usize = 512;

/// A literal that is written n times makes n(n − 1)/2 pairs: with more of them than this, codes of its own pay for a
/// content. To choose like this makes contents of all kinds 0.1 % longer than to choose the shorter stream each time.
const MAX_PAIRS: u32 = 400;

/// Packs a content, unless zlib would probably make less of it.
pub(super) fn deflate(content: &[u8]) -> Option<Vec<u8>> {
    if content.len() > MAX_BYTES {
        return None;
    }
    let mut stream = Stream::with_room_for(content);
    let mut places = Places([0; 1 << HASH_BITS]);
    let (mut at, mut longer) = (0, None);
    let (mut written, mut pairs) = ([0_u8; 256], 0);
    while let Some(&byte) = content.get(at) {
        if let Some((length, distance)) = longer.or_else(|| places.find(content, at, 0)) {
            // As in zlib: where the next byte begins a longer match, this one is a literal.
            longer = places.find(content, at + 1, length);
            if longer.is_none() {
                stream.put(LENGTHS[length]);
                stream.put(DISTANCES[distance]);
                (at + 2..at + length).for_each(|inner| _ = places.replace(content, inner));
                at += length;
                continue;
            }
        }
        let byte = usize::from(byte);
        stream.put(LITERALS[byte]);
        pairs += u32::from(written[byte]);
        written[byte] = written[byte].wrapping_add(1); // long after there are too many pairs
        at += 1;
    }
    (pairs <= MAX_PAIRS).then(|| stream.finish(content))
}

const HASH_BITS: u32 = 9;

/// Where in the content the latest three bytes with each hash begin.
///
/// zlib goes on to earlier places; here that makes tokens shorter by 0.4 %, and minting slower by an eighth.
struct Places([u16; 1 << HASH_BITS]);

impl Places {
    /// Length and distance of a match for the bytes at a place, if it is longer than a given length.
    fn find(&mut self, content: &[u8], at: usize, than: usize) -> Option<(usize, usize)> {
        let from = self.replace(content, at)?;
        // A hash without a place has 0, which is as good as any: the bytes decide.
        let (now, before) = (&content[at..], &content[from..]);
        if from >= at || now.first_chunk::<MIN_MATCH>() != before.first_chunk() {
            return None;
        }
        let further = now.iter().zip(before).take(MAX_MATCH).skip(MIN_MATCH);
        let length = MIN_MATCH + further.take_while(|(now, before)| now == before).count();
        (length > than).then_some((length, at - from))
    }

    /// Puts a place in; out comes the one before it with the same hash.
    fn replace(&mut self, content: &[u8], at: usize) -> Option<usize> {
        let &[a, b, c] = content.get(at..)?.first_chunk()?;
        // 2³² divided by the golden ratio spreads the bytes over the highest bits.
        let hash = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS);
        let before = std::mem::replace(&mut self.0[hash as usize], u16::try_from(at).ok()?);
        Some(before.into())
    }
}

/// A zlib stream, and the bits (with their number) that do not fill its next four bytes yet.
struct Stream(Vec<u8>, u64, u32);

impl Stream {
    /// Begins with the headers: deflate, level 6; the last block, with fixed codes.
    fn with_room_for(content: &[u8]) -> Self {
        let bytes = Vec::with_capacity(content.len() * 9 / 8 + 16);
        Self(bytes, 0b011 << 16 | 0x9C78, 16 + 3)
    }

    fn put(&mut self, Code(bits, width): Code) {
        let Self(bytes, pending, count) = self;
        *pending |= u64::from(bits) << *count;
        *count += width;
        if *count >= 32 {
            bytes.extend_from_slice(&pending.to_le_bytes()[..4]);
            *pending >>= 32;
            *count -= 32;
        }
    }

    /// Ends with the content's Adler-32. Its sums over so few bytes can't overflow.
    fn finish(mut self, content: &[u8]) -> Vec<u8> {
        self.put(END_OF_BLOCK);
        let Self(mut bytes, pending, count) = self;
        bytes.extend_from_slice(&pending.to_le_bytes()[..count.div_ceil(8) as usize]);
        let (mut a, mut b) = (1, 0);
        for &byte in content {
            a += u32::from(byte);
            b += a;
        }
        let adler = ((b % 65_521) << 16) | (a % 65_521);
        bytes.extend_from_slice(&adler.to_be_bytes());
        bytes
    }
}

/// Bits, the lowest to be written first, and how many they are.
#[derive(Clone, Copy)]
struct Code(u32, u32);

/// Huffman codes begin with their highest bit, unlike all else.
const fn huffman(code: u32, width: u32) -> Code {
    Code(code.reverse_bits() >> (32 - width), width)
}

const END_OF_BLOCK: Code = huffman(0, 7);

static LITERALS: [Code; 256] = {
    let (mut codes, mut byte) = ([END_OF_BLOCK; 256], 0);
    while byte < 256 {
        let (code, width) = if byte < 144 { (0x30, 8) } else { (0x100, 9) };
        codes[byte as usize] = huffman(code + byte, width);
        byte += 1;
    }
    codes
};

const MIN_MATCH: usize = 3;
/// The longest whose code has 7 bits; longer ones are rare, and written as several.
const MAX_MATCH: usize = 114;
static LENGTHS: [Code; MAX_MATCH + 1] = by_value(3, 1, 7, 2);
static DISTANCES: [Code; MAX_BYTES] = by_value(1, 0, 5, 1);

/// Codes of `width` bits with their extra bits, beginning with `first` for the value `min` (RFC 1951, 3.2.5). In
/// groups of `1 << k` codes, the first two have no extra bits, and each after them one more.
const fn by_value<const N: usize>(min: u32, first: u32, width: u32, k: u32) -> [Code; N] {
    let (mut codes, mut nth) = ([END_OF_BLOCK; N], 0);
    while ((min + nth) as usize) < N {
        let extra = (nth | 1).ilog2().saturating_sub(k);
        let Code(bits, _) = huffman(first + (extra << k) + (nth >> extra), width);
        let extra_bits = nth & ((1 << extra) - 1);
        codes[(min + nth) as usize] = Code(bits | extra_bits << width, width + extra);
        nth += 1;
    }
    codes
}
