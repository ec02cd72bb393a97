//! Reading traffic: by filter, by id, by trace.

use connect_core::id::ExchangeId;

use super::row::{FULL_COLUMNS, FullRow, SUMMARY_COLUMNS, SummaryRow};
use super::{Exchange, ExchangeSummary, Traffic, retention};
use crate::error::StoreError;

/// Which exchanges to read. Everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct TrafficFilter {
    /// Only this trace.
    pub trace: Option<String>,
    /// Only this app.
    pub client_id: Option<String>,
    /// Only this persona.
    pub user_id: Option<String>,
    /// Only this service.
    pub service: Option<String>,
    /// Only this operation.
    pub operation: Option<String>,
    /// Only this method.
    pub method: Option<String>,
    /// Only targets that contain this text.
    pub target: Option<String>,
    /// Only this status, or with 4 and 5 its whole class.
    pub status: Option<u16>,
    /// Only refused ones, or only those not refused.
    pub refused: Option<bool>,
    /// Only those refused by this check.
    pub refused_by: Option<String>,
    /// Only those after this place.
    pub after: Option<i64>,
    /// Only those before this place.
    pub before: Option<i64>,
}

/// A page of exchanges, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct TrafficPage {
    /// The rows.
    pub rows: Vec<ExchangeSummary>,
    /// How many there are in all, filter aside.
    pub total: i64,
}

impl Traffic {
    /// Exchanges that fit `filter`, newest first; at most `limit`.
    pub async fn list(
        &self,
        filter: &TrafficFilter,
        limit: u32,
    ) -> Result<TrafficPage, StoreError> {
        let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("SELECT ");
        query.push(SUMMARY_COLUMNS).push(" FROM exchanges WHERE 1");
        let equal = [
            (" AND trace = ", &filter.trace),
            (" AND client_id = ", &filter.client_id),
            (" AND user_id = ", &filter.user_id),
            (" AND service = ", &filter.service),
            (" AND operation = ", &filter.operation),
            (" AND method = ", &filter.method),
            (" AND refused_by = ", &filter.refused_by),
        ];
        for (clause, value) in equal {
            if let Some(value) = value {
                query.push(clause).push_bind(value.clone());
            }
        }
        if let Some(target) = &filter.target {
            query
                .push(" AND instr(target, ")
                .push_bind(target.clone())
                .push(") > 0");
        }
        match filter.status {
            Some(class @ 1..=5) => {
                query
                    .push(" AND status / 100 = ")
                    .push_bind(i64::from(class));
            }
            Some(status) => {
                query.push(" AND status = ").push_bind(i64::from(status));
            }
            None => {}
        }
        match filter.refused {
            Some(true) => query.push(" AND refused_by IS NOT NULL"),
            Some(false) => query.push(" AND refused_by IS NULL"),
            None => &mut query,
        };
        if let Some(after) = filter.after {
            query.push(" AND seq > ").push_bind(after);
        }
        if let Some(before) = filter.before {
            query.push(" AND seq < ").push_bind(before);
        }
        query
            .push(" ORDER BY seq DESC LIMIT ")
            .push_bind(i64::from(limit));
        let rows: Vec<SummaryRow> = query.build_query_as().fetch_all(self.readers()).await?;
        Ok(TrafficPage {
            rows: rows.into_iter().map(Into::into).collect(),
            total: self.count().await?,
        })
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

    /// One exchange by id.
    pub async fn get(&self, id: &ExchangeId) -> Result<Option<Exchange>, StoreError> {
        let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("SELECT ");
        query
            .push(SUMMARY_COLUMNS)
            .push(FULL_COLUMNS)
            .push(" FROM exchanges WHERE id = ")
            .push_bind(id.as_str());
        let row: Option<FullRow> = query
            .build_query_as()
            .fetch_optional(self.readers())
            .await?;
        row.map(FullRow::into_exchange).transpose()
    }
}
