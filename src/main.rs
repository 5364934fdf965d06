//! The binary: see the library's `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    agora_token_server::cli::run(std::env::args_os())
}
