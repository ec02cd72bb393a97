//! A person without a mouse: presses keys, and always sees and hears where they are. Nothing here moves the focus but keys.

use std::panic::Location;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::support::eventually;

use super::Console;

/// What has the focus, as somebody at the keyboard knows it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Focus {
    /// `button`, `link`, `textbox`, `radio`, `tab`, …; `nothing` when it is lost to the page's body.
    pub(super) role: String,
    /// As a screen reader says it.
    pub(super) name: String,
    /// Whether it can be seen that this has it.
    pub(super) shown: bool,
    /// Where it is in the page, to tell one stop from another.
    pub(super) at: String,
}

/// Tells what has the focus. It is seen by an outline of its own or of what it is drawn in (a label, a framed field), by a
/// row marked as the current one, or, in menus, by another ground.
const LOOK: &str = r"
let el = document.activeElement;
// An editor keeps its parts to itself.
while (el?.shadowRoot?.activeElement) el = el.shadowRoot.activeElement;
const up = (node) => node.parentElement ?? node.getRootNode().host;
if (!el || el === document.body || el === document.documentElement) return { role: 'nothing', name: '', shown: false, at: '' };
const text = (node) => (node?.innerText ?? node?.textContent ?? '').replace(/\s+/g, ' ').trim();
const named = (el.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean).map((id) => text(document.getElementById(id))).join(' ');
const name = el.getAttribute('aria-label') || named || text(el.labels?.[0]) || (el.matches('input, select, textarea') ? '' : text(el)) || el.title || el.placeholder || '';
const type = el.getAttribute('type') ?? 'text';
const role = el.getAttribute('role') ?? ({ A: 'link', BUTTON: 'button', SELECT: 'combobox', TEXTAREA: 'textbox', MAIN: 'main', PRE: 'text' }[el.tagName]
  ?? (el.tagName === 'INPUT' ? ({ checkbox: 'checkbox', radio: 'radio', range: 'slider' }[type] ?? 'textbox') : el.tagName.toLowerCase()));
const ring = (node) => {
  const style = node && getComputedStyle(node);
  return Boolean(style) && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 && style.outlineColor !== 'rgba(0, 0, 0, 0)';
};
const ground = (node) => getComputedStyle(node).backgroundColor !== 'rgba(0, 0, 0, 0)';
const box = el.getBoundingClientRect();
const drawn = box.width > 1 && box.height > 1;
const current = document.getElementById(el.getAttribute('aria-activedescendant') ?? '');
let framed = false;
for (let node = up(el), levels = 0; node && levels < 6; node = up(node), levels += 1) framed ||= node.matches(':focus-within') && ring(node);
const bar = role === 'separator' && getComputedStyle(el).boxShadow !== 'none';
const point = el.matches('svg *') && [...el.querySelectorAll('*')].some((part) => getComputedStyle(part).strokeWidth === '2px');
const shown = el.matches(':focus-visible') && (
  (drawn && ring(el)) || ring(el.closest('label')) || framed || bar || point ||
  (/^menuitem|^option/.test(role) && ground(el)) ||
  (current !== null && (ring(current) || ground(current) || getComputedStyle(current).boxShadow !== 'none')));
let at = '';
for (let node = el; node && node !== document.body; node = up(node)) at = `/${[...(node.parentNode?.children ?? [])].indexOf(node)}${at}`;
return { role, name: name.slice(0, 200), shown, at };
";

/// More stops than any panel has.
const STOPS: usize = 400;

impl Console {
    /// Presses keys together: `Ctrl+Shift+P`, `Tab`, `Enter`, `ArrowDown`.
    pub(super) async fn keys(&self, chord: &str) -> anyhow::Result<()> {
        let (held, last) = match chord.rsplit_once('+') {
            Some((held, last)) if !last.is_empty() => (held.split('+').collect(), last),
            _ => (Vec::new(), chord),
        };
        let modifier = |name: &&str| match *name {
            "Ctrl" => Ok(Key::Control),
            "Shift" => Ok(Key::Shift),
            "Alt" => Ok(Key::Alt),
            other => Err(anyhow::anyhow!("{other} is no modifier")),
        };
        let held = held.iter().map(modifier).collect::<Result<Vec<_>, _>>()?;
        let mut press = self.browser.action_chain();
        for key in &held {
            press = press.key_down(key.value());
        }
        press = match key(last) {
            Some(key) => press.send_keys(key),
            None => press.send_keys(last.to_lowercase()),
        };
        for key in held.iter().rev() {
            press = press.key_up(key.value());
        }
        Ok(press.perform().await?)
    }

    /// Types a text where the focus is.
    pub(super) async fn types(&self, text: &str) -> anyhow::Result<()> {
        Ok(self
            .browser
            .action_chain()
            .send_keys(text)
            .perform()
            .await?)
    }

    /// Types a text in place of what the field holds.
    pub(super) async fn rewrites(&self, text: &str) -> anyhow::Result<()> {
        self.keys("Ctrl+A").await?;
        self.types(text).await
    }

    /// What has the focus.
    pub(super) async fn focus(&self) -> anyhow::Result<Focus> {
        let looked = self.browser.execute(LOOK, vec![]).await?;
        Ok(serde_json::from_value(looked.json().clone())?)
    }

    /// Moves on by Tab until this has the focus, and sees where it is at each stop.
    pub(super) async fn reach(&self, role: &str, name: &str) -> anyhow::Result<()> {
        self.walk("Tab", role, name).await
    }

    /// The same, backwards.
    pub(super) async fn reach_back(&self, role: &str, name: &str) -> anyhow::Result<()> {
        self.walk("Shift+Tab", role, name).await
    }

    /// Reaches something and presses Enter on it.
    pub(super) async fn enter(&self, role: &str, name: &str) -> anyhow::Result<()> {
        self.reach(role, name).await?;
        self.keys("Enter").await
    }

    async fn walk(&self, key: &str, role: &str, name: &str) -> anyhow::Result<()> {
        let wanted = |focus: &Focus| focus.role == role && focus.name.starts_with(name);
        let mut passed: Vec<String> = Vec::new();
        let mut focus = self.focus().await?;
        while !wanted(&focus) {
            let said = format!("{} “{}”", focus.role, focus.name);
            // The browser's own frame lies between the last stop and the first.
            let round = passed.iter().filter(|stop| **stop == said).count() > 4;
            anyhow::ensure!(
                passed.len() < STOPS && !round,
                "{key} does not reach {role} “{name}”, but {passed:#?}"
            );
            passed.push(said);
            self.keys(key).await?;
            focus = self.focus().await?;
            anyhow::ensure!(
                focus.shown || focus.role == "nothing" || holds_others(&focus),
                "it can't be seen that {focus:?} has the focus"
            );
        }
        Ok(())
    }

    /// Waits until this has the focus by itself: a field of a dialog that opened, what a dialog gave it back to.
    pub(super) async fn is_on(&self, role: &str, name: &str) -> anyhow::Result<()> {
        let come = eventually(
            &format!("the focus is on {role} “{name}”"),
            async || {
                let focus = self.focus().await?;
                Ok((focus.role == role && focus.name.starts_with(name)).then_some(()))
            },
        )
        .await;
        let focus = self.focus().await?;
        come.with_context(|| format!("it is on {focus:?}"))
    }

    /// Waits until no dialog is open, and finds the focus on something that can be seen.
    #[track_caller]
    pub(super) fn is_back(&self) -> impl Future<Output = anyhow::Result<Focus>> {
        let at = Location::caller();
        async move { self.back().await.with_context(|| at.to_string()) }
    }

    async fn back(&self) -> anyhow::Result<Focus> {
        let gone = "return document.querySelector('[role=\"dialog\"], [role=\"alertdialog\"], [role=\"menu\"]') === null";
        eventually("the dialog is closed", async || {
            let gone = self.browser.execute(gone, vec![]).await?;
            Ok(gone.json().as_bool().filter(|gone| *gone))
        })
        .await?;
        let back = eventually("the focus is somewhere", async || {
            let focus = self.focus().await?;
            Ok(Some(focus).filter(|focus| focus.role != "nothing" && focus.shown))
        });
        let back = back.await;
        let focus = self.focus().await?;
        back.with_context(|| format!("after the dialog it is on {focus:?}"))
    }

    /// Closes the dialog by Escape; where a tip is shown, the first press takes that away.
    pub(super) async fn escape(&self) -> anyhow::Result<()> {
        let tip = "return document.querySelector('.tip') !== null";
        if self.browser.execute(tip, vec![]).await?.json() == &json!(true) {
            self.keys("Escape").await?;
        }
        self.keys("Escape").await?;
        self.is_closed().await
    }

    /// Waits until no dialog is open, where nothing had the focus before it.
    pub(super) async fn is_closed(&self) -> anyhow::Result<()> {
        let gone = "return document.querySelector('[role=\"dialog\"]') === null";
        eventually("the dialog is closed", async || {
            let gone = self.browser.execute(gone, vec![]).await?;
            Ok(gone.json().as_bool().filter(|gone| *gone))
        })
        .await
        .map(|_| ())
    }

    /// Reaches a button by Tab, opens its menu and chooses an item of it.
    pub(super) async fn menu(&self, button: &str, item: &str) -> anyhow::Result<()> {
        self.enter("button", button).await?;
        self.walk_menu(item).await?;
        self.keys("Enter").await
    }

    /// Moves to an item of the open menu by the arrow keys.
    pub(super) async fn walk_menu(&self, item: &str) -> anyhow::Result<()> {
        let mut passed = Vec::new();
        eventually("the menu has the focus", async || {
            let focus = self.focus().await?;
            Ok(focus.role.starts_with("menuitem").then_some(()))
        })
        .await?;
        loop {
            let focus = self.focus().await?;
            anyhow::ensure!(focus.shown, "it can't be seen that {focus:?} has the focus");
            if focus.name.starts_with(item) {
                return Ok(());
            }
            anyhow::ensure!(!passed.contains(&focus.name), "no {item} but {passed:?}");
            passed.push(focus.name);
            self.keys("ArrowDown").await?;
        }
    }

    /// Waits until a dialog with this title is open and holds the focus.
    pub(super) async fn asked(&self, title: &str) -> anyhow::Result<()> {
        let inside = "const open = [...document.querySelectorAll('[role=\"dialog\"], [role=\"alertdialog\"]')].at(-1);
            return open?.contains(document.activeElement) ? open.innerText : ''";
        let mut last = String::new();
        let asked = eventually(&format!("“{title}” is asked"), async || {
            let open = self.browser.execute(inside, vec![]).await?;
            let open = open.json().as_str().unwrap_or_default().to_owned();
            last.clone_from(&open);
            Ok(open.contains(title).then_some(()))
        })
        .await;
        asked.with_context(|| format!("the dialog says {last}"))
    }

    /// Waits until the strip below says this, or has said it.
    pub(super) async fn is_told(&self, words: &str) -> anyhow::Result<()> {
        self.reads("footer.strip [role=\"status\"]", words).await
    }

    /// Waits until the panel says this.
    pub(super) async fn says(&self, words: &str) -> anyhow::Result<()> {
        self.reads("main", words).await
    }

    async fn reads(&self, place: &str, words: &str) -> anyhow::Result<()> {
        let text = format!("return document.querySelector('{place}')?.innerText ?? ''");
        let mut last = String::new();
        let read = eventually(&format!("`{place}` says “{words}”"), async || {
            let said = self.browser.execute(text.as_str(), vec![]).await?;
            said.json()
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut last);
            Ok(last.contains(words).then_some(()))
        })
        .await;
        read.with_context(|| format!("it says “{last}”"))
    }

    /// What was copied, once it has this in it: a text that was copied before may be there until then.
    pub(super) async fn copied(&self, part: &str) -> anyhow::Result<String> {
        let allowed = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.browser
            .cdp()
            .send_raw("Browser.grantPermissions", allowed)
            .await?;
        let read = "const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done({ error: String(error) }));";
        let mut last = String::new();
        let copied = eventually(&format!("“{part}” is copied"), async || {
            let read = self.browser.execute_async(read, vec![]).await?;
            let Value::String(text) = read.json() else {
                anyhow::bail!("the clipboard can't be read: {}", read.json());
            };
            last.clone_from(text);
            Ok(text.contains(part).then(|| text.clone()))
        })
        .await;
        copied.with_context(|| format!("it holds {last}"))
    }

    /// The place that is open: `#/apps/client_…`.
    pub(super) async fn place(&self) -> anyhow::Result<String> {
        let place = self.browser.execute("return location.hash", vec![]).await?;
        Ok(place.json().as_str().unwrap_or_default().to_owned())
    }

    /// Waits until such a place is open: the address follows what a key has done.
    pub(super) async fn comes_to(
        &self,
        such: impl Fn(&str) -> bool + Send + Sync,
    ) -> anyhow::Result<()> {
        eventually("the place is open", async || {
            let place = self.place().await?;
            Ok(such(&place).then_some(()))
        })
        .await
    }
}

/// Whether it is a place that holds others: it gets the focus when there is nothing in it to begin with.
fn holds_others(focus: &Focus) -> bool {
    matches!(
        focus.role.as_str(),
        "dialog" | "alertdialog" | "menu" | "main"
    )
}

fn key(name: &str) -> Option<Key> {
    Some(match name {
        "Tab" => Key::Tab,
        "Enter" => Key::Enter,
        "Space" => Key::Space,
        "Escape" => Key::Escape,
        "Backspace" => Key::Backspace,
        "ArrowDown" => Key::Down,
        "ArrowUp" => Key::Up,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "Home" => Key::Home,
        "End" => Key::End,
        "F1" => Key::F1,
        "F9" => Key::F9,
        _ => return None,
    })
}
