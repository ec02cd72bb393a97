//! The list, what it is filtered with, and what there is to filter by.

use std::collections::HashMap;

use connect_core::domain::filter::{
    Comparison, Condition, Field, Filter, FilterError, Flag, StatusTest, TokenKind,
};
use connect_core::domain::flaw::Flaw;
use connect_core::id::ExchangeId;
use connect_rpc::traffic as rpc;
use connect_rpc::{ErrorCode, RpcError};
use connect_store::traffic::{Meaning, Part, TrafficQuery};
use connect_store::{clients, people};
use serde_json::json;

use super::{settle, summary};
use crate::App;
use crate::commands::{Answer, broken, limit};

pub(crate) async fn list(app: &App, request: rpc::ListTraffic) -> Answer<rpc::TrafficList> {
    // What is recorded up to a place the caller knows is there.
    if request.up_to.is_none() {
        settle(app).await?;
    }
    let part = Part {
        oldest_first: request.order == Some(rpc::Order::Oldest),
        after: request.after,
        before: request.before,
        offset: request.offset.unwrap_or(0),
        limit: limit(request.limit),
    };
    let of = request.position_of.clone().map(ExchangeId::from_text);
    let query = wanted(app, request).await?;
    let page = app
        .0
        .traffic
        .list(&query, part, of.as_ref())
        .await
        .map_err(broken)?;
    Ok(rpc::TrafficList {
        exchanges: page.rows.into_iter().map(summary).collect(),
        matching: page.matching,
        total: page.total,
        pinned: page.pinned,
        last: page.last,
        position: page.position,
    })
}

/// What a request asks for: its query and its fields together.
async fn wanted(app: &App, request: rpc::ListTraffic) -> Answer<TrafficQuery> {
    let mut query = read(app, request.query.as_deref().unwrap_or("")).await?;
    query.up_to = request.up_to;
    let fields = [
        (Field::Trace, request.trace),
        (Field::App, request.client_id),
        (Field::User, request.user_id),
        (Field::Service, request.service),
        (Field::Operation, request.operation),
        (Field::Method, request.method),
        (Field::Target, request.target),
        (Field::Check, request.refused_by),
    ];
    let mut filter = std::mem::take(&mut query.filter);
    for (field, value) in fields {
        if let Some(value) = value {
            filter = filter.and(Condition::Word(field, value).into());
        }
    }
    if let Some(status) = request.status {
        let test = match u8::try_from(status) {
            Ok(class @ 1..=5) => StatusTest::Class(class),
            _ => StatusTest::Is(Comparison::Equal, status),
        };
        filter = filter.and(Condition::Status(test).into());
    }
    if let Some(refused) = request.refused {
        let is: Filter = Condition::Is(Flag::Refused).into();
        filter = filter.and(if refused {
            is
        } else {
            Filter::Not(Box::new(is))
        });
    }
    query.filter = filter;
    Ok(query)
}

/// A text of the filter language, with what its words stand for now.
pub(super) async fn read(app: &App, text: &str) -> Answer<TrafficQuery> {
    let filter = Filter::parse(text).map_err(|error| unreadable(&error))?;
    let meaning = meaning(app, &filter).await?;
    Ok(TrafficQuery {
        filter,
        meaning,
        up_to: None,
    })
}

fn unreadable(error: &FilterError) -> RpcError {
    let flaws = [Flaw::new("query", error.to_string())];
    let detail = json!({ "flaws": flaws, "start": error.start, "end": error.end });
    RpcError::new(ErrorCode::Invalid, Flaw::list(&flaws)).with(detail)
}

/// Which apps and personas are meant by their names.
async fn meaning(app: &App, filter: &Filter) -> Answer<Meaning> {
    let mut meaning = Meaning {
        now: app.0.env.now(),
        ..Meaning::default()
    };
    let conditions = filter.conditions();
    let named = |field: Field, prefix: &str| -> Vec<String> {
        let of_field = conditions.iter().filter_map(|condition| match condition {
            Condition::Word(of, value) if *of == field && !value.starts_with(prefix) => {
                Some(value.clone())
            }
            _ => None,
        });
        of_field.collect()
    };
    let (apps, personas) = (named(Field::App, "client_"), named(Field::User, "user_"));
    if apps.is_empty() && personas.is_empty() {
        return Ok(meaning);
    }
    let mut connection = app.0.world.read().await.map_err(broken)?;
    if !apps.is_empty() {
        let all = clients::list(&mut connection).await.map_err(broken)?;
        let all = all
            .iter()
            .map(|(client, _)| (client.id.as_str(), client.name.as_str()));
        meaning.apps = ids(&apps, &all.collect::<Vec<_>>());
    }
    if !personas.is_empty() {
        let all = people::list(&mut connection).await.map_err(broken)?;
        let all = all
            .iter()
            .map(|person| (person.id.as_str(), person.email.as_str()));
        meaning.people = ids(&personas, &all.collect::<Vec<_>>());
    }
    Ok(meaning)
}

/// For each text the ids whose names contain it, case aside.
fn ids(wanted: &[String], all: &[(&str, &str)]) -> HashMap<String, Vec<String>> {
    let meant = |text: &String| {
        let lower = text.to_lowercase();
        let fits = all
            .iter()
            .filter(|(_, name)| name.to_lowercase().contains(&lower));
        let ids: Vec<String> = fits.map(|(id, _)| (*id).to_owned()).collect();
        (!ids.is_empty()).then(|| (text.clone(), ids))
    };
    wanted.iter().filter_map(meant).collect()
}

pub(crate) async fn filters(app: &App, request: rpc::DescribeFilters) -> Answer<rpc::Filters> {
    Ok(rpc::Filters {
        fields: fields(app).await?,
        query: request.query.as_deref().map(describe),
    })
}

async fn fields(app: &App) -> Answer<Vec<rpc::FilterField>> {
    settle(app).await?;
    let known = app.0.traffic.known().await.map_err(broken)?;
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let apps = clients::list(&mut connection).await.map_err(broken)?;
    let personas = people::list(&mut connection).await.map_err(broken)?;
    let plain = |value: &str| rpc::FilterValue {
        value: value.to_owned(),
        label: None,
        count: None,
    };
    let values = |field: Field| -> Vec<rpc::FilterValue> {
        let counted = known.iter().filter(|known| known.field == field);
        let counted = counted.map(|known| rpc::FilterValue {
            value: known.value.clone(),
            label: None,
            count: Some(known.exchanges),
        });
        match field {
            Field::Status => ["2xx", "3xx", "4xx", "5xx", "none"]
                .into_iter()
                .map(plain)
                .chain(counted)
                .collect(),
            Field::Is => Flag::ALL.iter().map(|flag| plain(flag.name())).collect(),
            Field::App => apps
                .iter()
                .map(|(client, _)| rpc::FilterValue {
                    label: Some(client.name.clone()),
                    ..plain(client.id.as_str())
                })
                .collect(),
            Field::User => personas
                .iter()
                .map(|person| rpc::FilterValue {
                    label: Some(person.name.clone()),
                    ..plain(&person.email)
                })
                .collect(),
            Field::Took => ["10ms", "100ms", "1s"].into_iter().map(plain).collect(),
            Field::Size => ["1kb", "10kb", "100kb"].into_iter().map(plain).collect(),
            Field::Before | Field::After => {
                ["1m", "10m", "1h", "1d"].into_iter().map(plain).collect()
            }
            _ => counted.collect(),
        }
    };
    let described = Field::ALL.iter().map(|field| rpc::FilterField {
        name: field.name().to_owned(),
        aliases: owned(field.aliases()),
        description: field.description().to_owned(),
        example: field.example().to_owned(),
        operators: owned(field.operators()),
        values: values(*field),
    });
    Ok(described.collect())
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn describe(text: &str) -> rpc::ReadFilter {
    let reading = Filter::read(text);
    let tokens = reading.tokens.iter().map(|token| {
        let condition = match &token.kind {
            TokenKind::Condition(condition) => condition.as_ref(),
            _ => None,
        };
        rpc::FilterToken {
            start: token.start,
            end: token.end,
            kind: match &token.kind {
                TokenKind::Open => rpc::FilterTokenKind::Open,
                TokenKind::Close => rpc::FilterTokenKind::Close,
                TokenKind::And => rpc::FilterTokenKind::And,
                TokenKind::Or => rpc::FilterTokenKind::Or,
                TokenKind::Not => rpc::FilterTokenKind::Not,
                TokenKind::Condition(None) => rpc::FilterTokenKind::Wrong,
                TokenKind::Condition(Some(Condition::Text(_))) => rpc::FilterTokenKind::Text,
                TokenKind::Condition(Some(_)) => rpc::FilterTokenKind::Field,
            },
            says: condition.map(Condition::says),
        }
    });
    let tokens = tokens.collect();
    match reading.filter {
        Ok(filter) => rpc::ReadFilter {
            tokens,
            canonical: Some(filter.to_string()),
            sentence: Some(filter.sentence()),
            error: None,
        },
        Err(error) => rpc::ReadFilter {
            tokens,
            canonical: None,
            sentence: None,
            error: Some(rpc::FilterFlaw {
                start: error.start,
                end: error.end,
                message: error.message,
                fix: error.fix,
            }),
        },
    }
}
