//! What came of a step that sent something, in plain words: values, what just happened, and what to do.

use connect_core::domain::walk::Step;
use serde_json::Value;

use super::words::{SLOWED_DOWN, beside, fix, instead, refusal, success, values};
use super::{Walker, metadata};
use crate::client::Answer;
use crate::plan::Draft;
use crate::session::{Outcome, Shown, Verdict, counted};

impl Walker<'_> {
    /// The call failed: with which token, and what ended that.
    fn why_dead(&self) -> String {
        let session = &self.session;
        let token = session.access_token();
        let fate = token.and_then(|it| it.fate(self.known.server_now()));
        let ended = fate.map_or_else(String::new, |fate| format!(" What became of it: {fate}."));
        if session.has_called() {
            format!(
                "The same call, the same token as when it worked: it opens nothing any more.{ended}"
            )
        } else {
            let given = token.and_then(|it| it.given);
            let given = given.map_or_else(String::new, |step| {
                format!(", the one that the step \"{}\" gave", step.title())
            });
            format!(
                "No call had been answered with this token{given}, so this shows only that it opens nothing now.{ended}"
            )
        }
    }

    /// What the old refresh token brought about by coming again, with a space before it.
    fn reused(&self, run: usize, meant: bool, error: &str) -> String {
        const STOLEN: &str = " The server takes a refresh token that comes twice for a stolen one, and ends everything that came from this consent";
        match self.ended_by(run) {
            Some(counted) => format!("{STOLEN}: {counted} of this walk."),
            None if meant || error != "invalid_grant" => String::new(),
            None => format!("{STOLEN}. Of this walk nothing was left to end."),
        }
    }

    /// The tokens that a run ended, counted; none when it ended none.
    fn ended_by(&self, run: usize) -> Option<String> {
        let number = self.session.runs[run].number;
        let ended = self.session.credentials.iter();
        let ended = ended.filter(|it| it.ended.is_some_and(|it| it.run == Some(number)));
        counted(ended.map(|it| it.kind))
    }

    /// What a revocation ended, as far as the session knows.
    fn revoked(&self, run: usize) -> String {
        if let Some(counted) = self.ended_by(run) {
            return format!("With it ended {counted} of this walk.");
        }
        let facts = &self.session.facts;
        let token = facts.refresh_token.as_ref().or(facts.access_token.as_ref());
        let mut all = self.session.credentials.iter().rev();
        let token = token.and_then(|value| all.find(|it| it.value == *value));
        let fate = token.and_then(|it| it.fate(self.known.server_now()));
        fate.map_or_else(
            || "No token of this walk ended by it.".to_owned(),
            |fate| format!("Nothing was left to revoke. What had become of the tokens: {fate}."),
        )
    }

    /// What came of the calls beside the main one, each in a sentence.
    fn beside(&self, run: usize) -> String {
        let run = &self.session.runs[run];
        let main = run.main_exchange;
        let others = self.session.exchanges_of(run.number);
        let others = others.filter(|it| !it.hidden && main.is_some_and(|main| it.number > main));
        others.map(|it| beside(run.step, it)).collect()
    }

    /// How a step that sent something ended.
    pub(super) fn tell(&mut self, run: usize, draft: &Draft, answer: Option<&Answer>) -> Outcome {
        let step = draft.step;
        let Some(answer) = answer else {
            let number = self.session.runs[run].main_exchange;
            let exchange = number.and_then(|it| self.exchange(it)).cloned();
            let (failed, fix) = exchange.map_or((None, None), |it| (it.failed, it.fix));
            return Outcome {
                verdict: Verdict::Failed,
                words: failed.map_or_else(
                    || "No answer came.".to_owned(),
                    |why| format!("No answer came: {why}."),
                ),
                fix,
            };
        };
        let refused = answer.status >= 400;
        let body = answer.json().unwrap_or_default();
        if !refused && step == Step::Configure {
            if answer.body.len() > metadata::MOST {
                return Outcome {
                    verdict: Verdict::Failed,
                    words: "The server's metadata is larger than 64 KiB: that is no metadata."
                        .to_owned(),
                    fix: Some("Give the base URL of an authorization server.".to_owned()),
                };
            }
            return self.tell_metadata(run, body);
        }
        if !refused {
            self.run(run).shown.extend(values(step, &body));
        }
        let of_run = &self.session.runs[run];
        let meant = of_run.is_spoiled();
        let foreseen = of_run.prediction.as_ref().zip(of_run.answered.as_ref());
        let foreseen = foreseen.is_some_and(|(foreseen, answered)| foreseen.agrees(answered));
        let error = answer.error().unwrap_or_else(|| answer.status.to_string());
        let said = body.get("error_description").and_then(Value::as_str);
        let said = said.map_or_else(String::new, |text| format!(": {text}"));
        let verdict = match (step, refused) {
            // Foreseen or not, it says nothing about what the step is for.
            (_, true) if answer.status == SLOWED_DOWN && !meant => Verdict::Failed,
            (Step::Reuse | Step::AfterRevoke, false) if !foreseen => Verdict::Failed,
            (Step::Reuse | Step::AfterRevoke, true) | (_, false) => Verdict::Done,
            (_, true) if meant => Verdict::RefusedAsMeant,
            // Refused, as was foreseen: the walk goes on.
            (Step::Introspect | Step::Api, true) if foreseen => Verdict::RefusedAsMeant,
            (_, true) => Verdict::Failed,
        };
        let mut words = match (step, refused) {
            // Something else was tried in the place of the call.
            (Step::AfterRevoke, _) if meant => {
                instead(&body, answer.status, &error, &said, refused)
            }
            (Step::AfterRevoke, true) if answer.status == 401 => {
                format!("401 `{error}`{said}. {}", self.why_dead())
            }
            (Step::Reuse, true) if answer.status != SLOWED_DOWN => {
                let refused = refusal(step, answer.status, &error, &said);
                format!("{refused}{}", self.reused(run, meant, &error))
            }
            (Step::Reuse, false) if meant => success(Step::Refresh, &body),
            (_, true) => refusal(step, answer.status, &error, &said),
            (_, false) => success(step, &body),
        };
        if step == Step::Revoke && !refused {
            words = format!("{words} {}", self.revoked(run));
        }
        if matches!(step, Step::Api | Step::Refresh) {
            words.push_str(&self.beside(run));
        }
        Outcome {
            fix: (verdict == Verdict::Failed).then(|| fix(step, refused, &error).to_owned()),
            verdict,
            words,
        }
    }
}

pub(super) fn done(words: &str) -> Outcome {
    Outcome {
        verdict: Verdict::Done,
        words: words.to_owned(),
        fix: None,
    }
}

pub(super) fn shown(name: &str, value: impl Into<String>, how: &str, source: &str) -> Shown {
    Shown {
        name: name.to_owned(),
        value: value.into(),
        how: how.to_owned(),
        source: source.to_owned(),
    }
}
