//! The whole walk through the flow, a mistake on purpose, the diagram and what is taken away.

use connect_core::domain::walk::Step;

use crate::support::eventually;

use super::super::Console;

impl Console {
    /// Waits until the address has this in it.
    async fn is_at(&self, part: &str) -> anyhow::Result<()> {
        eventually(&format!("the address has {part}"), async || {
            Ok(self.place().await?.contains(part).then_some(()))
        })
        .await?;
        self.settled().await
    }

    /// Takes one step after the other by one key, up to this one; each is seen before and after it is taken.
    async fn walks_to(&self, last: Step) -> anyhow::Result<()> {
        for step in Step::ALL.into_iter().filter(|step| *step <= last) {
            self.says(step.title()).await?;
            self.keys("Ctrl+Enter").await?;
            self.is_at(&format!("/{}?view=after", step.as_str()))
                .await?;
            if step < last {
                self.keys("Ctrl+Enter").await?;
                let next = step.next().map_or("", Step::as_str);
                self.is_at(&format!("/{next}")).await?;
            }
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_flow_is_walked_spoiled_drawn_and_handed_over_by_keys() -> anyhow::Result<()> {
    let console = Console::open().await?;
    console.keys("Ctrl+4").await?;
    console.browser.heading("Simulator").await?;
    console.enter("button", "Start a walk").await?;
    console.is_at("#/simulator/walk_").await?;
    // What had the focus is gone; what goes on has it.
    console.is_on("button", "Send it").await?;

    // All of it, by one key.
    console.walks_to(Step::AfterRevoke).await?;
    console.says("invalid_token").await?;
    console.says("As foreseen").await?;

    // Back at the beginning, and to the exchange of the code.
    console.keys("Ctrl+Alt+R").await?;
    console.is_at("/configure?view=before").await?;
    console.walks_to(Step::Callback).await?;
    console.keys("Ctrl+Enter").await?;
    console.is_at("/token").await?;
    // A mistake: foreseen first, then made.
    // Found by a word; from the field into what it found, and on by arrows.
    console.enter("button", "Choose a mistake").await?;
    console.is_on("textbox", "Find a mistake").await?;
    console.types("verifier").await?;
    console.says("The verifier (PKCE)").await?;
    console.keys("ArrowDown").await?;
    console.is_on("radio", "Wrong verifier").await?;
    console.keys("ArrowDown").await?;
    console.is_on("radio", "No verifier").await?;
    console.keys("ArrowUp").await?;
    console.is_on("radio", "Wrong verifier").await?;
    console.says("invalid_grant").await?;
    console.keys("Ctrl+Enter").await?;
    console.is_at("/token?view=after").await?;
    console.says("As foreseen").await?;
    console.says("refused, as meant").await?;
    // The chosen mistake is gone with the step before: what helps has the focus, and the step is told in short.
    console.is_on("button", "Begin the sign-in anew").await?;
    console.says("POST /v1/oauth/token").await?;
    console.says("The server’s check").await?;

    // The diagram: from arrow to arrow, and into an exchange.
    console.keys("Ctrl+Alt+D").await?;
    console.is_at("view=diagram").await?;
    console.reach("button", "Copy for Mermaid").await?;
    console.keys("Enter").await?;
    console.is_told("copied").await?;
    console.copied("sequenceDiagram").await?;
    console.reach("button", "Token exchange: request").await?;
    console.keys("ArrowUp").await?;
    console.keys("ArrowDown").await?;
    console.is_on("button", "Token exchange: request").await?;
    console.keys("Enter").await?;
    console.is_at("x=").await?;
    console.says("As foreseen").await?;

    // Taken away as a program.
    console.keys("Ctrl+Alt+H").await?;
    console.asked("Hand over").await?;
    console.reach("radio", "Node").await?;
    console.keys("ArrowRight").await?;
    console.is_on("radio", "Python").await?;
    console.settled().await?;
    console.reach_back("button", "Copy").await?;
    console.keys("Enter").await?;
    console.is_told("copied").await?;
    console.copied("import secrets").await?;
    console.escape().await?;

    // Called something else.
    console.menu("More for this walk", "Rename…").await?;
    console.asked("Rename the walk").await?;
    console.rewrites("For the call").await?;
    console.keys("Enter").await?;
    console.is_back().await?;
    console.says("For the call").await?;

    // Another walk: what goes on has the focus, and its key works where the focus lands.
    let before = console.place().await?;
    console.keys("Ctrl+Alt+W").await?;
    eventually("another walk is open", async || {
        let place = console.place().await?;
        Ok((place != before && place.contains("/walk_")).then_some(()))
    })
    .await?;
    console.is_on("button", "Send it").await?;
    console.keys("Ctrl+Enter").await?;
    console.is_at("/configure?view=after").await?;
    // From a divider as well.
    console.reach_back("separator", "").await?;
    console.keys("Ctrl+Enter").await?;
    console.is_at("/pkce").await?;

    // By the list of steps: one stop, arrows look at another.
    console
        .reach_back("link", "2 Verifier and challenge")
        .await?;
    console.keys("ArrowUp").await?;
    console.is_on("link", "1 Configure").await?;
    console.is_at("/configure").await?;

    // All of it at once; back to a step, which is left out, and back for a new code: each by its key.
    console.keys("Ctrl+Shift+Enter").await?;
    console.is_at("/after_revoke?view=after").await?;
    console.keys("Ctrl+Alt+Enter").await?;
    console.is_at("/revoke").await?;
    console.keys("Ctrl+Alt+Enter").await?;
    console.is_at("/reuse").await?;
    console.keys("Ctrl+Alt+B").await?;
    console.is_at("/reuse?view=before").await?;
    console.keys("Ctrl+Alt+K").await?;
    console.is_at("/revoke?view=before").await?;
    console.keys("Ctrl+Alt+U").await?;
    console.is_at("/pkce?view=before").await?;
    // The mistakes of every step are found from here.
    console.keys("Ctrl+Alt+F").await?;
    console.is_on("textbox", "Find a mistake").await?;
    console.no_complaints().await
}
