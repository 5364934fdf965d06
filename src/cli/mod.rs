//! The command line: thin, since everything that it does is in the library.

mod announce;
mod check_config;
mod healthcheck;
mod inspect;
mod mint;
mod serve;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::config::Environment;
use crate::config::vars::{self, Variable};

/// Exit code for a configuration or a command line that cannot be used.
const UNUSABLE: u8 = 2;

/// The token server for Agora real-time voice, video and messaging clients.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, after_long_help = variables())]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve tokens until SIGTERM or SIGINT (also without a subcommand).
    Serve(Serve),
    /// Make a token and print it.
    ///
    /// The App ID and certificate come from the environment or a .env file, never from a flag.
    Mint(Box<mint::Mint>),
    /// Read the configuration and say what is wrong with it; exit code 2 when something is.
    CheckConfig,
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, in roff.
    Man,
    /// Ask the server that runs on PORT whether it is well; exit code 0 or 1.
    Healthcheck,
    /// Say what is in a token and what is wrong with it; exit code 0 fine, 1 something is wrong, 2 unreadable.
    Inspect(inspect::Inspect),
}

#[derive(Args, Clone, Copy, Debug)]
struct Serve {
    /// Make up an App ID and an App Certificate: tokens are well-formed, but no Agora project accepts them.
    #[arg(long)]
    demo: bool,
}

/// Runs a command line, whose first argument is the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print(); // there is nowhere left to say that it could not be said
            return if error.use_stderr() {
                ExitCode::from(UNUSABLE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let environment = Environment::of_process();
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(Serve { demo }) => serve::run(environment, demo),
        Command::Mint(mint) => mint::run(&environment, &mint),
        Command::Completions { shell } => generate(|out| {
            clap_complete::generate(shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), out);
            Ok(())
        }),
        Command::Man => generate(|out| Man::new(Cli::command()).render(out)),
        Command::CheckConfig => check_config::run(&environment),
        Command::Healthcheck => healthcheck::run(&environment),
        Command::Inspect(inspect) => inspect::run(&environment, inspect),
    }
}

/// Prints what is made of the command line's own definition.
fn generate(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> ExitCode {
    let mut text = Vec::new();
    match write(&mut text).and_then(|()| io::stdout().write_all(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, error),
    }
}

/// Says why a command ends without success.
fn fail(code: u8, reason: impl Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "{}: {reason}", env!("CARGO_PKG_NAME")); // as above
    ExitCode::from(code)
}

/// What `--help` says about the environment.
fn variables() -> String {
    let described = vars::all().map(
        |Variable {
             name,
             aliases,
             default,
             meaning,
             ..
         }| {
            let default = default
                .map(|default| format!(" [default: {default}]"))
                .unwrap_or_default();
            let aliases = match aliases.join(", ") {
                none if none.is_empty() => none,
                aliases => format!(" [alias: {aliases}]"),
            };
            format!("\n  {name}\n          {meaning}{default}{aliases}")
        },
    );
    let heading =
        "Environment variables, also read from a .env file in the working directory:\n".to_owned();
    std::iter::once(heading).chain(described).collect()
}
