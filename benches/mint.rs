//! What a token costs, beside the hashing that it cannot do without.
//!
//! The yardstick is three raw SHA-256 compressions: with the certificate's two key blocks hashed beforehand, a
//! 006 signature of "test" and "1234" is an inner hash of 56 bytes (two blocks with their padding) and an outer
//! one of 32 (one block). HMAC makes the third wait for the bytes of the first two, which is measured too.
//!
//! 007 is measured with flate2 in place of this crate's encoder too: its compressor kept, and a new one for each
//! token, as in Agora's own crate. Those do less than a mint, see [`Unpacked::mint`], so that the factor between
//! them and ours is rather larger than shown.

use std::hint::black_box;
use std::io::{Read, Write};

use agora_token_server::token::{
    Binding, Privileges, Project, Role, Scope, Service, Services, Text, UnixTime, v006, v007,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use criterion::Criterion;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress};

const CHANNEL: &str = "test";
const UID: &str = "1234";
const BINDING: Binding<'_> = Binding {
    channel: CHANNEL,
    uid: UID,
};
const NOW: u32 = 1_800_000_000;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;

fn main() {
    let project = Project::new(
        "970ca35de60c44645bbae8a215061b33".parse().expect("32 hex"),
        "fedcba9876543210fedcba9876543210".parse().expect("32 hex"),
    );
    let token_006 = mint_006(&project, Role::Subscriber, 1);
    let token_007 = mint_007(&project, 1);
    let mut salt = 0;
    let mut next_salt = move || {
        salt = salt % v007::MAX_SALT + 1;
        salt
    };

    let mut criterion = Criterion::default().configure_from_args();
    let mut bench = |name: &str, routine: &mut dyn FnMut()| {
        criterion.bench_function(name, |bencher| bencher.iter(&mut *routine));
    };

    bench("three SHA-256 compressions", &mut || {
        let mut state = [0x6a09_e667; 8];
        for _ in 0..3 {
            sha2::block_api::compress256(&mut state, black_box(&[[0x36; 64]]));
        }
        black_box(state);
    });
    bench("the same, chained as by HMAC", &mut || {
        let mut inner = [0x6a09_e667; 8];
        sha2::block_api::compress256(&mut inner, black_box(&[[0x36; 64]; 2]));
        let mut block = [0x5c; 64];
        for (bytes, word) in block.as_chunks_mut().0.iter_mut().zip(inner) {
            *bytes = word.to_be_bytes();
        }
        let mut outer = [0xbb67_ae85; 8];
        sha2::block_api::compress256(&mut outer, &[block]);
        black_box(outer);
    });
    bench("006 mint, join only", &mut || {
        black_box(mint_006(&project, Role::Subscriber, next_salt()));
    });
    bench("006 mint, 4 privileges", &mut || {
        black_box(mint_006(&project, Role::Publisher, next_salt()));
    });
    bench("006 parse and verify", &mut || {
        let token = v006::Unverified::parse(black_box(&token_006)).expect("minted here");
        let verdict = token.verify(&project, black_box(BINDING));
        verdict.expect("minted here");
    });
    bench("007 mint, RTC with 4 privileges", &mut || {
        black_box(mint_007(&project, next_salt()));
    });
    let unpacked: Vec<_> = (1..=64)
        .map(|_| Unpacked::new(&mint_007(&project, next_salt())))
        .collect();
    let mut unpacked = unpacked.iter().cycle();
    let mut next_unpacked = || unpacked.next().expect("endless");
    let mut compressor = Compress::new(Compression::default(), true);
    bench("007 mint, flate2 kept", &mut || {
        let token = next_unpacked().mint(&project, |content| {
            compressor.reset();
            let mut packed = Vec::with_capacity(256);
            let status = compressor.compress_vec(content, &mut packed, FlushCompress::Finish);
            status.expect("room enough");
            packed
        });
        black_box(token);
    });
    bench("007 mint, flate2 anew", &mut || {
        let token = next_unpacked().mint(&project, |content| {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).expect("a Vec");
            encoder.finish().expect("a Vec")
        });
        black_box(token);
    });
    bench("007 parse and verify", &mut || {
        let token = v007::Unverified::parse(black_box(&token_007)).expect("minted here");
        token.verify(&project).expect("minted here");
    });

    criterion.final_summary();
}

fn mint_006(project: &Project, role: Role, salt: u32) -> String {
    let message = v006::Message {
        salt,
        ends_at: UnixTime::from_seconds(black_box(NOW + DAY)),
        privileges: Privileges::all(role.privileges(), black_box(NOW + HOUR)),
    };
    v006::mint(project, black_box(BINDING), &message)
}

fn mint_007(project: &Project, salt: u32) -> String {
    v007::mint(project, &message_007(salt))
}

fn message_007(salt: u32) -> v007::Message {
    v007::Message {
        issued_at: UnixTime::from_seconds(black_box(NOW)),
        expire: HOUR,
        salt,
        services: Services::one(Service {
            privileges: Privileges::all(Role::Publisher.privileges(), black_box(HOUR)),
            scope: Scope::Rtc {
                channel: Text::new(black_box(CHANNEL)).expect("short"),
                uid: Text::new(black_box(UID)).expect("short"),
            },
        }),
    }
}

/// A 007 token before it is packed.
struct Unpacked {
    token: v007::Unverified,
    content: Vec<u8>,
}

impl Unpacked {
    fn new(token: &str) -> Self {
        let packed = STANDARD.decode(&token[v007::VERSION.len()..]);
        let packed = packed.expect("minted here");
        let mut content = Vec::new();
        let mut decoder = ZlibDecoder::new(packed.as_slice());
        decoder.read_to_end(&mut content).expect("minted here");
        let token = v007::Unverified::parse(token).expect("minted here");
        Self { token, content }
    }

    /// A mint with another encoder: makes the message, signs it (which is what verifying does), packs and encodes it.
    /// What it leaves out of a mint is writing the fields.
    fn mint(&self, project: &Project, pack: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        black_box(message_007(self.token.message.salt));
        self.token.verify(project).expect("minted here");
        let packed = pack(&self.content);
        let mut token = String::with_capacity(v007::VERSION.len() + packed.len().div_ceil(3) * 4);
        token.push_str(v007::VERSION);
        STANDARD.encode_string(&packed, &mut token);
        token
    }
}
