//! The actions themselves.

use super::{Action, Group, Needs, Shortcuts};

/// `id name [shortcuts] needs description;` under its group; those of Windows where it has its own.
macro_rules! actions {
    ($($group:ident { $($id:literal $name:literal [$($keys:literal),* $(; windows $($windows:literal),*)?] $needs:ident $description:literal;)* })*) => {
        /// Every action, by group, in the order of the menus.
        pub const ACTIONS: &[Action] = &[$($(
            Action {
                id: $id,
                name: $name,
                description: $description,
                group: Group::$group,
                needs: Needs::$needs,
                shortcuts: Shortcuts {
                    $(windows: &[$($windows),*],)?
                    ..Shortcuts::same(&[$($keys),*])
                },
            },
        )*)*];
    };
}

actions! {
    Workspace {
        "workspace.switch" "Switch Workspace…" ["Mod+O"] Desktop
            "Opens another workspace in place of this one.";
        "workspace.new" "New Workspace…" [] Desktop
            "Makes a new workspace with its own apps, personas and traffic.";
        "workspace.open_folder" "Open Data Folder" [] Desktop
            "Shows this workspace's files in the file browser.";
        "app.quit" "Quit" ["Mod+Q"; windows] Desktop
            "Stops the sandbox and closes the program; everything is kept.";
    }
    Go {
        "go.palette" "Command Palette" ["Mod+K"] Any
            "Finds and does any action by its name.";
        "go.home" "Home" ["Mod+1"] Any
            "Shows where the sandbox is, how it is, and what to do next.";
        "go.apps" "Apps" ["Mod+2"] Any
            "Shows the registered apps and registers new ones.";
        "go.people" "People" ["Mod+3"] Any
            "Shows the personas, their health data and who may read it.";
        "go.simulator" "Simulator" ["Mod+4"] Any
            "Shows the walks through the flow from the app's side.";
        "go.traffic" "Traffic" ["Mod+5"] Any
            "Shows every request to the sandbox and why it was answered as it was.";
        "go.settings" "Settings" ["Mod+6", "Mod+,"] Any
            "Shows workspaces, ports, rules, retention, themes and shortcuts.";
        "go.next_pane" "Next Pane" ["Ctrl+]"] Any
            "Moves the focus to the next pane of the panel.";
        "go.previous_pane" "Previous Pane" ["Ctrl+["] Any
            "Moves the focus to the previous pane of the panel.";
        "go.find" "Find" ["Mod+F"] Any
            "Puts the cursor into the search of the open panel.";
    }
    View {
        "view.theme_next" "Next Theme" ["Mod+Shift+L"] Any
            "Goes on to the next theme: system, light, dark, high contrast.";
        "view.theme_system" "Theme of the System" [] Any
            "Follows the system between light and dark.";
        "view.theme_light" "Light Theme" [] Any
            "Dark text on light surfaces.";
        "view.theme_dark" "Dark Theme" [] Any
            "Light text on dark surfaces.";
        "view.theme_high_contrast" "High Contrast Theme" [] Any
            "Strong lines and the strongest contrast.";
        "view.zoom_in" "Zoom In" ["Mod+=", "Mod++"] Any
            "Makes everything larger.";
        "view.zoom_out" "Zoom Out" ["Mod+-"] Any
            "Makes everything smaller.";
        "view.zoom_reset" "Actual Size" ["Mod+0"] Any
            "Puts the size back to what the system uses.";
        "view.presenter" "Presenter Mode" ["F9"] Any
            "Masks every secret, enlarges the type and says in plain words what just happened.";
    }
    World {
        "world.copy_base_url" "Copy Base URL" ["Mod+Shift+U"] Any
            "Copies the address of the sandbox.";
        "world.copy_env" "Copy .env of the Demo App" ["Mod+Shift+E"] Any
            "Copies the demo app's credentials and addresses as a .env file.";
        "apps.new" "New App…" ["Mod+Alt+N"] Any
            "Registers an app, as in the developer portal.";
        "people.new" "New Persona…" [] Any
            "Makes a persona with two years of health data.";
        "world.clear" "Clear Activity" ["Mod+Shift+Backspace"] Any
            "Clears traffic, grants, tokens and sessions; apps, secrets, personas and keys stay.";
        "world.factory_reset" "Factory Reset…" [] Any
            "Makes the world anew after asking twice; the demo apps keep their ids and secrets.";
    }
    Clock {
        "clock.pause" "Pause Clock" [] Any
            "Stops the sandbox clock where it stands.";
        "clock.resume" "Resume Clock" [] Any
            "Lets the sandbox clock run on from where it stands.";
        "clock.advance_minute" "Advance a Minute" [] Any
            "Moves the sandbox clock a minute on, through everything that falls due.";
        "clock.advance_hour" "Advance an Hour" ["Mod+."] Any
            "Moves the sandbox clock an hour on: an access token's life.";
        "clock.advance_day" "Advance a Day" [] Any
            "Moves the sandbox clock a day on: a rotated secret's grace.";
        "clock.advance_month" "Advance 30 Days" [] Any
            "Moves the sandbox clock thirty days on.";
        "clock.advance_next" "Advance to What Falls Due Next" [] Any
            "Moves the sandbox clock to the next moment at which something expires or is to be done.";
        "clock.advance" "Advance by…" ["Mod+Shift+A"] Any
            "Moves the sandbox clock on by any time.";
        "clock.cancel" "Stop Advancing" [] Any
            "Stops an advance at the moment it has reached.";
    }
    Simulator {
        "simulator.new" "New Walk" ["Mod+Alt+W"] Any
            "Begins a walk through the flow with the demo app and the first persona.";
        "simulator.elsewhere" "New Walk against Another Target…" ["Mod+Alt+Shift+W"] Any
            "Begins a walk against another platform, whose host is unlocked first.";
        "simulator.next" "Next Step" ["Mod+Enter"] Any
            "Takes the step of the walk that is looked at, then goes on to the one after it.";
        "simulator.back" "Step Before" ["Mod+Alt+Enter"] Any
            "Looks at the step before, without undoing anything.";
        "simulator.run_all" "Run All Steps" ["Mod+Shift+Enter"] Any
            "Takes the steps that are left, until one fails or waits for a person.";
        "simulator.cancel" "Cancel the Step" ["Mod+Alt+I"] Any
            "Stops the step that is under way, or the wait for a person; what was sent stays in the session.";
        "simulator.take" "Take the Step as It Is" ["Mod+Alt+G"] Any
            "Takes the step that is looked at, whatever is foreseen for it.";
        "simulator.again" "Try the Step Again" ["Mod+Alt+Y"] Any
            "Looks at the step once more before it is sent, with the mistake that was made in it.";
        "simulator.without_mistake" "Try Again without the Mistake" ["Mod+Alt+Shift+Y"] Any
            "Looks at the step once more before it is sent, as it should be.";
        "simulator.leave_out" "Leave This Step Out" ["Mod+Alt+K"] Any
            "Goes on without the step at which the walk stands, where the flow can do without it.";
        "simulator.stand" "Go to This Step" ["Mod+Alt+B"] Any
            "Makes the walk stand at the step that is looked at; what came after it is set aside, what lies between is left out.";
        "simulator.new_code" "Begin the Sign-in Anew" ["Mod+Alt+U"] Any
            "Goes back to where verifier, state and nonce are made, for a new code; what came after it is set aside.";
        "simulator.mistake" "Choose a Mistake…" ["Mod+Alt+F"] Any
            "Shows what can go wrong on purpose in the step that is looked at.";
        "simulator.edit" "Change the Request…" ["Mod+Alt+V"] Any
            "Changes the step's request by hand before it goes.";
        "simulator.sign_in" "Open the Sign-in Page" ["Mod+Alt+Shift+U"] Any
            "Opens the page at which the walk waits for a person.";
        "simulator.restart" "Start the Walk Again" ["Mod+Alt+R"] Any
            "Goes back to the first step; what was done stays in the session.";
        "simulator.diagram" "Sequence Diagram" ["Mod+Alt+D"] Any
            "Shows the open walk as a sequence diagram of what really passed.";
        "simulator.copy_mermaid" "Copy the Diagram for Mermaid" ["Mod+Alt+Shift+D"] Any
            "Copies the sequence diagram of the open walk as text that Mermaid draws.";
        "simulator.save_mermaid" "Save the Diagram for Mermaid…" ["Mod+Alt+Shift+F"] Any
            "Writes the sequence diagram of the open walk to a file that Mermaid draws.";
        "simulator.save_svg" "Save the Diagram as SVG…" ["Mod+Alt+Shift+G"] Any
            "Writes the sequence diagram of the open walk to a picture.";
        "simulator.hand_over" "Hand Over the Walk…" ["Mod+Alt+H"] Any
            "Gives the open walk as code or as text, without its credentials.";
        "simulator.rename" "Rename the Walk…" ["F2"] Any
            "Gives the open walk another name.";
        "simulator.duplicate" "Duplicate the Walk" ["Mod+Alt+P"] Any
            "Begins a walk with the same setup, at its first step.";
        "simulator.keep" "Keep the Walk" ["Mod+Alt+Shift+K"] Any
            "Keeps a walk against another target from being deleted after 7 days, or lets it go again.";
        "simulator.delete" "Delete the Walk…" [] Any
            "Deletes the open walk after asking; what it did in the sandbox stays.";
    }
    Traffic {
        "traffic.pause" "Pause Traffic" ["Mod+Shift+P"] Any
            "Holds the list still while requests go on being recorded.";
        "traffic.resume" "Resume Traffic" [] Any
            "Lets the list follow new requests again.";
        "traffic.pin" "Pin Exchange" ["Mod+D"] Any
            "Keeps the selected exchange at hand, or lets it go again.";
        "traffic.compare" "Compare Two Exchanges" ["Mod+Shift+D"] Any
            "Shows two selected exchanges side by side with their differences marked.";
        "traffic.copy_curl" "Copy as cURL" ["Mod+Shift+C"] Any
            "Copies the selected request as a command line, credentials left out.";
        "traffic.export_har" "Export as HAR…" ["Mod+E"] Any
            "Writes the listed exchanges to a HAR file, redacted unless told otherwise.";
    }
    Help {
        "help.shortcuts" "Keyboard Shortcuts" ["F1", "Mod+/"] Any
            "Shows every action with its keys, and lets you change them.";
        "help.logs" "Logs" ["Mod+J"] Any
            "Shows what the program has logged.";
        "help.about" "About Connect Console" [] Any
            "Says which version this is and what it is made of.";
    }
}
