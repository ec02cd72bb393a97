//! `rpc`, `commands`, `status`: questions and their answers.

use serde_json::{Value, json};

use crate::sandbox::Home;

#[test]
fn every_command_can_be_called_and_refuses_what_it_does_not_take() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    for command in connect_rpc::COMMANDS {
        let run = sandbox.run(&["rpc", command.name, r#"{"no_such_member": 1}"#]);
        assert_eq!(
            (run.code, run.out.as_str()),
            (2, ""),
            "{}: {}",
            command.name,
            run.err
        );
        assert!(
            run.err.starts_with(&format!(
                "error: {} does not take this payload: ",
                command.name
            )),
            "{}",
            run.err
        );
        let (said, takes) = run.err.split_once("(bad_request)\n").unwrap();
        assert!(
            said.contains(&format!("see `connect-sandbox commands {}` ", command.name)),
            "{said}"
        );
        assert!(
            takes.starts_with("  it takes ") && takes.matches('\n').count() == 1,
            "{takes}"
        );
    }
    sandbox.stop();
}

#[test]
fn an_answer_is_one_line_of_json_where_no_terminal_shows_it() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let from_nothing = sandbox.run(&["rpc", "people_list"]).data();
    assert_eq!(from_nothing.matches('\n').count(), 1);
    let people: Value = serde_json::from_str(&from_nothing).unwrap();
    assert_eq!(people["people"].as_array().unwrap().len(), 3);
    for payload in ["{}", "null", " {\n} "] {
        assert_eq!(
            sandbox.run(&["rpc", "people_list", payload]).data(),
            from_nothing
        );
    }
    assert_eq!(
        sandbox
            .run_with_input(&["rpc", "people_list", "-"], "{}\n")
            .data(),
        from_nothing
    );
    assert_eq!(
        sandbox
            .run_with_input(&["rpc", "people_list", "-"], "{")
            .code,
        2
    );
    sandbox.stop();
}

#[test]
fn a_refused_command_ends_with_the_exit_code_of_its_error() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    for (command, payload, code, said) in [
        (
            "apps_get",
            json!({ "client_id": "client_x" }),
            3,
            "error: there is no app `client_x`; see apps_list (not_found)\n",
        ),
        (
            "workspace_factory_reset",
            json!({}),
            4,
            "(not_confirmed)\n  detail: {\"confirm\":\"factory reset\"}\n",
        ),
        (
            "apps_create",
            json!({ "name": "", "app_type": "web", "scopes": [] }),
            2,
            "\n  redirect_uris: at least one is needed, for example http://localhost:3000/callback\n",
        ),
        (
            "people_create",
            json!({ "email": "maya@example.com", "name": "Maya" }),
            4,
            "(conflict)\n",
        ),
    ] {
        let run = sandbox.run(&["rpc", command, &payload.to_string()]);
        assert_eq!(
            (run.code, run.out.as_str()),
            (code, ""),
            "{command}: {}",
            run.err
        );
        assert!(run.err.contains(said), "{command}: {}", run.err);
    }
    sandbox.stop();
}

#[test]
fn what_a_command_changes_is_there_for_the_next() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let created = sandbox.rpc(
        "apps_create",
        &json!({ "name": "It's mine", "app_type": "spa", "redirect_uris": ["http://localhost:1/cb"], "scopes": ["openid"] }),
    );
    assert_eq!(
        sandbox
            .run(&["env", "--app", "It's mine", "--format", "json"])
            .json()["LOOP_CLIENT_ID"],
        created["client_id"]
    );
    let advanced = sandbox.rpc("clock_advance", &json!({ "seconds": 3600 }));
    assert_eq!(advanced["cancelled"], false);
    sandbox.stop();
}

#[test]
fn the_commands_are_listed_without_a_sandbox() {
    let home = Home::new();
    let listed = home.run(&["commands", "--json"]).json();
    // Descriptions are read by people who have none of the project's papers.
    assert!(!listed.to_string().contains("ruling"), "{listed}");
    let listed = listed.as_array().unwrap();
    let table = home.run(&["commands"]).data();
    assert_eq!(listed.len(), connect_rpc::COMMANDS.len());
    for (command, listed) in connect_rpc::COMMANDS.iter().zip(listed) {
        assert_eq!(listed["name"], command.name);
        assert_eq!(listed["request"]["type"], "object", "{}", command.name);
        assert!(listed["answer"].is_object(), "{}", command.name);
        assert!(
            table.contains(&format!("  {} ", command.name)) && table.contains(command.summary),
            "{}",
            command.name
        );
    }
    assert!(
        table.contains("client_id, name?, redirect_uris?"),
        "{table}"
    );
}

#[test]
fn a_payload_that_does_not_fit_is_answered_with_what_does() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    for (command, payload, said) in [
        ("clock_advance", "3600", "it must be a JSON object"),
        ("clock_advance", "{}", "\n  it takes seconds\n"),
        ("apps_list", r#"{"limit": 3}"#, "\n  it takes nothing\n"),
        ("apps_code", "{}", "\n  it takes client_id, language\n"),
    ] {
        let run = sandbox.run(&["rpc", command, payload]);
        assert_eq!(run.code, 2, "{command}");
        assert!(run.err.contains(said), "{command}: {}", run.err);
    }
    sandbox.stop();
}

#[test]
fn one_command_says_what_each_of_its_members_is() {
    let home = Home::new();
    insta::assert_snapshot!(home.run(&["commands", "apps_code"]).data(), @r"
    apps_code  Code that runs as pasted, for an app as it is registered.

      client_id  text, needed
        Which app.
      language  node | python | react_native | curl | rust, needed
        In what.
    ");
    let nothing = home.run(&["commands", "apps_list"]).data();
    assert!(nothing.ends_with("\n\nIt takes nothing.\n"), "{nothing}");
    let listed = home.run(&["commands", "apps_code", "--json"]).json();
    assert_eq!(listed["name"], "apps_code");
    let run = home.run(&["commands", "app_code"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("did you mean apps_code"), "{}", run.err);
    for command in connect_rpc::COMMANDS {
        let said = home.run(&["commands", command.name]).data();
        assert!(!said.contains("  any,"), "{said}");
    }
}

#[test]
fn status_is_for_people_and_for_programs() {
    let home = Home::new();
    let sandbox = home.serve(&[]);
    let status = sandbox.run(&["status", "--json"]).json();
    assert_eq!(
        (&status["pid"], &status["platform"]),
        (&sandbox.ready["pid"], &sandbox.ready["platform"])
    );
    let table = sandbox.run(&["status"]).data();
    for part in [
        sandbox.platform(),
        &format!("{}/clinical", sandbox.platform()),
        sandbox.data_dir().to_str().unwrap(),
        "people are asked",
        "3 personas",
        "local socket only",
    ] {
        assert!(table.contains(part), "{part} is not in\n{table}");
    }
    assert!(!table.contains("ahead of"), "{table}");
    sandbox.rpc("clock_advance", &json!({ "seconds": 7260 }));
    let later = sandbox.run(&["status"]).data();
    assert!(
        later.contains("Z, 2 h 1 min ahead of this machine's\n"),
        "{later}"
    );
    sandbox.stop();
}

#[test]
fn a_data_directory_with_a_long_name_is_found_all_the_same() {
    let home = Home::new();
    let name = "long".repeat(30);
    let sandbox = home.serve_on(&name, &[]);
    assert!(sandbox.data_dir().as_os_str().len() > 120);
    assert_eq!(
        sandbox.run(&["status", "--json"]).json()["pid"],
        sandbox.pid()
    );
    sandbox.stop();
}

#[test]
fn colour_goes_to_terminals_only_unless_it_is_asked_for() {
    let home = Home::new();
    let coloured = |name: &str, value: &str| {
        let output = home
            .program(&["commands"])
            .env(name, value)
            .output()
            .unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(!coloured("TERM", "xterm"));
    assert!(coloured("CLICOLOR_FORCE", "1"));
    assert!(!coloured("NO_COLOR", "1"));
}
