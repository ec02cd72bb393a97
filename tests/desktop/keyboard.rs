//! What the window alone can do, done without a pointer.

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::support::window::Window;
use crate::support::{Home, eventually};

/// More presses of Tab than any page here has stops.
const STOPS: usize = 80;

impl Window {
    /// Goes on by Tab to what has these words: a button or a link, in the line of a list that has those when there are any.
    async fn tabs_to(&self, words: &str, line: Option<&str>) {
        let wanted = json!({ "words": words, "line": line });
        let there = format!(
            "const {{ words, line }} = {wanted};
             const here = document.activeElement;
             const said = (here.getAttribute('aria-label') ?? here.textContent).trim();
             const name = here.closest('li')?.querySelector('.name')?.textContent.trim();
             return said === words && (line === null || name === line);"
        );
        for _ in 0..STOPS {
            if self.run(&there).await == true {
                return;
            }
            self.strike(Key::Tab + "").await;
        }
        panic!("no stop is {words} of {line:?}");
    }

    /// Waits until the field of a dialog has the focus: then keys go there.
    async fn is_asked(&self, title: &str) {
        let script = format!(
            "const here = document.activeElement;
             return here.matches('[role=dialog] input, [role=alertdialog] input') &&
               here.closest('[role]').textContent.includes({title:?});"
        );
        eventually(&format!("{title} is asked"), async || {
            (self.run(&script).await == true).then_some(())
        })
        .await;
    }

    /// Waits until nothing is asked any more.
    async fn is_answered(&self) {
        let script = "return document.querySelector('[role=dialog], [role=alertdialog]') === null";
        eventually("the dialog is gone", async || {
            (self.run(script).await == true).then_some(())
        })
        .await;
    }

    /// Waits until the list has these workspaces, the first of them open.
    async fn lists(&self, wanted: &[&str]) {
        let script = "const rows = [...document.querySelectorAll('ul[aria-label=\"Workspaces\"] li')];
             const name = (row) => row.querySelector('.name').textContent.trim();
             const open = rows.filter((row) => [...row.querySelectorAll('*')].some((one) => one.textContent.trim() === 'open'));
             return [...open, ...rows.filter((row) => !open.includes(row))].map(name);";
        eventually(&format!("the workspaces are {wanted:?}"), async || {
            (self.run(script).await == json!(wanted)).then_some(())
        })
        .await;
    }

    /// Waits until the menu is open, with its first line to be chosen.
    async fn offers(&self, first: &str) {
        let script = format!(
            "const here = document.activeElement;
             return here.getAttribute('role') === 'menuitem' && here.textContent.trim().startsWith({first:?});"
        );
        eventually(&format!("{first} is offered"), async || {
            (self.run(&script).await == true).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn workspaces_are_made_copied_switched_and_deleted_by_keys_alone() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--key-file"]).await;
    window.element("//nav[@aria-label='Panels']").await;
    window.strike(Key::Control + "o").await;
    window.lists(&["default"]).await;

    window.tabs_to("New workspace…", None).await;
    window.strike(Key::Enter + "").await;
    window.is_asked("New workspace").await;
    window.strike("by hand").await;
    window.strike(Key::Enter + "").await;
    window.is_answered().await;
    window.lists(&["by hand", "default"]).await;

    window.tabs_to("More", Some("by hand")).await;
    window.strike(Key::Enter + "").await;
    window.offers("Duplicate…").await;
    window.strike(Key::Enter + "").await;
    window.is_asked("Duplicate by hand").await;
    window.strike(Key::Enter + "").await;
    window.is_answered().await;
    window.lists(&["by hand", "by hand copy", "default"]).await;

    window.tabs_to("Open", Some("default")).await;
    window.strike(Key::Enter + "").await;
    window.lists(&["default", "by hand", "by hand copy"]).await;

    window.tabs_to("More", Some("by hand copy")).await;
    window.strike(Key::Enter + "").await;
    window.offers("Duplicate…").await;
    window.strike(Key::Down + "").await;
    window.offers("Delete…").await;
    window.strike(Key::Enter + "").await;
    window.is_asked("Delete by hand copy?").await;
    window.strike("by hand copy").await;
    window.strike(Key::Enter + "").await;
    window.is_answered().await;
    window.lists(&["default", "by hand"]).await;

    let state = window.rpc("host_workspaces", json!({})).await;
    let names: Vec<&Value> = state["workspaces"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["by hand", "default"]);
    assert_eq!(state["current"], "default");
    window.close().await;
}

#[tokio::test]
async fn the_whole_flow_is_walked_in_the_window_by_keys_alone() {
    let home = Home::new().await;
    let window = Window::open(&home, &["--key-file"]).await;
    window.element("//nav[@aria-label='Panels']").await;
    window.strike(Key::Control + "4").await;
    window.element("//h1[normalize-space()='Simulator']").await;
    window.strike(Key::Control + Key::Alt + "w").await;
    let sessions = async || {
        let listed = window.rpc("simulator_list", json!({})).await;
        listed["sessions"].as_array().expect("sessions").clone()
    };
    eventually("a walk has begun", async || {
        (sessions().await.len() == 1).then_some(())
    })
    .await;
    window
        .element("//button[normalize-space()='Run all']")
        .await;
    window.strike(Key::Control + Key::Shift + Key::Enter).await;
    let walked = eventually("the walk is at its end", async || {
        let session = sessions().await.remove(0);
        session["step"].is_null().then_some(session)
    })
    .await;
    assert_eq!(walked["done"], 13, "{walked}");
    assert_eq!(walked["disagreements"], 0, "{walked}");
    // What was foreseen stands beside what came, and the server's side beside both.
    window.element("//*[normalize-space()='As foreseen']").await;
    window.element("//*[contains(., 'server’s side')]").await;
}
