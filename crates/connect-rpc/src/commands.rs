//! The one list of commands.

use schemars::Schema;
use serde::Serialize;

use crate::Topic;

/// Hands the list of commands to a macro of the caller's.
///
/// Each line is `name(Request) -> Answer, reads [topics], writes [topics];` under its group; the command's full name is
/// group, underscore, name.
#[macro_export]
macro_rules! with_commands {
    ($callback:path) => {
        $callback! {
            apps {
                /// Every registered app.
                list(Nothing) -> apps::AppList, reads [Apps, Grants], writes [];
                /// One app.
                get(apps::AppRef) -> apps::App, reads [Apps, Grants], writes [];
                /// What registration would say to an app as somebody is typing it; nothing is changed.
                check(apps::CheckApp) -> apps::AppCheck, reads [Apps, Settings], writes [];
                /// Registers an app; its secrets are in the answer.
                create(apps::CreateApp) -> apps::Registered, reads [], writes [Apps, Journal];
                /// Changes an app; what is left out stays.
                update(apps::UpdateApp) -> apps::App, reads [], writes [Apps, Journal];
                /// Gives an app a new client secret; the old one works 24 hours more.
                rotate_secret(apps::AppRef) -> apps::Rotated, reads [], writes [Apps, Journal];
                /// Shows an app's secrets.
                reveal(apps::AppRef) -> apps::Secrets, reads [Apps], writes [];
                /// What an app needs to be told to talk to this sandbox, its secrets among it: `connect-sandbox env`.
                env(apps::EnvOfApp) -> apps::AppEnv, reads [Apps], writes [];
                /// Code that runs as pasted, for an app as it is registered.
                code(apps::CodeOfApp) -> apps::AppCode, reads [Apps], writes [];
                /// The "Connect with Loop" button as HTML, React and SVG.
                button(apps::ButtonOf) -> apps::Button, reads [Apps], writes [];
                /// Sets where an app's BAA stands.
                set_baa(apps::SetBaa) -> apps::App, reads [], writes [Apps, Journal];
                /// Switches an app on.
                enable(apps::AppRef) -> apps::App, reads [], writes [Apps, Journal];
                /// Switches an app off: its tokens stop working at once.
                disable(apps::AppRef) -> apps::App, reads [], writes [Apps, Journal];
                /// Removes an app with its grants and credentials.
                delete(apps::AppRef) -> Done, reads [], writes [Apps, Grants, Journal];
            }
            people {
                /// Every persona.
                list(Nothing) -> people::PersonList, reads [People], writes [];
                /// How many apps, results and messages each persona has.
                counts(Nothing) -> people::PeopleCounts, reads [People, Grants], writes [];
                /// The biomarkers that the sandbox knows, with units and reference ranges.
                biomarkers(Nothing) -> people::BiomarkerCatalogue, reads [], writes [];
                /// One persona with their grants, alerts and latest results.
                get(people::PersonRef) -> people::PersonDetail, reads [People, Grants], writes [];
                /// Creates a persona, with health data of a demo person unless told otherwise.
                create(people::CreatePerson) -> people::Person, reads [], writes [People, Journal];
                /// Changes a persona; what is left out stays.
                update(people::UpdatePerson) -> people::Person, reads [], writes [People, Journal];
                /// Removes a persona with everything that is theirs.
                delete(people::PersonRef) -> Done, reads [], writes [People, Grants, Journal];
                /// Adds a lab result, as the clinical service would on a parsed report; its event follows.
                add_lab_result(people::AddLabResult) -> people::LabResult, reads [], writes [People, Journal];
                /// A persona's health data: trends, protocols, check-ins, wearables, membership.
                health(people::PersonRef) -> people::Health, reads [People, Clock], writes [];
                /// What of their brand's catalogue a persona can be put on.
                protocols(people::PersonRef) -> people::ProtocolList, reads [People], writes [];
                /// Puts a persona on a protocol, as `POST /v1/enrollments` does; its event follows.
                start_protocol(people::StartProtocol) -> people::PersonProtocol, reads [], writes [People, Journal];
                /// Records a check-in, as `POST /v1/check-ins` does; its event follows.
                check_in(people::NewCheckIn) -> people::CheckIn, reads [], writes [People, Journal];
                /// The apps a persona has connected, as the platform's account page lists them.
                connected_apps(people::ListConnectedApps) -> people::ConnectedApps, reads [Grants, Apps, People], writes [];
                /// Who read what of a persona's, when, under which grant.
                reads(people::ListReads) -> people::ReadList, reads [Traffic, Apps], writes [];
                /// What a persona was told, page by page.
                alerts(people::ListAlerts) -> people::AlertList, reads [People], writes [];
            }
            grants {
                /// Grants, newest first.
                list(grants::ListGrants) -> grants::GrantList, reads [Grants], writes [];
                /// Revokes a grant with every token of it.
                revoke(grants::GrantRef) -> Done, reads [], writes [Grants, Journal];
            }
            traffic {
                /// Exchanges that fit a filter: a part of them, and how many there are.
                list(traffic::ListTraffic) -> traffic::TrafficList, reads [Traffic], writes [];
                /// What exchanges can be filtered by, and what a filter means.
                filters(traffic::DescribeFilters) -> traffic::Filters, reads [Traffic, Apps, People], writes [];
                /// One exchange with its bytes and what they mean, credentials masked.
                get(traffic::ExchangeRef) -> traffic::ExchangeDetail, reads [Traffic], writes [];
                /// Pins an exchange, so that retention keeps it, or lets it go.
                pin(traffic::PinExchange) -> Done, reads [], writes [Traffic];
                /// One exchange with its bytes as they were; the journal says so.
                reveal(traffic::ExchangeRef) -> traffic::Revealed, reads [Traffic], writes [Journal];
                /// Why an exchange was answered as it was.
                explain(traffic::ExchangeRef) -> traffic::Explanation, reads [Traffic, Journal], writes [];
                /// Two exchanges beside each other, field by field.
                compare(traffic::CompareExchanges) -> traffic::Compared, reads [Traffic], writes [];
                /// A request as something that can be run: curl, HTTPie, fetch, Python.
                copy_as(traffic::CopyExchange) -> traffic::Copied, reads [Traffic], writes [Journal];
                /// Exchanges as a file, credentials replaced by placeholders unless they are asked for.
                export(traffic::ExportTraffic) -> traffic::ExportedTraffic, reads [Traffic], writes [Journal];
            }
            journal {
                /// Journal entries.
                list(journal::ListJournal) -> journal::JournalList, reads [Journal], writes [];
            }
            trace {
                /// Recent traces in a few words, the one that something happened in last first.
                list(trace::ListTraces) -> trace::TraceList, reads [Journal, Traffic], writes [];
                /// Everything that belongs to a trace, and the traces it is linked with.
                get(trace::GetTrace) -> trace::Trace, reads [Journal, Traffic], writes [];
            }
            clock {
                /// Both clocks and the next due moment.
                get(Nothing) -> clock::Clock, reads [Clock], writes [];
                /// Moves the sandbox clock forward through every due moment.
                advance(clock::Advance) -> clock::Advanced, reads [], writes [Clock, Journal, Grants, Apps];
                /// Stops an advance that is under way at the moment it has reached.
                cancel(Nothing) -> clock::Cancelled, reads [], writes [Clock];
                /// Stops the sandbox clock.
                pause(Nothing) -> clock::Clock, reads [], writes [Clock, Journal];
                /// Lets the sandbox clock run on from where it stands.
                resume(Nothing) -> clock::Clock, reads [], writes [Clock, Journal];
            }
            simulator {
                /// Sessions, the last used first.
                list(Nothing) -> simulator::WalkList, reads [Simulator], writes [];
                /// What can be chosen for a walk.
                choices(Nothing) -> simulator::WalkChoices, reads [Apps, People, Settings, Simulator], writes [];
                /// Everything that can go wrong on purpose.
                tampers(simulator::TampersOf) -> simulator::TamperList, reads [Simulator, Apps, Settings], writes [];
                /// Begins a session.
                start(simulator::StartWalk) -> simulator::WalkSession, reads [], writes [Simulator];
                /// One session: setup, steps, runs, exchanges without their bytes.
                get(simulator::SessionRef) -> simulator::WalkSession, reads [Simulator], writes [];
                /// Names a session, keeps it, or changes what it is about.
                update(simulator::UpdateWalk) -> simulator::WalkSession, reads [], writes [Simulator];
                /// Copies a session's setup into a new one that stands at its first step.
                duplicate(simulator::SessionRef) -> simulator::WalkSession, reads [], writes [Simulator];
                /// Removes a session with its bytes.
                delete(simulator::SessionRef) -> Done, reads [], writes [Simulator];
                /// A step as it would be taken: its requests, and what will be answered.
                plan(simulator::PlanStep) -> simulator::Plan, reads [Simulator, Apps, Settings, Clock, Grants], writes [];
                /// Takes a step.
                run(simulator::RunStep) -> simulator::WalkSession, reads [], writes [Simulator];
                /// Takes the steps that are left, until one fails or waits for a person.
                run_all(simulator::RunAll) -> simulator::WalkSession, reads [], writes [Simulator];
                /// Goes back to a step, or passes over some.
                go(simulator::WalkTo) -> simulator::WalkSession, reads [], writes [Simulator];
                /// Goes back to the first step; what was done stays in the session.
                restart(simulator::SessionRef) -> simulator::WalkSession, reads [], writes [Simulator];
                /// Ends what is under way in a session, a step, all of them, or the wait for a person; what was sent is kept.
                cancel(simulator::SessionRef) -> simulator::WalkSession, reads [], writes [Simulator];
                /// Hands a walk that waits the URL of its callback.
                callback(simulator::WalkCallback) -> simulator::WalkSession, reads [], writes [Simulator];
                /// One exchange with its bytes, credentials masked.
                exchange(simulator::WalkExchangeRef) -> simulator::WalkExchangeDetail, reads [Simulator], writes [];
                /// One exchange with its bytes as they were; the journal says so.
                reveal(simulator::WalkExchangeRef) -> simulator::RevealedWalkExchange, reads [Simulator], writes [Journal];
                /// A request as something that can be run: curl, HTTPie, fetch, Python.
                copy_as(simulator::CopyWalkExchange) -> traffic::Copied, reads [Simulator], writes [Journal];
                /// The sequence diagram of a session.
                diagram(simulator::DiagramOf) -> simulator::DrawnDiagram, reads [Simulator], writes [];
                /// A session as code, or as text to be shared.
                hand_over(simulator::HandOver) -> simulator::HandedOver, reads [Simulator], writes [];
                /// Lets the simulator send requests to another target's host.
                unlock(simulator::UnlockTarget) -> simulator::WalkChoices, reads [], writes [Simulator, Journal];
                /// Takes that back, with what is remembered for the host.
                lock(simulator::TargetRef) -> simulator::WalkChoices, reads [], writes [Simulator, Journal];
            }
            settings {
                /// The settings in force, each with its standing.
                get(Nothing) -> settings::SettingsAnswer, reads [Settings], writes [];
                /// Changes settings; what is left out stays.
                update(settings::UpdateSettings) -> settings::SettingsAnswer, reads [], writes [Settings, Journal];
            }
            scopes {
                /// The scope catalogue.
                list(Nothing) -> scopes::ScopeList, reads [], writes [];
            }
            keys {
                /// The published signing keys.
                list(Nothing) -> keys::KeyList, reads [Keys], writes [];
                /// Makes a new signing key; the old one stays published until its tokens have expired.
                rotate(keys::RotateKey) -> keys::KeyList, reads [], writes [Keys, Journal];
                /// Makes a new sealing key and new secrets after the old key is gone; asks for confirmation.
                remake(keys::RemakeKeys) -> keys::Remade, reads [], writes [Keys, Apps, Journal];
            }
            workspace {
                /// Clears activity: traffic, grants, tokens, sessions. Apps, ids, secrets, personas and keys stay.
                clear(Nothing) -> Done, reads [], writes [Traffic, Grants, Journal, Clock];
                /// Makes the world anew; the demo apps keep their ids and secrets. Asks for confirmation.
                factory_reset(workspace::FactoryReset) -> Done, reads [], writes [Apps, People, Traffic, Grants, Journal, Clock, Settings, Keys];
                /// The running world as `connect.toml`.
                export(workspace::Export) -> workspace::Exported, reads [Apps, People, Settings], writes [];
            }
            logs {
                /// What the program has logged, newest first.
                list(logs::ListLogs) -> logs::LogList, reads [], writes [];
            }
            sandbox {
                /// Where the sandbox is and how it is.
                status(Nothing) -> sandbox::Status, reads [Clock, Settings, Traffic], writes [];
                /// How the sandbox is in detail: ways in, key, files, retention, what to know and what mends it.
                health(Nothing) -> sandbox::SandboxHealth, reads [Clock, Settings, Traffic, Keys], writes [];
            }
        }
    };
}

/// One command, for lists and documentation.
pub struct Command {
    /// Its name: `apps_list`.
    pub name: &'static str,
    /// The group it stands in: `apps`.
    pub group: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Topics whose change makes its answer out of date.
    pub reads: &'static [Topic],
    /// Topics it changes.
    pub writes: &'static [Topic],
    /// JSON Schema of its request.
    pub request: fn() -> Schema,
    /// JSON Schema of its answer.
    pub answer: fn() -> Schema,
}

/// A command as `connect-sandbox commands` lists it.
#[derive(Serialize)]
pub struct Listed {
    name: &'static str,
    summary: &'static str,
    reads: &'static [Topic],
    writes: &'static [Topic],
    request: Schema,
    answer: Schema,
}

impl Command {
    /// With its schemas.
    #[must_use]
    pub fn listed(&self) -> Listed {
        Listed {
            name: self.name,
            summary: self.summary,
            reads: self.reads,
            writes: self.writes,
            request: (self.request)(),
            answer: (self.answer)(),
        }
    }
}

macro_rules! table {
    ($($group:ident { $(#[doc = $doc:literal] $name:ident($request:ty) -> $answer:ty, reads [$($read:ident),*], writes [$($write:ident),*];)* })*) => {
        /// Every command.
        pub static COMMANDS: &[Command] = &[$($(
            Command {
                name: concat!(stringify!($group), "_", stringify!($name)),
                group: stringify!($group),
                summary: $doc.trim_ascii(),
                reads: &[$(Topic::$read),*],
                writes: &[$(Topic::$write),*],
                request: || schemars::schema_for!($request),
                answer: || schemars::schema_for!($answer),
            },
        )*)*];
    };
}

use crate::{
    Done, Nothing, apps, clock, grants, journal, keys, logs, people, sandbox, scopes, settings,
    simulator, trace, traffic, workspace,
};
with_commands!(table);

/// The command with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_schema_can_be_made() {
        for (index, command) in COMMANDS.iter().enumerate() {
            assert!(
                COMMANDS[..index]
                    .iter()
                    .all(|other| other.name != command.name),
                "{}",
                command.name
            );
            assert!(
                serde_json::to_string(&command.listed()).is_ok(),
                "{}",
                command.name
            );
            assert!(command.summary.ends_with('.'), "{}", command.name);
        }
    }
}
