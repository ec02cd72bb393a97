//! Reading traffic: a page of what fits a filter, one exchange by id, and what values there are to filter by.

use connect_core::Timestamp;
use connect_core::domain::exchange::COMPLETED;
use connect_core::domain::filter::{Condition, Field, Filter};
use connect_core::id::ExchangeId;
use serde_json::json;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::condition::{self, Meaning};
use super::row::{FULL_COLUMNS, FullRow, SUMMARY_COLUMNS, SummaryRow};
use super::text::Searched;
use super::{Exchange, ExchangeSummary, Traffic, retention};
use crate::error::StoreError;

/// Which exchanges.
#[derive(Debug, Clone, Default)]
pub struct TrafficQuery {
    /// What must hold for them.
    pub filter: Filter,
    /// What the filter's words stand for.
    pub meaning: Meaning,
    /// Only those recorded up to this place, so that a list stands still while more is recorded.
    pub up_to: Option<i64>,
}

impl TrafficQuery {
    /// Those of a trace.
    #[must_use]
    pub fn of_trace(trace: &str) -> Self {
        Self::of(Field::Trace, trace)
    }

    /// Those of a persona, by their id.
    #[must_use]
    pub fn of_user(user_id: &str) -> Self {
        Self::of(Field::User, user_id)
    }

    fn of(field: Field, value: &str) -> Self {
        Self {
            filter: Condition::Word(field, value.to_owned()).into(),
            ..Self::default()
        }
    }
}

/// Which of those that fit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part {
    /// From the oldest on; otherwise from the newest.
    pub oldest_first: bool,
    /// Only those after this place.
    pub after: Option<i64>,
    /// Only those before this place.
    pub before: Option<i64>,
    /// So many are passed over first.
    pub offset: u32,
    /// At most so many.
    pub limit: u32,
}

/// A page of exchanges.
#[derive(Debug, Clone, PartialEq)]
pub struct TrafficPage {
    /// The rows, in the order asked for.
    pub rows: Vec<ExchangeSummary>,
    /// How many fit, whatever part was asked for.
    pub matching: i64,
    /// How many there are in all.
    pub total: i64,
    /// How many of all are pinned.
    pub pinned: i64,
    /// The place of the newest of all; 0 when there is none.
    pub last: i64,
    /// How many that fit come before the exchange that was asked for, in the order asked for; none when it does not
    /// fit.
    pub position: Option<i64>,
}

/// Bytes that were kept of the exchanges that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// How many fit.
    pub exchanges: i64,
    /// Bytes of requests and answers together.
    pub bytes: i64,
}

/// How a stretch of traffic went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Exchanges.
    pub exchanges: i64,
    /// Those that were refused.
    pub refusals: i64,
    /// Those that were accepted with a finding.
    pub findings: i64,
    /// Those that failed: a 5xx status, none at all, or not answered to the end.
    pub failures: i64,
    /// When the oldest of them began (sandbox time, milliseconds).
    pub since: Option<i64>,
}

struct Totals {
    total: i64,
    pinned: i64,
    last: i64,
}

impl Traffic {
    /// A part of the exchanges that fit `query`, how many there are, and the position of one of them.
    pub async fn list(
        &self,
        query: &TrafficQuery,
        part: Part,
        position_of: Option<&ExchangeId>,
    ) -> Result<TrafficPage, StoreError> {
        // One transaction, so that rows and counts are of the same moment.
        let mut tx = self.readers().begin().await?;
        let totals = sqlx::query_as!(
            Totals,
            r#"SELECT (SELECT COUNT(*) FROM exchanges) AS "total!: i64",
                      (SELECT COUNT(*) FROM exchanges WHERE pinned = 1) AS "pinned!: i64",
                      (SELECT COALESCE(MAX(seq), 0) FROM exchanges) AS "last!: i64""#
        )
        .fetch_one(&mut *tx)
        .await?;
        let searched = Searched::of(&query.filter, &mut tx).await?;
        let matching = if query.filter == Filter::Everything && query.up_to.is_none() {
            totals.total
        } else {
            let mut count = QueryBuilder::<Sqlite>::new("SELECT COUNT(*) FROM exchanges");
            condition(&mut count, query, &searched);
            count.build().fetch_one(&mut *tx).await?.try_get(0)?
        };
        let rows = rows(&mut tx, query, &searched, part, matching).await?;
        let position = match position_of {
            Some(id) => position(&mut tx, query, &searched, part.oldest_first, id).await?,
            None => None,
        };
        tx.commit().await?;
        Ok(TrafficPage {
            rows,
            matching,
            total: totals.total,
            pinned: totals.pinned,
            last: totals.last,
            position,
        })
    }

    /// A part of the exchanges that fit `query`, nothing counted: what there is in all costs a walk through it.
    pub async fn rows(
        &self,
        query: &TrafficQuery,
        part: Part,
    ) -> Result<Vec<ExchangeSummary>, StoreError> {
        let mut tx = self.readers().begin().await?;
        let searched = Searched::of(&query.filter, &mut tx).await?;
        let rows = rows(&mut tx, query, &searched, part, i64::MAX).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// The newest exchanges of each of these traces, at most `each` of one, oldest first.
    pub async fn newest_of_traces(
        &self,
        traces: &[String],
        each: u32,
    ) -> Result<Vec<ExchangeSummary>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
        query
            .push(SUMMARY_COLUMNS)
            .push(" FROM (SELECT value AS wanted FROM json_each(")
            .push_bind(json!(traces).to_string())
            .push(
                ")) CROSS JOIN exchanges WHERE seq IN
                 (SELECT own.seq FROM exchanges AS own WHERE own.trace = wanted ORDER BY own.seq DESC LIMIT ",
            )
            .push_bind(i64::from(each))
            .push(") ORDER BY seq");
        let rows: Vec<SummaryRow> = query.build_query_as().fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// How much fits `query`.
    pub async fn extent(&self, query: &TrafficQuery) -> Result<Extent, StoreError> {
        let mut tx = self.readers().begin().await?;
        let searched = Searched::of(&query.filter, &mut tx).await?;
        let mut sum = QueryBuilder::<Sqlite>::new(
            "SELECT COUNT(*), COALESCE(SUM(request_len + response_len), 0) FROM exchanges",
        );
        condition(&mut sum, query, &searched);
        let row = sum.build().fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(Extent {
            exchanges: row.try_get(0)?,
            bytes: row.try_get(1)?,
        })
    }

    /// How it has gone since a moment of wall time.
    pub async fn tally_since(&self, wall: Timestamp) -> Result<Tally, StoreError> {
        let wall = wall.as_millis();
        Ok(sqlx::query_as!(
            Tally,
            r#"SELECT COUNT(*) AS "exchanges!: i64",
                      COUNT(refused_by) AS "refusals!: i64",
                      COUNT(nullif(findings, 0)) AS "findings!: i64",
                      COUNT(CASE WHEN ifnull(status, 500) >= 500 OR ended <> ?2 THEN 1 END) AS "failures!: i64",
                      MIN(at) AS "since: i64"
               FROM exchanges WHERE wall >= ?1"#,
            wall,
            COMPLETED
        )
        .fetch_one(self.readers())
        .await?)
    }

    /// How many exchanges there are.
    pub async fn count(&self) -> Result<i64, StoreError> {
        Ok(
            sqlx::query_scalar!(r#"SELECT COUNT(*) AS "count!: i64" FROM exchanges"#)
                .fetch_one(self.readers())
                .await?,
        )
    }

    /// Bytes in use in the file.
    pub async fn used_bytes(&self) -> Result<i64, StoreError> {
        retention::used_bytes(&mut *self.readers().acquire().await?).await
    }

    /// How many exchanges are not in the full-text index yet; a search looks through them one by one.
    pub async fn unindexed(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar!(
            r#"SELECT COUNT(*) AS "count!: i64" FROM exchanges WHERE seq > (SELECT up_to FROM text_index)"#
        )
        .fetch_one(self.readers())
        .await?)
    }

    /// One exchange by id.
    pub async fn get(&self, id: &ExchangeId) -> Result<Option<Exchange>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
        query
            .push(SUMMARY_COLUMNS)
            .push(FULL_COLUMNS)
            .push(" FROM exchanges JOIN exchange_bytes USING (seq) WHERE id = ")
            .push_bind(id.as_str());
        let row: Option<FullRow> = query
            .build_query_as()
            .fetch_optional(self.readers())
            .await?;
        row.map(FullRow::into_exchange).transpose()
    }
}

fn condition(builder: &mut QueryBuilder<Sqlite>, query: &TrafficQuery, searched: &Searched) {
    builder.push(" WHERE ");
    condition::push(builder, &query.filter, &query.meaning, searched);
    if let Some(up_to) = query.up_to {
        builder.push(" AND seq <= ").push_bind(up_to);
    }
}

async fn position(
    connection: &mut SqliteConnection,
    query: &TrafficQuery,
    searched: &Searched,
    oldest_first: bool,
    id: &ExchangeId,
) -> Result<Option<i64>, StoreError> {
    let mut find = QueryBuilder::<Sqlite>::new("SELECT seq FROM exchanges");
    condition(&mut find, query, searched);
    find.push(" AND id = ").push_bind(id.as_str());
    let Some(row) = find.build().fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    let seq: i64 = row.try_get(0)?;
    let mut count = QueryBuilder::<Sqlite>::new("SELECT COUNT(*) FROM exchanges");
    condition(&mut count, query, searched);
    count
        .push(if oldest_first {
            " AND seq < "
        } else {
            " AND seq > "
        })
        .push_bind(seq);
    Ok(Some(count.build().fetch_one(connection).await?.try_get(0)?))
}

async fn rows(
    connection: &mut SqliteConnection,
    query: &TrafficQuery,
    searched: &Searched,
    part: Part,
    matching: i64,
) -> Result<Vec<ExchangeSummary>, StoreError> {
    let (mut offset, mut limit) = (i64::from(part.offset), i64::from(part.limit));
    let mut ascending = part.oldest_first;
    let from_the_other_end = part.after.is_none() && part.before.is_none() && offset > matching / 2;
    if from_the_other_end {
        // What is passed over is walked through: the nearer end is the cheaper one to begin at.
        limit = limit.min(matching - offset);
        if limit <= 0 {
            return Ok(Vec::new());
        }
        offset = matching - offset - limit;
        ascending = !ascending;
    }
    let mut page = QueryBuilder::<Sqlite>::new("SELECT ");
    page.push(SUMMARY_COLUMNS).push(" FROM exchanges");
    condition(&mut page, query, searched);
    if let Some(after) = part.after {
        page.push(" AND seq > ").push_bind(after);
    }
    if let Some(before) = part.before {
        page.push(" AND seq < ").push_bind(before);
    }
    page.push(if ascending {
        " ORDER BY seq LIMIT "
    } else {
        " ORDER BY seq DESC LIMIT "
    })
    .push_bind(limit)
    .push(" OFFSET ")
    .push_bind(offset);
    let mut rows: Vec<SummaryRow> = page.build_query_as().fetch_all(connection).await?;
    if from_the_other_end {
        rows.reverse();
    }
    Ok(rows.into_iter().map(Into::into).collect())
}
