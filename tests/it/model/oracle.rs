//! The model: what the documents and rulings 3, 4, 7 and 30 say of codes, tokens and grants, in plain Rust without a
//! database, a clock or a socket.

use std::collections::BTreeSet;

use super::steps::{Asked, Proof, Who};

/// Lives, in seconds.
const CODE: u64 = 60;
const ACCESS: u64 = 3600;
const REFRESH: u64 = 90 * 86_400;

/// The scopes a run can ask for.
pub(super) const SCOPES: [&[&str]; 3] = [
    &["openid"],
    &["openid", "email"],
    &["read:account", "openid", "profile"],
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Access,
    Refresh,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Active,
    Used,
    Rotated,
    Replaced,
    Revoked,
}

#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) client: usize,
    pub(super) person: usize,
    pub(super) scope: BTreeSet<&'static str>,
    pub(super) alive: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) client: usize,
    scope: &'static [&'static str],
    grant: usize,
    expires: u64,
    state: State,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) client: usize,
    pub(super) person: usize,
    pub(super) scope: &'static [&'static str],
    grant: usize,
    /// The code it descends from.
    family: usize,
    expires: u64,
    state: State,
}

/// What a request must be answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expected {
    /// Issued, with this scope.
    Ok(&'static [&'static str]),
    /// Done, with nothing to say.
    Done,
    /// Refused: status and code.
    Refused(u16, &'static str),
}

const INVALID_GRANT: Expected = Expected::Refused(400, "invalid_grant");
const INVALID_CLIENT: Expected = Expected::Refused(401, "invalid_client");

/// The state of the world.
#[derive(Debug)]
pub(super) struct Oracle {
    pub(super) now: u64,
    pub(super) enabled: Vec<bool>,
    pub(super) grants: Vec<Grant>,
    pub(super) codes: Vec<Code>,
    pub(super) tokens: Vec<Token>,
    pub(super) alerts: Vec<usize>,
}

impl Oracle {
    pub(super) fn new(clients: usize, people: usize) -> Self {
        Self {
            now: 0,
            enabled: vec![true; clients],
            grants: Vec::new(),
            codes: Vec::new(),
            tokens: Vec::new(),
            alerts: vec![0; people],
        }
    }

    /// The app that presents what `owner` was given.
    pub(super) fn presenter(&self, owner: usize, by: Who) -> usize {
        match by {
            Who::Own => owner,
            Who::Other => (owner + 1) % self.enabled.len(),
        }
    }

    /// Whether a token opens anything.
    pub(super) fn is_live(&self, token: &Token) -> bool {
        token.state == State::Active && self.now < token.expires && self.enabled[token.client]
    }

    /// Whether a code is issued.
    pub(super) fn authorize(&mut self, client: usize, person: usize, scope: usize) -> bool {
        if !self.enabled[client] {
            return false;
        }
        let scope = SCOPES[scope];
        let known = self
            .grants
            .iter()
            .position(|grant| grant.alive && (grant.client, grant.person) == (client, person));
        let grant = known.unwrap_or_else(|| {
            self.grants.push(Grant {
                client,
                person,
                scope: BTreeSet::new(),
                alive: true,
            });
            self.grants.len() - 1
        });
        self.grants[grant].scope.extend(scope);
        self.codes.push(Code {
            client,
            scope,
            grant,
            expires: self.now + CODE,
            state: State::Active,
        });
        true
    }

    pub(super) fn exchange(&mut self, code: usize, by: Who, proof: Proof) -> Expected {
        let presenter = self.presenter(self.codes[code].client, by);
        if !self.enabled[presenter] {
            return INVALID_CLIENT;
        }
        if by == Who::Other {
            return INVALID_GRANT;
        }
        let Code {
            client,
            scope,
            grant,
            expires,
            state,
        } = self.codes[code].clone();
        match state {
            State::Used => {
                self.revoke_family(code);
                return INVALID_GRANT;
            }
            State::Active if self.now < expires => {}
            _ => return INVALID_GRANT,
        }
        match proof {
            Proof::OtherRedirect => return INVALID_GRANT,
            Proof::WrongVerifier | Proof::NoVerifier => {
                self.codes[code].state = State::Revoked;
                return INVALID_GRANT;
            }
            Proof::Right => {}
        }
        self.codes[code].state = State::Used;
        // One active refresh token for a person and an app: a new run takes the place of the old (ruling 3).
        for token in &mut self.tokens {
            if token.grant == grant && token.kind == Kind::Refresh && token.state == State::Active {
                token.state = State::Replaced;
            }
        }
        self.issue(client, grant, code, scope, scope);
        Expected::Ok(scope)
    }

    pub(super) fn refresh(&mut self, token: usize, by: Who, asked: Asked) -> Expected {
        let old = self.tokens[token].clone();
        if !self.enabled[self.presenter(old.client, by)] {
            return INVALID_CLIENT;
        }
        if old.kind != Kind::Refresh || by == Who::Other {
            return INVALID_GRANT;
        }
        match old.state {
            State::Rotated => {
                // Even when it would have expired long since: it is a leak all the same.
                if self.grants[old.grant].alive {
                    self.alerts[old.person] += 1;
                    self.revoke_grant(old.grant);
                }
                return INVALID_GRANT;
            }
            State::Active if self.now < old.expires => {}
            _ => return INVALID_GRANT,
        }
        let scope = match asked {
            Asked::Nothing => old.scope,
            Asked::Less => &old.scope[..1],
            Asked::More => return Expected::Refused(400, "invalid_scope"),
        };
        self.tokens[token].state = State::Rotated;
        self.issue(old.client, old.grant, old.family, scope, old.scope);
        Expected::Ok(scope)
    }

    pub(super) fn revoke(&mut self, token: usize, by: Who) -> Expected {
        let old = self.tokens[token].clone();
        if !self.enabled[self.presenter(old.client, by)] {
            return INVALID_CLIENT;
        }
        if by == Who::Own {
            match old.kind {
                Kind::Refresh => self.revoke_family(old.family),
                Kind::Access => end(&mut self.tokens[token].state),
            }
        }
        Expected::Done
    }

    /// The grant that is active for a person and an app, if there is one.
    pub(super) fn active_grant(&self, client: usize, person: usize) -> Option<usize> {
        self.grants
            .iter()
            .position(|grant| grant.alive && (grant.client, grant.person) == (client, person))
    }

    pub(super) fn revoke_grant(&mut self, grant: usize) {
        self.grants[grant].alive = false;
        self.codes
            .iter_mut()
            .filter(|code| code.grant == grant)
            .for_each(|code| end(&mut code.state));
        self.tokens
            .iter_mut()
            .filter(|token| token.grant == grant)
            .for_each(|token| end(&mut token.state));
    }

    fn revoke_family(&mut self, family: usize) {
        self.tokens
            .iter_mut()
            .filter(|token| token.family == family)
            .for_each(|token| end(&mut token.state));
    }

    fn issue(
        &mut self,
        client: usize,
        grant: usize,
        family: usize,
        access: &'static [&'static str],
        refresh: &'static [&'static str],
    ) {
        let person = self.grants[grant].person;
        for (kind, scope, life) in [
            (Kind::Access, access, ACCESS),
            (Kind::Refresh, refresh, REFRESH),
        ] {
            let expires = self.now + life;
            self.tokens.push(Token {
                kind,
                client,
                person,
                scope,
                grant,
                family,
                expires,
                state: State::Active,
            });
        }
    }
}

/// Only what is active can be ended.
fn end(state: &mut State) {
    if *state == State::Active {
        *state = State::Revoked;
    }
}
