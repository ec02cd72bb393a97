//! What goes wrong in the field, on purpose: each slip changes the draft of a step, and nothing else.
//!
//! What will come of it is not said here: [`crate::predict`] judges the request as it was made, and does not know by what
//! slip. To add one: a [`Tamper`] in the file of its step.

mod after_revoke;
mod api;
mod callback;
mod edit;
mod id_token;
mod introspect;
mod refresh;
mod reuse;
mod revoke;
mod sign_in;
mod token;

use std::sync::LazyLock;

use connect_core::domain::walk::Step;

use crate::known::Known;
use crate::plan::Draft;
use crate::session::Session;

/// Something that goes wrong on purpose.
#[derive(Clone, Copy)]
pub struct Tamper {
    /// Its name: `wrong_verifier`. It never changes.
    pub name: &'static str,
    /// The step it belongs to.
    pub step: Step,
    /// In a few words: `Wrong verifier`.
    pub title: &'static str,
    /// What is changed, and how it comes about in the field.
    pub about: &'static str,
    /// Whether it moves the sandbox clock.
    pub moves_clock: bool,
    /// The app's own check that finds it, where the app does and not the server.
    pub client_check: Option<&'static str>,
    /// Whether it can be tried, and why not.
    pub available: fn(&Session, &Known) -> Result<(), String>,
    /// Changes the draft.
    pub apply: fn(&mut Draft, &Session, &Known),
}

/// Everything that goes wrong on purpose, in the order of the walk.
pub static TAMPERS: LazyLock<Vec<Tamper>> = LazyLock::new(|| {
    let steps = [
        sign_in::SLIPS,
        callback::SLIPS,
        token::SLIPS,
        id_token::SLIPS,
        api::SLIPS,
        introspect::SLIPS,
        refresh::SLIPS,
        reuse::SLIPS,
        revoke::SLIPS,
        after_revoke::SLIPS,
    ];
    steps.into_iter().flatten().copied().collect()
});

impl Tamper {
    /// A slip that the server meets, without the clock, in every session.
    const fn new(
        step: Step,
        name: &'static str,
        title: &'static str,
        about: &'static str,
        apply: fn(&mut Draft, &Session, &Known),
    ) -> Self {
        Self {
            name,
            step,
            title,
            about,
            moves_clock: false,
            client_check: None,
            available: |_, _| Ok(()),
            apply,
        }
    }

    /// Only where this holds.
    const fn when(self, available: fn(&Session, &Known) -> Result<(), String>) -> Self {
        Self { available, ..self }
    }

    /// It moves the sandbox clock, so it can be tried with the sandbox alone.
    const fn moves_clock(self) -> Self {
        Self {
            moves_clock: true,
            available: edit::own_clock,
            ..self
        }
    }

    /// A slip that the app finds by this check of its own, and the server never meets.
    const fn of_app(
        step: Step,
        name: &'static str,
        title: &'static str,
        check: &'static str,
        about: &'static str,
        apply: fn(&mut Draft, &Session, &Known),
    ) -> Self {
        Self {
            client_check: Some(check),
            ..Self::new(step, name, title, about, apply)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_words_and_every_slip_is_explained() {
        for (place, tamper) in TAMPERS.iter().enumerate() {
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(tamper.name.chars().all(is_word), "{}", tamper.name);
            assert!(
                tamper.title.len() > 3 && tamper.about.len() > 25,
                "{}",
                tamper.name
            );
            assert!(tamper.about.ends_with('.'), "{}", tamper.name);
            let twice = TAMPERS[..place].iter().any(|it| it.name == tamper.name);
            assert!(!twice, "{} is there twice", tamper.name);
        }
        let steps: Vec<Step> = TAMPERS.iter().map(|tamper| tamper.step).collect();
        assert!(steps.is_sorted(), "they are in the order of the walk");
    }
}
