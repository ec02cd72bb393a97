//! The console in a real Chromium, as `connect-sandbox serve --ui` serves it.

mod appearance;
mod hands;
mod keyboard;
mod markup;
mod story;

use anyhow::Context as _;
use serde_json::json;

use crate::support::browser::Browser;
use crate::support::eventually;
use crate::support::sandbox::Sandbox;

/// Counts the page's questions that have no whole answer yet. It runs before anything of the page does.
const COUNTS: &str = r"(() => {
  let open = 0;
  const ask = window.fetch;
  window.fetch = async (...asked) => {
    if (asked[0] !== '/rpc') return ask(...asked);
    open += 1;
    try {
      const answer = await ask(...asked);
      await answer.clone().arrayBuffer().catch(() => undefined);
      return answer;
    } finally {
      open -= 1;
    }
  };
  window.unanswered = () => open;
})()";

/// Whether the panel that the address names is drawn with all that it asked for, in each frame for a while: what arrives
/// is drawn with the next frame, and may ask for more with the one after that, or once a pause of a quarter of a second
/// is over.
const SETTLED: &str = r"const done = arguments[0];
const since = performance.now();
const look = () => {
  const main = document.querySelector('main');
  if (!main || window.unanswered() > 0 || document.fonts.status !== 'loaded') return done(false);
  if (main.querySelector('[aria-busy=true], .waiting, .coming')) return done(false);
  if (performance.now() - since > 280) return done(true);
  requestAnimationFrame(look);
};
look();";

/// A sandbox with its console open in a browser.
struct Console {
    sandbox: Sandbox,
    browser: Browser,
}

impl Console {
    /// Opens it at Home.
    async fn open() -> anyhow::Result<Self> {
        Self::over(Sandbox::with_console().await?).await
    }

    async fn over(sandbox: Sandbox) -> anyhow::Result<Self> {
        let browser = Browser::open().await?;
        let address = sandbox.console().context("the console is served")?;
        browser
            .cdp()
            .send_raw(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": COUNTS }),
            )
            .await?;
        browser.goto(&address).await?;
        let console = Self { sandbox, browser };
        console.browser.heading("Home").await?;
        Ok(console)
    }

    /// Goes to a place of the console, `traffic` or `apps/client_…`, as a link in it would.
    async fn go(&self, place: &str) -> anyhow::Result<()> {
        let script = r"const [place, done] = arguments;
            if (location.hash === place) return done();
            window.addEventListener('hashchange', () => done(), { once: true });
            location.hash = place;";
        let place = json!(format!("#/{place}"));
        self.browser.execute_async(script, vec![place]).await?;
        self.settled().await
    }

    /// Nothing waits for an answer any more, what was answered is drawn, and the fonts are there.
    async fn settled(&self) -> anyhow::Result<()> {
        eventually("the panel has settled", async || {
            let done = self.browser.execute_async(SETTLED, vec![]).await?;
            Ok(done.json().as_bool().filter(|done| *done))
        })
        .await?;
        Ok(())
    }

    /// Shows it in a theme, `light`, `dark` or `contrast`, at a size.
    async fn show(&self, theme: &str, width: u32, height: u32) -> anyhow::Result<()> {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.browser
            .cdp()
            .send_raw("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        let contrast = if theme == "contrast" {
            "more"
        } else {
            "no-preference"
        };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": if theme == "dark" { "dark" } else { "light" } },
            { "name": "prefers-contrast", "value": contrast },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.browser
            .cdp()
            .send_raw("Emulation.setEmulatedMedia", features)
            .await?;
        let drawn =
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));";
        self.browser.execute_async(drawn, vec![]).await?;
        Ok(())
    }

    /// The browser had nothing to complain about: no error in a script, no breach of the policy, nothing missing.
    async fn no_complaints(&self) -> anyhow::Result<()> {
        let complaints: Vec<String> = self
            .browser
            .get_log("browser")
            .await?
            .into_iter()
            .map(|entry| entry.message)
            .collect();
        anyhow::ensure!(complaints.is_empty(), "the browser said: {complaints:#?}");
        Ok(())
    }
}
