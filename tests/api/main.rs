//! The HTTP interface through its front door: exact statuses, headers and bodies, without a socket.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod access;
mod access_token;
mod body;
mod client;
mod compat;
mod cors;
mod deploy;
mod end_of_time;
mod eviction;
mod failed_auth;
mod heads;
mod input;
mod limit;
mod memory;
mod metrics;
mod never_wider;
mod openapi;
mod page;
mod parameter_names;
mod request_id;
mod routes;
mod serve;
mod support;
mod tokens;
mod unread;
