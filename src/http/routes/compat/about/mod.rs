//! What the URLs of other token servers do, described for the document. One file a server, as beside it.

pub(super) mod access_token;
pub(super) mod channel_key;
pub(super) mod coding_guides;
pub(super) mod demo_server;
pub(super) mod documentation;
pub(super) mod go_service;
pub(super) mod quick_start;
pub(super) mod toolbox;
