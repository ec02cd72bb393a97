//! `actions.ts`: what a person can do in the console, for palette, buttons, shortcuts and help.

use std::fmt::Write as _;

use connect_rpc::actions::{ACTIONS, Group};
use serde_json::json;

use crate::commands::word;

/// The whole file.
pub(crate) fn file() -> String {
    let mut text = super::heading(
        "Every action: the palette, buttons, shortcuts, native menus and the help sheet read this list.",
    );
    text.push_str(TYPES);
    text.push_str(
        "/** What actions stand under, in the order of the menus, with what people read. */\n",
    );
    text.push_str("export const ACTION_GROUPS = {\n");
    for group in Group::ALL {
        let _ = writeln!(text, "\t{}: {},", word(group), json!(group.title()));
    }
    text.push_str("} as const satisfies Record<ActionGroup, string>;\n\n");
    text.push_str(
        "/** Every action, by group, in the order of the menus. */\nexport const ACTIONS = [\n",
    );
    for action in ACTIONS {
        let keys = action.shortcuts;
        let _ = writeln!(
            text,
            "\t{{\n\t\tid: {},\n\t\tname: {},\n\t\tdescription: {},\n\t\tgroup: {},\n\t\tneeds: {},\n\t\tshortcuts: {{ linux: {}, mac: {}, windows: {} }},\n\t}},",
            json!(action.id),
            json!(action.name),
            json!(action.description),
            json!(action.group),
            json!(action.needs),
            json!(keys.linux),
            json!(keys.mac),
            json!(keys.windows),
        );
    }
    text.push_str("] as const satisfies readonly Action[];\n\n");
    text.push_str(
        "/** The id of an action. */\nexport type ActionId = (typeof ACTIONS)[number]['id'];\n",
    );
    text
}

const TYPES: &str = "/** What actions stand under. */
export type ActionGroup = 'workspace' | 'go' | 'view' | 'world' | 'clock' | 'simulator' | 'traffic' | 'help';

/** A kind of desktop, where keys differ. */
export type Platform = 'linux' | 'mac' | 'windows';

/** Something a person can do. */
export interface Action {
\t/** Group, dot, name. It never changes: rebound shortcuts are kept by it. */
\treadonly id: string;
\t/** As menus and the palette show it. */
\treadonly name: string;
\t/** What it does, in one sentence. */
\treadonly description: string;
\t/** What it stands under. */
\treadonly group: ActionGroup;
\t/** Where it can be done: in the window only, or in a browser too. */
\treadonly needs: 'any' | 'desktop';
\t/** What presses it, the one to be shown first: `Mod+Shift+C`. `Mod` is Command on a Mac, else Control; keys are
\t * named as `KeyboardEvent.key` names them, letters in upper case. */
\treadonly shortcuts: Readonly<Record<Platform, readonly string[]>>;
}

";
