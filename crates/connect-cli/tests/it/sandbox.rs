//! The program and a sandbox run by it, in directories of the test's own.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What a run said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// Its data, when it worked and said nothing else.
    #[track_caller]
    pub(crate) fn data(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.data()).unwrap()
    }
}

/// A home of the test's own: nothing of this machine's user is seen or touched.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("tmp")).unwrap();
        Self(home)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The directory that is used when none is named.
    pub(crate) fn default_data_dir(&self) -> PathBuf {
        let base = if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            "data"
        };
        self.path()
            .join(base)
            .join("connect-console")
            .join("default")
    }

    /// The program, to be run in this home.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connect-sandbox"));
        command
            .args(arguments)
            .stdin(Stdio::null())
            .current_dir(self.path());
        for name in [
            "CONNECT_DATA_DIR",
            "CONNECT_LOG",
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "DBUS_SESSION_BUS_ADDRESS",
            "SSL_CERT_DIR",
            "SSL_CERT_FILE",
        ] {
            command.env_remove(name);
        }
        command
            .env("HOME", self.path())
            .env("XDG_DATA_HOME", self.path().join("data"))
            .env("TMPDIR", self.path().join("tmp"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.program(arguments).output().unwrap())
    }

    /// A sandbox on `data` in this home.
    pub(crate) fn serve(&self, more: &[&str]) -> Sandbox<'_> {
        self.serve_on("here", more)
    }

    /// A sandbox on a directory in this home.
    pub(crate) fn serve_on(&self, name: &str, more: &[&str]) -> Sandbox<'_> {
        let directory = self.path().join(name);
        let mut arguments = vec!["--data-dir", directory.to_str().unwrap()];
        arguments.extend(["serve", "--port", "0", "--key-file", "--json"]);
        arguments.extend(more);
        self.start(&arguments)
    }

    /// A sandbox that trusts the authorities of a file, and none else.
    pub(crate) fn serve_trusting(&self, name: &str, authorities: &Path) -> Sandbox<'_> {
        let directory = self.path().join(name);
        let mut arguments = vec!["--data-dir", directory.to_str().unwrap()];
        arguments.extend(["serve", "--port", "0", "--key-file", "--json"]);
        self.start_with(&arguments, &[("SSL_CERT_FILE", authorities)])
    }

    /// Runs `arguments` until they say they are ready.
    pub(crate) fn start(&self, arguments: &[&str]) -> Sandbox<'_> {
        self.start_with(arguments, &[])
    }

    fn start_with(&self, arguments: &[&str], environment: &[(&str, &Path)]) -> Sandbox<'_> {
        let err = self.path().join(format!(
            "err-{}",
            arguments.join("-").replace(['/', ' '], "_")
        ));
        let err = if err.as_os_str().len() > 200 {
            self.path().join("err")
        } else {
            err
        };
        let mut child = self
            .program(arguments)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(File::create(&err).unwrap())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let said = std::fs::read_to_string(&err).unwrap();
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}\n{said}"));
        Sandbox {
            home: self,
            child,
            out,
            err,
            ready,
        }
    }
}

/// A sandbox that runs.
pub(crate) struct Sandbox<'h> {
    home: &'h Home,
    child: Child,
    out: BufReader<ChildStdout>,
    err: PathBuf,
    /// The line it said when it was ready.
    pub(crate) ready: Value,
}

impl Sandbox<'_> {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn platform(&self) -> &str {
        self.ready["platform"].as_str().unwrap()
    }

    pub(crate) fn data_dir(&self) -> &Path {
        Path::new(self.ready["data_dir"].as_str().unwrap())
    }

    /// The program, asked about this sandbox.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.program(arguments);
        command.env("CONNECT_DATA_DIR", self.data_dir());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.program(arguments).output().unwrap())
    }

    #[track_caller]
    pub(crate) fn rpc(&self, command: &str, payload: &Value) -> Value {
        self.run(&["rpc", command, &payload.to_string()]).json()
    }

    /// The same, with the payload on standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self
            .program(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        Said::of(child.wait_with_output().unwrap())
    }

    /// What it has said to people so far.
    pub(crate) fn said_to_people(&self) -> String {
        std::fs::read_to_string(&self.err).unwrap()
    }

    /// Ends it with a signal and says what it still printed, and how it ended.
    pub(crate) fn end(mut self, signal: &str) -> Said {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([&format!("-{signal}"), &pid])
                .status()
                .unwrap()
                .success()
        );
        let mut out = String::new();
        self.out.read_to_string(&mut out).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        Said {
            out,
            err: self.said_to_people(),
            code,
        }
    }

    /// Ends it as a supervisor would.
    #[track_caller]
    pub(crate) fn stop(self) {
        let said = self.end("TERM");
        assert_eq!(
            (said.code, said.out.as_str(), said.err.as_str()),
            (0, "", "")
        );
    }
}

impl Drop for Sandbox<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one request and gives the whole answer.
pub(crate) fn http(base: &str, request: &str) -> String {
    let authority = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    let (line, rest) = request.split_once("\r\n").unwrap_or((request, ""));
    let text = format!("{line} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n{rest}");
    let text = if text.contains("\r\n\r\n") {
        text
    } else {
        format!("{text}\r\n")
    };
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// An authorization request of the app, to be sent to the platform.
pub(crate) fn authorize(client_id: &str, redirect_uri: &str) -> String {
    format!(
        "GET /v1/oauth/authorize?response_type=code&client_id={client_id}&redirect_uri={redirect_uri}&state=0123456789&\
         scope=read:biomarkers&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    )
}
