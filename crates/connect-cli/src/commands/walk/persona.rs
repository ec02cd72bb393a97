//! Who signs in, as somebody typed it: an email, or what is before its `@`, or a name.

use connect_rpc::simulator::WalkPersona;

use crate::failure::Failure;
use crate::output::plain;

/// The email of the persona that is meant; what nobody has is left to the sandbox, which says who there is.
pub(super) fn meant(typed: &str, there: &[WalkPersona]) -> Result<String, String> {
    let wanted = typed.trim().to_lowercase();
    let all = |chosen: &[&WalkPersona]| {
        let all = chosen.iter();
        let all = all.map(|it| format!("{} ({})", plain(&it.email), plain(&it.name)));
        all.collect::<Vec<_>>().join(", ")
    };
    if wanted.is_empty() {
        let there: Vec<&WalkPersona> = there.iter().collect();
        return Err(format!(
            "--persona needs the email or the name of somebody who signs in; there are {}",
            all(&there)
        ));
    }
    if there.iter().any(|it| it.email.to_lowercase() == wanted) {
        return Ok(typed.trim().to_owned());
    }
    let ways = [is_local_part, is_name, is_part_of_name].into_iter();
    let found = ways.map(|is_called| {
        let called = there.iter().filter(|it| is_called(it, &wanted));
        called.collect::<Vec<&WalkPersona>>()
    });
    let found = found.into_iter().find(|it| !it.is_empty());
    match found.as_deref() {
        Some([one]) => Ok(one.email.clone()),
        None | Some([]) => Ok(typed.to_owned()),
        Some(several) => Err(format!(
            "`{}` may be several personas; give the email of one: {}",
            plain(typed.trim()),
            all(several)
        )),
    }
}

fn is_local_part(persona: &WalkPersona, wanted: &str) -> bool {
    let email = persona.email.to_lowercase();
    email.rsplit_once('@').is_some_and(|(it, _)| it == wanted)
}

fn is_name(persona: &WalkPersona, wanted: &str) -> bool {
    persona.name.to_lowercase() == wanted
}

fn is_part_of_name(persona: &WalkPersona, wanted: &str) -> bool {
    let name = persona.name.to_lowercase();
    name.split_whitespace().any(|it| it == wanted)
}

/// The same for another target, of whose people nothing is known here.
pub(super) fn elsewhere(typed: Option<String>) -> Result<Option<String>, Failure> {
    match typed {
        Some(typed) if !typed.contains('@') => Err(Failure::Arguments(format!(
            "--persona is `{}`, but nobody here knows who signs in at another target; give the whole email",
            plain(&typed)
        ))),
        typed => Ok(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn persona(email: &str, name: &str) -> WalkPersona {
        WalkPersona {
            email: email.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_persona_is_found_by_what_it_is_called_when_that_is_one() {
        let there = [
            persona("maya@example.com", "Maya Lindqvist"),
            persona("jonas@example.com", "Jonas Okafor"),
            persona("jonas@example.org", "Jonas Weber"),
        ];
        for typed in [
            "maya",
            "Maya",
            "lindqvist",
            "maya lindqvist",
            " MAYA@example.com ",
        ] {
            let found = meant(typed, &there).unwrap();
            assert!(found.eq_ignore_ascii_case("maya@example.com"), "{typed}");
        }
        assert_eq!(meant("okafor", &there).unwrap(), "jonas@example.com");
        let said = meant("jonas", &there).unwrap_err();
        for one in [
            "jonas@example.com (Jonas Okafor)",
            "jonas@example.org (Jonas Weber)",
        ] {
            assert!(said.contains(one), "{said}");
        }
        assert_eq!(meant("maia", &there).unwrap(), "maia");
        assert!(meant(" ", &there).unwrap_err().contains("maya@example.com"));
    }
}
