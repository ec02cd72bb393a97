//! What values there are to filter by, for whoever offers them.

use connect_core::domain::filter::Field;

use super::Traffic;
use crate::error::StoreError;

/// How many of the newest exchanges are looked at.
const NEWEST: i64 = 10_000;
/// Most values of one field.
const MOST: usize = 50;

/// A value that stands in a field of some exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The field.
    pub field: Field,
    /// The value.
    pub value: String,
    /// In how many of the newest exchanges.
    pub exchanges: i64,
}

impl Traffic {
    /// The values of status, method, service, operation, check, error, host, listener and end among the newest 10,000
    /// exchanges, the most frequent of each field first, 50 of each at most.
    pub async fn known(&self) -> Result<Vec<Known>, StoreError> {
        let groups = sqlx::query!(
            r#"SELECT method, status, service, operation, refused_by, error, host, listener, ended,
                      COUNT(*) AS "exchanges!: i64"
               FROM (SELECT method, status, service, operation, refused_by, error, host, listener, ended
                     FROM exchanges ORDER BY seq DESC LIMIT ?)
               GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9"#,
            NEWEST
        )
        .fetch_all(self.readers())
        .await?;
        let mut known: Vec<Known> = Vec::new();
        for group in groups {
            let values = [
                (Field::Status, group.status.map(|status| status.to_string())),
                (Field::Method, Some(group.method)),
                (Field::Service, group.service),
                (Field::Operation, group.operation),
                (Field::Check, group.refused_by),
                (Field::Error, group.error),
                (Field::Host, Some(group.host)),
                (Field::Listener, Some(group.listener)),
                (Field::Ended, Some(group.ended)),
            ];
            for (field, value) in values {
                let Some(value) = value.filter(|value| !value.is_empty()) else {
                    continue;
                };
                let have = known
                    .iter_mut()
                    .find(|known| known.field == field && known.value == value);
                match have {
                    Some(known) => known.exchanges += group.exchanges,
                    None => known.push(Known {
                        field,
                        value,
                        exchanges: group.exchanges,
                    }),
                }
            }
        }
        known.sort_by(|a, b| {
            let place = |known: &Known| Field::ALL.iter().position(|field| *field == known.field);
            (place(a), -a.exchanges, &a.value).cmp(&(place(b), -b.exchanges, &b.value))
        });
        let mut of_field = (None, 0);
        known.retain(|known| {
            if of_field.0 != Some(known.field) {
                of_field = (Some(known.field), 0);
            }
            of_field.1 += 1;
            of_field.1 <= MOST
        });
        Ok(known)
    }
}
