//! Where the console was left is where it is opened again.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::process::Signal;
use serde_json::json;

use crate::support::window::Window;
use crate::support::{Home, eventually, program};

fn rights(path: &Path) -> u32 {
    let about = std::fs::metadata(path).expect("it is there");
    about.permissions().mode() & 0o777
}

#[tokio::test]
async fn place_and_choices_are_found_again_however_quickly_the_window_is_left() {
    let home = Home::new().await;
    let data = home.path().join("data-dir");
    let path = data.to_str().expect("a plain path");
    let arguments = ["--data-dir", path, "--key-file"];
    let let_go = async || {
        eventually("the directory is let go", async || {
            (!data.join("runtime.json").exists()).then_some(())
        })
        .await;
    };

    // Another place, another theme and the end in one breath: the page itself has no time to write anything down.
    let window = Window::open(&home, &arguments).await;
    window.rpc("sandbox_status", json!({})).await;
    let script = r##"location.hash = "#/people?q=maya"; localStorage.setItem("connect.pref.theme", '"contrast"')"##;
    window.does_and_tells(script, "host_close").await;
    let_go().await;
    drop(window);
    // What the person wrote themselves is in no file; the files are for nobody else.
    let (left, kept) = (data.join("left-at"), home.web_view().join("page-kept.json"));
    assert_eq!(std::fs::read_to_string(&left).expect("written"), "#/people");
    let text = std::fs::read_to_string(&kept).expect("written");
    assert!(
        text.contains("contrast") && !text.contains("maya"),
        "{text}"
    );
    assert_eq!(
        [rights(&left), rights(&kept), rights(&home.web_view())],
        [0o600, 0o600, 0o700]
    );

    let window = Window::open(&home, &arguments).await;
    window.element("//main//h1[contains(., 'People')]").await;
    assert_eq!(window.place().await, "#/people");
    let theme = window
        .run("return document.documentElement.dataset.theme")
        .await;
    assert_eq!(theme, "contrast");
    assert!(!left.exists() && !kept.exists(), "both are used up");

    // Nothing tells of an end by force: then it is the place that the page has kept.
    window.run("location.hash = '#/settings'").await;
    eventually("the place is written down", async || {
        home.page_wrote_down("#/settings").then_some(())
    })
    .await;
    let status = window.rpc("sandbox_status", json!({})).await;
    let pid = status["pid"].as_u64().expect("a pid");
    program::signal(u32::try_from(pid).expect("a small number"), Signal::KILL);
    drop(window);
    let window = Window::open(&home, &arguments).await;
    window.element("//main//h1[contains(., 'Settings')]").await;
    assert_eq!(window.place().await, "#/settings");
    window.close().await;
}

#[tokio::test]
async fn the_window_is_as_large_as_it_was_made_a_moment_before_its_end() {
    let home = Home::new().await;
    let data = home.path().join("data-dir");
    let path = data.to_str().expect("a plain path");
    let arguments = ["--data-dir", path, "--key-file"];
    let size = async |window: &Window| {
        window
            .run("return [window.innerWidth, window.innerHeight]")
            .await
    };
    let window = Window::open(&home, &arguments).await;
    window.rpc("sandbox_status", json!({})).await;
    let before = size(&window).await;
    let made = window.driver.set_window_rect(40, 30, 940, 640).await;
    made.expect("the window is made smaller");
    let smaller = eventually("the page is smaller", async || {
        let now = size(&window).await;
        (now != before).then_some(now)
    })
    .await;
    window.tell("host_close").await;
    eventually("the directory is let go", async || {
        (!data.join("runtime.json").exists()).then_some(())
    })
    .await;
    drop(window);
    let window = Window::open(&home, &arguments).await;
    eventually("the window is as it was", async || {
        (size(&window).await == smaller).then_some(())
    })
    .await;
    window.close().await;
}
