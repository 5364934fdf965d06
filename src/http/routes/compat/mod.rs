//! The URLs of other token servers, answered so that their clients change nothing but the host.

pub(in crate::http) mod access_token;
