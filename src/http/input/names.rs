//! The names under which clients send a token's user and its lifetime, to any of the servers whose URLs are here.
//!
//! Names are compared by their ASCII letters and digits, without letter case: `userId`, `user_id` and `USER-ID` are
//! one name. What follows a `[` does not count, so that `user[id]` is `user`.

/// The names of a user.
const USER: [&str; 8] = [
    "uid",         // Agora's SDKs and most servers
    "account",     // the DemoServer of npm, `/v1/tokens`
    "userid",      // signaling's SDK, functions of Supabase, Vercel and Firebase
    "user",        // the same functions
    "useraccount", // Agora's SDKs, Chat CallKit
    "rtcuid",      // the Go service
    "rtmuid",      // the Go service
    "useruuid",    // the documentation's Docker image
];

/// The names of a lifetime or an expiry.
const LIFETIME: [&str; 29] = [
    "ttl",             // `/v1/tokens`
    "ttlseconds",      // functions of Supabase, Vercel and Firebase
    "expire",          // the Go service, Agora's API examples
    "expiretime",      // the tutorial of `/access_token`
    "expiry",          // the Go service
    "expires",         // functions
    "expiresin",       // functions, OAuth
    "expirein",        // functions
    "expiresat",       // servers written from the vendor's coding guides
    "expireat",        // functions
    "expiredts",       // the Node sample
    "expirets",        // Agora's API examples
    "expiretimestamp", // Chat CallKit
    "tokenexpire",     // Agora's token builders
    "tokenexpirets",   // the documentation's Docker image
    "tokenexpiretime",
    "tokenexpiry",
    "tokenttl",
    "tokenexpirationinsecond", // samples of Agora's token builders
    "tokenexpirationinseconds",
    "privilegeexpire",         // Agora's token builders
    "privilegeexpirets",       // the documentation's Docker image
    "privilegeexpiredts",      // Agora's builders of version 006
    "expirationtime",          // the conversational-AI quick start
    "expirationtimeinseconds", // samples of Agora's builders of version 006
    "expirationseconds",       // the Go service's code
    "expirationinseconds",     // samples of Agora's token builders
    "expiretimeinseconds",
    "lifetime",
];

/// Room for the longest of these names.
const LONGEST: usize = 32;

const _: () = {
    let mut index = 0;
    while index < LIFETIME.len() {
        assert!(LIFETIME[index].len() <= LONGEST);
        index += 1;
    }
};

/// The part of a token request that a parameter sets by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    User,
    Lifetime,
}

impl Named {
    /// Returns the part that a parameter of this name sets on any of the servers.
    pub(super) fn of(name: &str) -> Option<Self> {
        let mut letters = [0; LONGEST];
        let mut length = 0;
        let counted = name.bytes().take_while(|byte| *byte != b'[');
        for byte in counted.filter(u8::is_ascii_alphanumeric) {
            *letters.get_mut(length)? = byte.to_ascii_lowercase();
            length += 1;
        }
        let is_name = |known: &str| known.as_bytes() == &letters[..length];
        if USER.iter().any(|known| is_name(known)) {
            Some(Self::User)
        } else if LIFETIME.iter().any(|known| is_name(known)) {
            Some(Self::Lifetime)
        } else {
            None
        }
    }
}
