//! The help people read. What changes here changes for them.

use crate::sandbox::Home;

fn help(arguments: &[&str]) -> String {
    let text = Home::new().run(arguments).data();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[test]
fn the_program() {
    insta::assert_snapshot!(help(&["--help"]), @r#"
    All of Connect with Loop on this machine: the authorization server and the services behind it,
    offline

    Usage: connect-sandbox [OPTIONS] <COMMAND>

    Commands:
      serve        Run a sandbox until it is stopped
      rpc          Call a command of a running sandbox
      commands     List the commands that `rpc` calls, or say what one of them takes
      status       Say where the running sandbox is and how it is
      env          Print an app's credentials and addresses for its environment
      code         Print code that runs as it is, made for an app
      explain      Say why an exchange was answered as it was
      trace        Tell a trace in order: each exchange, what it changed, and where it goes on
      walk         Walk through the flow as an app does: each step with what was foreseen and what came
      export       Print the running world as a connect.toml
      clear        Clear activity: traffic, grants, tokens and sessions go; apps, secrets, personas and
                   keys stay
      completions  Print a script that completes this command line
      help         Print this message or the help of the given subcommand(s)

    Options:
          --data-dir <DIR>
              Where the workspace is kept, and where a running sandbox is found [default: the platform's
              place for data]

              [env: CONNECT_DATA_DIR]

          --log <LEVEL>
              How much is logged to standard error

              [env: CONNECT_LOG]
              [default: warn]
              [possible values: off, error, warn, info, debug, trace]

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Exit codes:
      0  done
      1  something of ours failed
      2  the arguments, a payload or the configuration file are not right
      3  what was named does not exist
      4  it contradicts the present state, or has to be confirmed first
      5  not allowed
      6  the sealing key can't be had, or the sandbox is stopping
      7  no sandbox is running on the data directory
      8  another process has the data directory
      9  a port is in use
      10 a step of a walk was refused or went wrong, and not on purpose
      11 a walk was answered otherwise than was foreseen
      12 a step of a walk got no answer
      13 a step of a walk was cancelled
      14 a step of a walk waits for a person
    "#);
}

#[test]
fn serve() {
    insta::assert_snapshot!(help(&["serve", "-h"]), @r#"
    Run a sandbox until it is stopped

    Usage: connect-sandbox serve [OPTIONS]

    Options:
          --data-dir <DIR>        Where the workspace is kept, and where a running sandbox is found
                                  [default: the platform's place for data] [env: CONNECT_DATA_DIR]
          --port <PORT>           Port of the platform; 0 for any free one [default: 9400]
          --control-port <PORT>   Serve the control surface over TCP as well, on this port; 0 for any
                                  free one [default with --ui: 9402, or any free one with --port 0]
          --log <LEVEL>           How much is logged to standard error [env: CONNECT_LOG] [default:
                                  warn] [possible values: off, error, warn, info, debug, trace]
          --ui                    Serve the console to a browser, at the address that is printed
          --profile <PROFILE>     Which rules are enforced, while this process runs: what the documents
                                  show (loop), or all of the security page (strict) [possible values:
                                  loop, strict]
          --seed <SEED>           What a new workspace begins with [default: demo] [possible values:
                                  demo, empty]
          --ephemeral             Keep nothing: the workspace ends with the process
          --auto-approve <EMAIL>  Allow every authorization request as this persona, without asking
          --listen <IP>           Listen on this address instead of loopback, for containers, phones and
                                  other machines
          --allow-host <HOST>...  Answer to these names too, beside loopback
          --config <FILE>         Apply this connect.toml on start
          --key-file              Keep a new workspace's sealing key in a file, and do not ask the
                                  system keychain
          --json                  Print one line of JSON when ready, and nothing else, to standard
                                  output
      -h, --help                  Print help (see more with '--help')
      -V, --version               Print version
    "#);
}

#[test]
fn questions() {
    insta::assert_snapshot!(help(&["rpc", "-h"]), @r#"
    Call a command of a running sandbox

    Usage: connect-sandbox rpc [OPTIONS] <COMMAND> [PAYLOAD]

    Arguments:
      <COMMAND>  Name of the command, such as apps_list
      [PAYLOAD]  Its payload as JSON; `-` reads it from standard input; left out when it takes none

    Options:
          --data-dir <DIR>  Where the workspace is kept, and where a running sandbox is found [default:
                            the platform's place for data] [env: CONNECT_DATA_DIR]
          --log <LEVEL>     How much is logged to standard error [env: CONNECT_LOG] [default: warn]
                            [possible values: off, error, warn, info, debug, trace]
      -h, --help            Print help
      -V, --version         Print version

    See `connect-sandbox commands` for what there is.
    "#);
    insta::assert_snapshot!(help(&["env", "-h"]), @r#"
    Print an app's credentials and addresses for its environment

    Usage: connect-sandbox env [OPTIONS]

    Options:
          --app <APP>        Name or client_id of the app [default: Demo Web App, or the only one there
                             is]
          --data-dir <DIR>   Where the workspace is kept, and where a running sandbox is found [default:
                             the platform's place for data] [env: CONNECT_DATA_DIR]
          --format <FORMAT>  For a .env file, for `eval` in a shell, or as JSON [default: dotenv]
                             [possible values: dotenv, shell, json]
          --log <LEVEL>      How much is logged to standard error [env: CONNECT_LOG] [default: warn]
                             [possible values: off, error, warn, info, debug, trace]
      -h, --help             Print help
      -V, --version          Print version
    "#);
    insta::assert_snapshot!(help(&["code", "-h"]), @r"
    Print code that runs as it is, made for an app

    Usage: connect-sandbox code [OPTIONS] <LANGUAGE>

    Arguments:
      <LANGUAGE>  In what [possible values: node, python, react-native, curl, rust]

    Options:
          --app <APP>       Name or client_id of the app [default: Demo Web App, or the only one there
                            is]
          --data-dir <DIR>  Where the workspace is kept, and where a running sandbox is found [default:
                            the platform's place for data] [env: CONNECT_DATA_DIR]
          --into <DIR>      Write the files and `.env` into this directory, made when it is not there;
                            no file is overwritten
          --log <LEVEL>     How much is logged to standard error [env: CONNECT_LOG] [default: warn]
                            [possible values: off, error, warn, info, debug, trace]
      -h, --help            Print help (see more with '--help')
      -V, --version         Print version
    ");
    assert!(
        help(&["completions", "-h"])
            .contains("\n  zsh   source <(connect-sandbox completions zsh)\n")
    );
    insta::assert_snapshot!(help(&["explain", "-h"]), @r#"
    Say why an exchange was answered as it was

    Usage: connect-sandbox explain [OPTIONS] [EXCHANGE]

    Arguments:
      [EXCHANGE]  Id of the exchange, or `last` for the newest that was refused [default: last]

    Options:
          --data-dir <DIR>  Where the workspace is kept, and where a running sandbox is found [default:
                            the platform's place for data] [env: CONNECT_DATA_DIR]
          --json            As JSON
          --log <LEVEL>     How much is logged to standard error [env: CONNECT_LOG] [default: warn]
                            [possible values: off, error, warn, info, debug, trace]
      -h, --help            Print help
      -V, --version         Print version
    "#);
    insta::assert_snapshot!(help(&["walk", "-h"]), @r#"
    Walk through the flow as an app does: each step with what was foreseen and what came

    Usage: connect-sandbox walk [OPTIONS]

    Options:
          --app <APP>         Name or client_id of the app; with --target its client_id there [default:
                              the first that signs people in]
          --data-dir <DIR>    Where the workspace is kept, and where a running sandbox is found
                              [default: the platform's place for data] [env: CONNECT_DATA_DIR]
          --log <LEVEL>       How much is logged to standard error [env: CONNECT_LOG] [default: warn]
                              [possible values: off, error, warn, info, debug, trace]
          --persona <WHO>     Who signs in: an email, what is before its @, or a name [default: the
                              first persona]
          --tamper <NAME>     What goes wrong on purpose, such as wrong_verifier; can be given once for
                              each step; `list` says what there is
          --scope <SCOPE>...  A scope to ask for; can be given several times [default: openid, profile,
                              email and biomarkers, as far as the app may have them]
          --target <URL>      Base URL of another sandbox, or of a host that was unlocked; its app is
                              taken from LOOP_CLIENT_ID, LOOP_CLIENT_SECRET and LOOP_REDIRECT_URI
          --until <STEP>      The last step to take [possible values: configure, pkce,
                              authorization_url, sign_in, callback, token, id_token, api, introspect,
                              refresh, reuse, revoke, after_revoke]
          --skip <STEP>       A step to leave out, such as reuse; can be given several times
          --name <NAME>       What the session is called in the console [default: made of what goes
                              wrong, the app and the persona]
          --json              The session as JSON, in one document however the walk ends
      -h, --help              Print help
      -V, --version           Print version

    Exit codes:
      0  walked as foreseen; what was refused was refused on purpose
      2  the arguments are not right
      3  there is no such app or persona
      4  the target is not unlocked, or the walk can't be walked as things are
      7  no sandbox is running on the data directory
      10 a step was refused or went wrong, and not on purpose
      11 an answer was not as foreseen: a defect of this program or of the target
      12 a step got no answer: nobody is there, or the certificate is not trusted
      13 a step was cancelled, here or in the console; what was sent until then is kept
      14 a step waits for a person: somebody set the walk up so while it was walked

    Examples:
      Every step, as the first persona:
        connect-sandbox walk
      What the server says to the verifier of another flow:
        connect-sandbox walk --tamper wrong_verifier --persona maya
      Without the reuse that ends everything, so that the revocation has something to end:
        connect-sandbox walk --skip reuse
      Against a second sandbox, which runs in another terminal:
        connect-sandbox --data-dir /tmp/second serve --port 0
        eval "$(connect-sandbox --data-dir /tmp/second env --format shell)"
        connect-sandbox walk --target "$LOOP_ISSUER"
    "#);
    insta::assert_snapshot!(help(&["export", "-h"]), @r#"
    Print the running world as a connect.toml

    Usage: connect-sandbox export [OPTIONS]

    Options:
          --data-dir <DIR>  Where the workspace is kept, and where a running sandbox is found [default:
                            the platform's place for data] [env: CONNECT_DATA_DIR]
          --with-secrets    Put ids and secrets in, so that the copy answers to the same .env
          --log <LEVEL>     How much is logged to standard error [env: CONNECT_LOG] [default: warn]
                            [possible values: off, error, warn, info, debug, trace]
      -h, --help            Print help
      -V, --version         Print version
    "#);
}

#[test]
fn without_a_command_the_help_is_shown_and_that_is_a_mistake() {
    let run = Home::new().run(&[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("Usage: connect-sandbox"), "{}", run.err);
}

#[test]
fn every_command_has_its_version() {
    for arguments in [&["--version"][..], &["serve", "--version"]] {
        assert!(
            help(arguments)
                .trim_end()
                .ends_with(env!("CARGO_PKG_VERSION"))
        );
    }
}
