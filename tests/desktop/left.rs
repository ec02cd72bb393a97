//! Where the console was left is where it is opened again.

use rustix::process::Signal;
use serde_json::json;

use crate::support::window::Window;
use crate::support::{Home, eventually, program};

#[tokio::test]
async fn the_place_is_found_again_however_quickly_the_window_is_left() {
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

    // Another place and the end in one breath: the page itself has no time to keep anything.
    let window = Window::open(&home, &arguments).await;
    window.rpc("sandbox_status", json!({})).await;
    window.goes_and_tells("#/people", "host_close").await;
    let_go().await;
    drop(window);
    let window = Window::open(&home, &arguments).await;
    window.element("//main//h1[contains(., 'People')]").await;
    assert_eq!(window.place().await, "#/people");

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
