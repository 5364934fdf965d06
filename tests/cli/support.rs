//! Runs the binary with an environment of its own, in a directory of its own.

use std::fs;
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, fcntl_setfl};

pub(crate) const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
pub(crate) const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
pub(crate) const IDENTIFIERS: [(&str, &str); 2] =
    [("APP_ID", APP_ID), ("APP_CERTIFICATE", CERTIFICATE)];

/// The size limit of [`Server::start_with_short_log`]'s log.
pub(crate) const LOG_BYTES: u64 = 4096;

const PATIENCE: Duration = Duration::from_secs(10);

/// A working directory that goes when the test ends.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "agora-token-server-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_agora-token-server"));
        command
            .args(arguments)
            .env_clear()
            .envs(environment.iter().copied())
            .current_dir(&self.0);
        command
    }

    /// A command with these limits of open files, soft and hard.
    pub(crate) fn command_with_open_files(
        &self,
        (soft, hard): (u32, u32),
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Command {
        let mut command = Command::new("sh");
        let script = format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$0\" \"$@\"");
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_agora-token-server")])
            .args(arguments)
            .env_clear()
            .envs(environment.iter().copied())
            .current_dir(&self.0);
        command
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // a panic here would hide the failed assertion
    }
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Directory::new()
        .command(arguments, environment)
        .output()
        .unwrap()
}

/// A server on a free port of 127.0.0.1, killed with the test.
pub(crate) struct Server {
    child: Child,
    output: Option<(BufReader<PipeReader>, ChildStderr)>,
    pub(crate) first_line: String,
    pub(crate) address: SocketAddr,
    _directory: Option<Directory>,
}

impl Server {
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let directory = Directory::new();
        let command = directory.command(arguments, environment);
        Self::of(command, Some(directory))
    }

    /// A server in the directory of a test.
    pub(crate) fn start_in(directory: &Directory, environment: &[(&str, &str)]) -> Self {
        Self::of(directory.command(&[], environment), None)
    }

    /// A server whose files cannot become longer than a block of 512 bytes, which it is told by an error.
    pub(crate) fn start_with_short_files(environment: &[(&str, &str)]) -> Self {
        let directory = Directory::new();
        let server = directory.command(&[], environment);
        let mut command = Command::new("sh");
        let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\"";
        command
            .args(["-c", script])
            .arg(server.get_program())
            .env_clear()
            .envs(environment.iter().copied())
            .current_dir(&directory.0);
        Self::of(command, Some(directory))
    }

    /// A server whose standard output is a non-blocking pipe.
    pub(crate) fn start_with_non_blocking_stdout(environment: &[(&str, &str)]) -> Self {
        let directory = Directory::new();
        let command = directory.command(&[], environment);
        let (reader, writer) = io::pipe().unwrap();
        fcntl_setfl(&writer, OFlags::NONBLOCK).unwrap();
        Self::with_stdout(command, Some(directory), (reader, writer))
    }

    /// A server whose standard output is the file `log`, which it cannot make longer than `LOG_BYTES`.
    pub(crate) fn start_with_short_log(log: &Path, environment: &[(&str, &str)]) -> Self {
        let directory = Directory::new();
        let server = directory.command(&[], environment);
        let mut command = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\"", LOG_BYTES / 512);
        let log_file = fs::File::options().append(true).create(true).open(log);
        command
            .args(["-c", &script])
            .arg(server.get_program())
            .env_clear()
            .envs(environment.iter().copied())
            .envs([("PORT", "0"), ("HOST", "127.0.0.1")])
            .current_dir(&directory.0)
            .stdout(log_file.unwrap());
        let child = command.spawn().unwrap();
        let deadline = Instant::now() + PATIENCE;
        let first_line = loop {
            let text = fs::read_to_string(log).unwrap();
            if let Some((line, _)) = text.split_once('\n') {
                break line.to_owned();
            }
            assert!(Instant::now() < deadline, "no line within {PATIENCE:?}");
            std::thread::yield_now();
        };
        Self {
            child,
            output: None,
            address: address_in(&first_line),
            first_line,
            _directory: Some(directory),
        }
    }

    /// A server with these limits of open files, soft and hard.
    pub(crate) fn start_with_open_files(limits: (u32, u32), environment: &[(&str, &str)]) -> Self {
        let directory = Directory::new();
        let command = directory.command_with_open_files(limits, &[], environment);
        Self::of(command, Some(directory))
    }

    fn of(command: Command, directory: Option<Directory>) -> Self {
        Self::with_stdout(command, directory, io::pipe().unwrap())
    }

    fn with_stdout(
        mut command: Command,
        directory: Option<Directory>,
        (reader, writer): (PipeReader, PipeWriter),
    ) -> Self {
        let mut child = command
            .envs([("PORT", "0"), ("HOST", "127.0.0.1")])
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(command); // with its copy of the writer
        let mut stdout = BufReader::new(reader);
        let mut first_line = String::new();
        stdout.read_line(&mut first_line).unwrap();
        let stderr = child.stderr.take().unwrap();
        Self {
            child,
            output: Some((stdout, stderr)),
            address: address_in(&first_line),
            first_line,
            _directory: directory,
        }
    }

    /// The next line that it writes.
    fn next_line(&mut self) -> String {
        let mut line = String::new();
        let (stdout, _) = self.output.as_mut().unwrap();
        stdout.read_line(&mut line).unwrap();
        line
    }

    /// The next line that it writes with this in it.
    pub(crate) fn line_with(&mut self, text: &str) -> String {
        loop {
            let line = self.next_line();
            assert!(
                !line.is_empty(),
                "no line with {text:?} until the server's end"
            );
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Reads what it writes from now on, so that it may write more than a pipe holds.
    pub(crate) fn follow_log(&mut self) -> JoinHandle<String> {
        let (mut stdout, mut stderr) = self.output.take().unwrap();
        std::thread::spawn(move || {
            let errors = std::thread::spawn(move || io::read_to_string(&mut stderr).unwrap());
            io::read_to_string(&mut stdout).unwrap() + &errors.join().unwrap()
        })
    }

    /// Reads what it writes, a page of 4 KiB every `pause`.
    pub(crate) fn follow_log_slowly(&mut self, pause: Duration) -> JoinHandle<String> {
        let (mut stdout, _stderr) = self.output.take().unwrap();
        std::thread::spawn(move || {
            let mut log = Vec::new();
            let mut page = [0; 4096];
            loop {
                std::thread::sleep(pause);
                match stdout.read(&mut page).unwrap() {
                    0 => return String::from_utf8(log).unwrap(),
                    count => log.extend_from_slice(&page[..count]),
                }
            }
        })
    }

    /// Leaves nobody to read what it writes.
    pub(crate) fn close_log(&mut self) {
        self.output = None;
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect_timeout(&self.address, PATIENCE).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection
    }

    /// Sends a request on a connection of its own and returns the whole answer.
    pub(crate) fn get(&self, target: &str) -> String {
        self.try_get(target).unwrap()
    }

    /// The same, of a server that may have ended.
    pub(crate) fn try_get(&self, target: &str) -> io::Result<String> {
        let mut connection = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        let head = format!("GET {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        connection.write_all(head.as_bytes())?;
        io::read_to_string(connection)
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for the end of the process; returns its exit code and the rest of what it wrote.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "the server does not stop");
            std::thread::yield_now();
        }
        let mut log = String::new();
        if let Some((stdout, stderr)) = &mut self.output {
            stdout.read_to_string(&mut log).unwrap();
            stderr.read_to_string(&mut log).unwrap();
        }
        (self.child.wait().unwrap().code(), log)
    }
}

fn address_in(first_line: &str) -> SocketAddr {
    let address = first_line
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split([',', '/']).next());
    let address = address.and_then(|address| address.parse().ok());
    address.unwrap_or_else(|| panic!("no address in {first_line:?}"))
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}
