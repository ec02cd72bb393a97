//! What was captured stays text, whatever it holds.

use crate::support::http;

use super::Console;

const NASTY: &str =
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn captured_markup_is_text() -> anyhow::Result<()> {
    let console = Console::open().await?;
    let address = format!("{}/v1/oauth/token", console.sandbox.url());
    let answer = http::client()?
        .post(address)
        .query(&[("q", NASTY)])
        .header("User-Agent", NASTY)
        .form(&[("grant_type", NASTY), ("redirect_uri", NASTY)])
        .send()
        .await?;
    assert_eq!(answer.status(), 400);
    let exchange = console.sandbox.newest_exchange().await?;
    console.go(&format!("traffic/{exchange}")).await?;
    for tab in ["Request", "Response", "Why?", "Trace", "Raw"] {
        console.tab(tab).await?;
        let made = console
            .browser
            .execute(
                "return document.querySelectorAll('main img[src=\"x\"], main script').length",
                vec![],
            )
            .await?;
        assert_eq!(made.json().as_u64(), Some(0), "{tab}");
    }
    assert!(console.browser.text().await?.contains("onerror="));
    assert_ne!(console.browser.title().await?, "owned");
    console.no_complaints().await
}
