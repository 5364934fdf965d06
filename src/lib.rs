//! The token server for Agora clients.
pub mod token;
