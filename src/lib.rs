//! The token server for Agora clients: real-time voice, video and messaging.
//!
//! A client joins an Agora channel with a token: a statement of App ID, channel, uid, privileges and end, signed
//! with the project's App Certificate. This crate makes and reads such tokens ([`token`]) and serves them
//! ([`http`], [`cli`]).
//!
//! ```
//! use agora_token_server::token::{Binding, Privileges, Project, Role, UnixTime, v006};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app_id = "970CA35de60c44645bbae8a215061b33".parse()?;
//! let certificate = "5CFd2fd1755d40ecb72977518be15d3b".parse()?;
//! let privileges = Privileges::all(Role::Publisher.privileges(), 1_618_460_660);
//! let message = v006::Message { salt: 1, ends_at: UnixTime::from_seconds(1_618_543_460), privileges };
//! let token = v006::mint(&Project::new(app_id, certificate), Binding { channel: "test", uid: "1234" }, &message);
//! # assert!(token.starts_with("006970CA35de60c44645bbae8a215061b33IA"));
//! # Ok(())
//! # }
//! ```
//!
//! Modules use one another in one direction only:
//! [`token`] ◀ [`config`] ◀ [`issuer`] ◀ [`access`] ◀ [`telemetry`] ◀ [`http`] ◀ [`cli`].

pub mod access;
pub mod cli;
pub mod config;
pub mod http;
pub mod issuer;
pub mod telemetry;
pub mod token;
