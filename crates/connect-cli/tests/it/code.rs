//! `code`: what an app is made of, and `completions`.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::sandbox::{Home, Said};

#[test]
fn the_code_is_written_with_its_env_and_never_over_anything() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    for (language, files) in [
        ("python", &["app.py", "requirements.txt"][..]),
        ("node", &["server.mjs", "package.json"]),
        ("curl", &["loop.sh"]),
    ] {
        let run = sandbox.run(&["code", language, "--into", language]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
        assert!(
            run.err.contains(&format!("\n  cd {language}\n")),
            "{}",
            run.err
        );
        let directory = home.path().join(language);
        for file in files.iter().chain(&[".env"]) {
            assert!(directory.join(file).is_file(), "{language}: {file}");
        }
        let dotenv = fs::read_to_string(directory.join(".env")).unwrap();
        assert_eq!(dotenv.trim_end(), sandbox.run(&["env"]).data().trim_end());

        fs::remove_file(directory.join(files[0])).unwrap();
        let again = sandbox.run(&["code", language, "--into", language]);
        assert_eq!(again.code, 2);
        assert!(
            again.err.contains("nothing is overwritten"),
            "{}",
            again.err
        );
        assert!(!directory.join(files[0]).exists(), "all or nothing");
    }
    sandbox.stop();
}

#[test]
fn the_first_file_goes_to_standard_output_when_no_place_is_named() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let run = sandbox.run(&["code", "python", "--app", "demo web app"]);
    assert_eq!(run.code, 0);
    assert!(
        run.out.starts_with("\"\"\"Demo Web App on Flask"),
        "{}",
        run.out
    );
    assert!(
        run.err.contains("there is requirements.txt too"),
        "{}",
        run.err
    );
    // A machine signs nobody in: there is nothing to print, and a word about why.
    let machine = json!({ "name": "Robot", "app_type": "m2m", "scopes": ["admin:clinical"] });
    sandbox.rpc("apps_create", &machine);
    let run = sandbox.run(&["code", "react-native", "--app", "Robot"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    sandbox.stop();
}

#[test]
fn shells_complete_the_names_of_commands() {
    let home = Home::new();
    let script = home.run(&["completions", "bash"]).data();
    let path = home.path().join("completions.bash");
    fs::write(&path, script).unwrap();
    let complete = |words: &str, index: usize| {
        let typed = format!(
            "source {}; COMP_WORDS=({words}); COMP_CWORD={index}; _connect__sandbox connect-sandbox \
             \"${{COMP_WORDS[{index}]}}\" \"${{COMP_WORDS[{index} - 1]}}\"; echo \"${{COMPREPLY[@]}}\"",
            path.display()
        );
        Said::of(Command::new("bash").args(["-c", &typed]).output().unwrap())
            .data()
            .trim()
            .to_owned()
    };
    assert_eq!(
        complete("connect-sandbox rpc clock_", 2),
        "clock_get clock_advance clock_cancel clock_pause clock_resume"
    );
    assert_eq!(
        complete("connect-sandbox walk --until re", 3),
        "refresh reuse revoke"
    );
    assert_eq!(complete("connect-sandbox commands apps_co", 2), "apps_code");
    assert_eq!(complete("connect-sandbox expl", 1), "explain");
}
