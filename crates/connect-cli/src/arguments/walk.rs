//! What is typed after `walk`, and what its exit codes say.

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, ValueHint};
use connect_core::domain::walk::Step;

pub(super) const EXIT_CODES_AND_EXAMPLES: &str = "\
Exit codes:
  0  walked as foreseen; what was refused was refused on purpose
  2  the arguments are not right
  3  there is no such app or persona
  4  the target is not unlocked, or the walk can't be walked as things are
  7  no sandbox is running on the data directory
  10 a step was refused or went wrong, and not on purpose
  11 an answer was not as foreseen: a defect of this program or of the target
  12 a step got no answer: nobody is there, or the certificate is not trusted
  13 a step was cancelled, here or in the console; what was sent until then is kept
  14 a step waits for a person: somebody set the walk up so while it was walked

Examples:
  Every step, as the first persona:
    connect-sandbox walk
  What the server says to the verifier of another flow:
    connect-sandbox walk --tamper wrong_verifier --persona maya
  Without the reuse that ends everything, so that the revocation has something to end:
    connect-sandbox walk --skip reuse
  Against a second sandbox, which runs in another terminal:
    connect-sandbox --data-dir /tmp/second serve --port 0
    eval \"$(connect-sandbox --data-dir /tmp/second env --format shell)\"
    connect-sandbox walk --target \"$LOOP_ISSUER\"";

#[derive(Debug, Args)]
pub(crate) struct Walk {
    /// Name or client_id of the app; with --target its client_id there [default: the first that signs people in]
    #[arg(long, value_name = "APP")]
    pub(crate) app: Option<String>,
    /// Who signs in: an email, what is before its @, or a name [default: the first persona]
    #[arg(long, value_name = "WHO", value_hint = ValueHint::EmailAddress)]
    pub(crate) persona: Option<String>,
    /// What goes wrong on purpose, such as wrong_verifier; can be given once for each step; `list` says what there is
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    pub(crate) tamper: Vec<String>,
    /// A scope to ask for; can be given several times [default: openid, profile, email and biomarkers, as far as the app may have them]
    #[arg(long, value_name = "SCOPE", num_args = 1.., action = ArgAction::Append)]
    pub(crate) scope: Vec<String>,
    /// Base URL of another sandbox, or of a host that was unlocked; its app is taken from LOOP_CLIENT_ID, LOOP_CLIENT_SECRET and LOOP_REDIRECT_URI
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) target: Option<String>,
    /// The last step to take
    #[arg(long, value_name = "STEP", value_parser = step_parser())]
    pub(crate) until: Option<Step>,
    /// A step to leave out, such as reuse; can be given several times
    #[arg(long, value_name = "STEP", value_parser = step_parser(), hide_possible_values = true, action = ArgAction::Append)]
    pub(crate) skip: Vec<Step>,
    /// What the session is called in the console [default: made of what goes wrong, the app and the persona]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The session as JSON, in one document however the walk ends
    #[arg(long)]
    pub(crate) json: bool,
}

fn step_parser() -> impl clap::builder::TypedValueParser<Value = Step> {
    use clap::builder::TypedValueParser as _;
    PossibleValuesParser::new(Step::ALL.map(Step::as_str))
        .map(|word| Step::from_word(&word).unwrap_or(Step::AfterRevoke))
}
