//! Native menus: the actions of the one list, by group. They carry nothing out: the page is told the action's id.

use std::collections::BTreeMap;

use connect_rpc::actions::{ACTIONS, Action, Group, Platform};
use tauri::menu::{Menu, MenuItem, MenuItemBuilder, Submenu, SubmenuBuilder};
use tauri::{App, AppHandle, Manager as _, Wry};

use crate::quit;
use crate::rpc::Stream;

/// The one action that needs no page.
const QUIT: &str = "app.quit";

/// The items of the menus, by the id of their action.
pub(crate) struct Menus(BTreeMap<&'static str, MenuItem<Wry>>);

impl Menus {
    /// Makes the menus and puts them on the window, or where this system has menus.
    ///
    /// # Errors
    /// When the system does not make them.
    pub(crate) fn install(app: &App) -> tauri::Result<Self> {
        let mut items = BTreeMap::new();
        let menu = Menu::new(app)?;
        #[cfg(target_os = "macos")]
        menu.append_items(&[&of_the_program(app)?, &of_text(app)?])?;
        for group in Group::ALL {
            menu.append(&submenu(app, *group, &mut items)?)?;
        }
        app.set_menu(menu)?;
        Ok(Self(items))
    }

    /// Shows other shortcuts: a person's own where they are given, else those of the list.
    ///
    /// # Errors
    /// When the system does not take one.
    pub(crate) fn set_shortcuts(&self, own: &BTreeMap<String, Vec<String>>) -> tauri::Result<()> {
        for action in ACTIONS {
            let Some(item) = self.0.get(action.id) else {
                continue;
            };
            let keys = match own.get(action.id) {
                Some(keys) => keys.first().map(String::as_str),
                None => usual(action),
            };
            item.set_accelerator(keys.map(accelerator))?;
        }
        Ok(())
    }
}

/// Sends what was chosen to the page.
pub(crate) fn chosen(app: &AppHandle, id: &str) {
    if id == QUIT {
        quit::ask(app);
    } else {
        app.state::<Stream>().act(id);
    }
}

fn submenu(
    app: &App,
    group: Group,
    items: &mut BTreeMap<&'static str, MenuItem<Wry>>,
) -> tauri::Result<Submenu<Wry>> {
    let mut menu = SubmenuBuilder::new(app, group.title());
    for action in ACTIONS.iter().filter(|action| action.group == group) {
        let mut item = MenuItemBuilder::with_id(action.id, action.name);
        if let Some(keys) = usual(action) {
            item = item.accelerator(accelerator(keys));
        }
        let item = item.build(app)?;
        menu = menu.item(&item);
        items.insert(action.id, item);
    }
    menu.build()
}

fn usual(action: &Action) -> Option<&'static str> {
    action.shortcuts.on(Platform::here()).first().copied()
}

/// A shortcut as native menus name it.
fn accelerator(keys: &str) -> String {
    keys.replace("Mod+", "CmdOrCtrl+")
}

/// The menu that a Mac names after the program.
#[cfg(target_os = "macos")]
fn of_the_program(app: &App) -> tauri::Result<Submenu<Wry>> {
    SubmenuBuilder::new(app, crate::window::TITLE)
        .services()
        .separator()
        .hide()
        .hide_others()
        .show_all()
        .build()
}

/// A Mac copies and pastes by this menu; elsewhere the page does it.
#[cfg(target_os = "macos")]
fn of_text(app: &App) -> tauri::Result<Submenu<Wry>> {
    SubmenuBuilder::new(app, "Edit")
        .undo()
        .redo()
        .separator()
        .cut()
        .copy()
        .paste()
        .select_all()
        .build()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use muda::accelerator::Accelerator;

    use super::*;

    #[test]
    fn every_shortcut_can_stand_in_a_menu() {
        for action in ACTIONS {
            for platform in Platform::ALL {
                for keys in action.shortcuts.on(*platform).iter().take(1) {
                    let shown = accelerator(keys);
                    assert!(
                        Accelerator::from_str(&shown).is_ok(),
                        "{}: {shown}",
                        action.id
                    );
                }
            }
        }
    }
}
