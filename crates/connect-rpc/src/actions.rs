//! The one list of actions: what a person can do in the console, by whatever way.
//!
//! The command palette, native menus, buttons, shortcuts and the help sheet all read this list, so an action has one
//! name, one sentence and one shortcut everywhere. The console carries an action out by its id; hosts send that id and
//! nothing else. To add an action: its line in [`ACTIONS`], and its handler in the console, which does not compile
//! until then.

mod list;

use schemars::JsonSchema;
use serde::Serialize;

pub use list::ACTIONS;

/// Something a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Action {
    /// Group, dot, name: `traffic.pause`. It never changes, since rebound shortcuts are kept by it.
    pub id: &'static str,
    /// As menus and the palette show it.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub description: &'static str,
    /// What it stands under.
    pub group: Group,
    /// Where it can be done.
    pub needs: Needs,
    /// What presses it unless the person chose something else.
    pub shortcuts: Shortcuts,
}

/// What actions stand under: a menu of the window, a heading of the palette and of the help sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Workspaces, their files, the program itself.
    Workspace,
    /// Going to a panel or a pane.
    Go,
    /// How the console looks.
    View,
    /// The sandbox: addresses, clearing, new apps and personas.
    World,
    /// The sandbox clock.
    Clock,
    /// Walks of the client simulator.
    Simulator,
    /// Exchanges.
    Traffic,
    /// Finding out.
    Help,
}

impl Group {
    /// Every group, in the order of the menu bar.
    pub const ALL: &'static [Self] = &[
        Self::Workspace,
        Self::Go,
        Self::View,
        Self::World,
        Self::Clock,
        Self::Simulator,
        Self::Traffic,
        Self::Help,
    ];

    /// As a menu shows it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Workspace => "Workspace",
            Self::Go => "Go",
            Self::View => "View",
            Self::World => "World",
            Self::Clock => "Clock",
            Self::Simulator => "Simulator",
            Self::Traffic => "Traffic",
            Self::Help => "Help",
        }
    }
}

/// Where an action can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// In the window and in a browser.
    Any,
    /// In the window only; a browser says so.
    Desktop,
}

/// A kind of desktop, where keys differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Linux and other Unix desktops.
    Linux,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
}

impl Platform {
    /// Every platform.
    pub const ALL: &'static [Self] = &[Self::Linux, Self::Mac, Self::Windows];

    /// The one this program was built for.
    #[must_use]
    pub const fn here() -> Self {
        if cfg!(target_os = "macos") {
            Self::Mac
        } else if cfg!(windows) {
            Self::Windows
        } else {
            Self::Linux
        }
    }
}

/// Shortcuts by platform, the one that menus show first: `Mod+Shift+C`. `Mod` is Command on a Mac, else Control; keys
/// are named as `KeyboardEvent.key` names them, letters in upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Shortcuts {
    /// On Linux.
    pub linux: &'static [&'static str],
    /// On a Mac.
    pub mac: &'static [&'static str],
    /// On Windows.
    pub windows: &'static [&'static str],
}

impl Shortcuts {
    /// Those of a platform.
    #[must_use]
    pub const fn on(&self, platform: Platform) -> &'static [&'static str] {
        match platform {
            Platform::Linux => self.linux,
            Platform::Mac => self.mac,
            Platform::Windows => self.windows,
        }
    }

    const fn same(keys: &'static [&'static str]) -> Self {
        Self {
            linux: keys,
            mac: keys,
            windows: keys,
        }
    }
}

/// The action with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// What a browser keeps for itself, whatever a page says, and what editing text needs everywhere.
    const TAKEN: &[&str] = &[
        "Mod+N",
        "Mod+T",
        "Mod+W",
        "Mod+Shift+N",
        "Mod+Shift+T",
        "Mod+Shift+W",
        "Mod+A",
        "Mod+C",
        "Mod+V",
        "Mod+X",
        "Mod+Y",
        "Mod+Z",
        "Mod+Shift+Z",
        "Alt+F4",
    ];
    const MODIFIERS: &[&str] = &["Mod", "Ctrl", "Alt", "Shift"];

    #[test]
    fn ids_are_unique_and_every_action_is_one_sentence() {
        let mut seen = BTreeSet::new();
        for action in ACTIONS {
            assert!(seen.insert(action.id), "{} is there twice", action.id);
            assert!(
                action.id.split_once('.').is_some_and(|(group, name)| {
                    let plain = |text: &str| {
                        !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                    };
                    plain(group) && plain(name)
                }),
                "{}",
                action.id
            );
            assert!(action.description.ends_with('.'), "{}", action.id);
            assert_eq!(action.description.matches(". ").count(), 0, "{}", action.id);
            assert!(!action.name.ends_with('.'), "{}", action.id);
        }
    }

    #[test]
    fn a_shortcut_presses_one_action_on_each_platform() {
        for platform in Platform::ALL {
            let control = match platform {
                Platform::Mac => "Mod",
                Platform::Linux | Platform::Windows => "Ctrl",
            };
            let mut pressed = BTreeMap::new();
            for action in ACTIONS {
                for keys in action.shortcuts.on(*platform) {
                    let keys = if control == "Ctrl" {
                        keys.replace("Mod", control)
                    } else {
                        (*keys).to_owned()
                    };
                    if let Some(other) = pressed.insert(keys.clone(), action.id) {
                        panic!("{keys} presses {other} and {} on {platform:?}", action.id);
                    }
                }
            }
        }
    }

    #[test]
    fn no_shortcut_is_one_that_a_browser_or_an_editor_keeps() {
        for action in ACTIONS {
            for platform in Platform::ALL {
                for keys in action.shortcuts.on(*platform) {
                    assert!(!TAKEN.contains(keys), "{}: {keys}", action.id);
                }
            }
        }
    }

    #[test]
    fn shortcuts_are_modifiers_in_order_and_one_key() {
        for action in ACTIONS {
            for keys in action.shortcuts.linux {
                let (modifiers, key) = match keys.strip_suffix("++") {
                    Some(modifiers) => (modifiers, "+"),
                    None => keys.rsplit_once('+').unwrap_or(("", keys)),
                };
                let modifiers: Vec<_> = modifiers.split('+').filter(|m| !m.is_empty()).collect();
                let places: Vec<_> = modifiers
                    .iter()
                    .map(|modifier| MODIFIERS.iter().position(|known| known == modifier))
                    .collect();
                assert!(places.iter().all(Option::is_some), "{keys}");
                assert!(places.is_sorted(), "{keys}");
                assert!(!places.is_empty() || key.len() > 1, "{keys} would be typed");
                assert!(!key.is_empty(), "{keys}");
            }
        }
    }

    #[test]
    fn actions_stand_together_by_group_in_the_order_of_the_menus() {
        assert!(ACTIONS.is_sorted_by_key(|action| action.group));
        for group in Group::ALL {
            assert!(
                ACTIONS.iter().any(|action| action.group == *group),
                "{group:?}"
            );
        }
    }
}
