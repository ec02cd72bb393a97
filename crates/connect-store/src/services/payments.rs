//! Subscriptions, payments and payment methods.

use connect_core::Timestamp;
use connect_core::id::UserId;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::services::id::{PaymentId, SubscriptionId};
use crate::services::row;
use crate::services::word::words;
use crate::world::tx::WorldTx;

words! {
    /// Where a subscription stands.
    SubscriptionStatus {
        /// Running.
        Active = "active",
        /// Paused.
        Paused = "paused",
        /// Ended.
        Canceled = "canceled",
    }
}

words! {
    /// Who pays.
    SubscriptionSource {
        /// The persona, through Stripe.
        Stripe = "stripe",
        /// Somebody else.
        Gift = "gift",
    }
}

words! {
    /// What a payment was for.
    PaymentMode {
        /// One order.
        OneShot = "one_shot",
        /// One period of a subscription.
        Subscription = "subscription",
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// At Stripe.
    pub stripe_subscription_id: String,
    /// The persona at Stripe.
    pub stripe_customer_id: Option<String>,
    /// What is subscribed to.
    pub plan_id: String,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// Begin of the period paid for.
    pub current_period_start: Timestamp,
    /// End of it.
    pub current_period_end: Timestamp,
    /// Ends with the period.
    pub cancel_at_period_end: bool,
    /// Why it was paused or ended.
    pub cancel_reason: Option<String>,
    /// When it was ended.
    pub cancelled_at: Option<Timestamp>,
    /// Who pays.
    pub source: SubscriptionSource,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Who paid.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// What was ordered.
    pub order_id: Option<String>,
    /// Hundredths of `currency`.
    pub amount_cents: i64,
    /// `usd`.
    pub currency: String,
    /// `succeeded`, `refunded`, `failed`.
    pub status: String,
    /// At Stripe.
    pub stripe_payment_intent_id: Option<String>,
    /// What it was for.
    pub mode: PaymentMode,
    /// The subscription it pays for.
    pub subscription_id: Option<SubscriptionId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The card on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMethod {
    /// Whose it is.
    pub user_id: UserId,
    /// Tenant.
    pub brand_id: String,
    /// `visa`.
    pub card: String,
    /// Last four digits.
    pub last4: String,
    /// 1 to 12.
    pub exp_month: u8,
    /// Four digits.
    pub exp_year: u16,
}

/// Writes any number of subscriptions.
pub async fn insert_subscriptions(
    tx: &mut WorldTx,
    rows: &[Subscription],
) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.stripe_subscription_id,
            row.stripe_customer_id,
            row.plan_id,
            row.status,
            row.current_period_start.as_millis(),
            row.current_period_end.as_millis(),
            row.cancel_at_period_end,
            row.cancel_reason,
            row.cancelled_at.map(Timestamp::as_millis),
            row.source,
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO subscriptions (id, user_id, brand_id, stripe_subscription_id, stripe_customer_id, plan_id, status,
                                    current_period_start, current_period_end, cancel_at_period_end, cancel_reason,
                                    cancelled_at, source, created_at, updated_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10, value->>11, value->>12, value->>13, value->>14
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes any number of payments.
pub async fn insert(tx: &mut WorldTx, rows: &[Payment]) -> Result<(), StoreError> {
    let rows = row::batch(rows, |row| {
        json!([
            row.id,
            row.user_id,
            row.brand_id,
            row.order_id,
            row.amount_cents,
            row.currency,
            row.status,
            row.stripe_payment_intent_id,
            row.mode,
            row.subscription_id,
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
        ])
    });
    sqlx::query!(
        "INSERT INTO payments (id, user_id, brand_id, order_id, amount_cents, currency, status, stripe_payment_intent_id,
                               mode, subscription_id, created_at, updated_at)
         SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
                value->>9, value->>10, value->>11
         FROM jsonb_each(?1)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes a card.
pub async fn insert_method(tx: &mut WorldTx, row: &PaymentMethod) -> Result<(), StoreError> {
    let user = row.user_id.as_str();
    sqlx::query!(
        "INSERT INTO payment_methods (user_id, brand_id, card, last4, exp_month, exp_year) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        user,
        row.brand_id,
        row.card,
        row.last4,
        row.exp_month,
        row.exp_year
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Pauses a subscription.
pub async fn pause(
    tx: &mut WorldTx,
    id: &SubscriptionId,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (id, at) = (id.as_str(), at.as_millis());
    sqlx::query!(
        "UPDATE subscriptions SET status = 'paused', cancel_reason = ?2, updated_at = ?3 WHERE id = ?1",
        id,
        reason,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

struct SubscriptionRow {
    id: String,
    user_id: String,
    brand_id: String,
    stripe_subscription_id: String,
    stripe_customer_id: Option<String>,
    plan_id: String,
    status: String,
    current_period_start: i64,
    current_period_end: i64,
    cancel_at_period_end: bool,
    cancel_reason: Option<String>,
    cancelled_at: Option<i64>,
    source: String,
    created_at: i64,
    updated_at: i64,
}

impl SubscriptionRow {
    fn read(self) -> Result<Subscription, StoreError> {
        Ok(Subscription {
            status: row::word(&self.status, "subscriptions", "status", &self.id)?,
            source: row::word(&self.source, "subscriptions", "source", &self.id)?,
            id: self.id.into(),
            user_id: self.user_id.into(),
            brand_id: self.brand_id,
            stripe_subscription_id: self.stripe_subscription_id,
            stripe_customer_id: self.stripe_customer_id,
            plan_id: self.plan_id,
            current_period_start: row::at(self.current_period_start),
            current_period_end: row::at(self.current_period_end),
            cancel_at_period_end: self.cancel_at_period_end,
            cancel_reason: self.cancel_reason,
            cancelled_at: self.cancelled_at.map(row::at),
            created_at: row::at(self.created_at),
            updated_at: row::at(self.updated_at),
        })
    }
}

/// One subscription of a brand.
pub async fn subscription(
    connection: &mut SqliteConnection,
    brand: &str,
    id: &str,
) -> Result<Option<Subscription>, StoreError> {
    sqlx::query_as!(
        SubscriptionRow,
        r#"SELECT id, user_id, brand_id, stripe_subscription_id, stripe_customer_id, plan_id, status,
                  current_period_start, current_period_end, cancel_at_period_end AS "cancel_at_period_end: bool",
                  cancel_reason, cancelled_at, source, created_at, updated_at
           FROM subscriptions WHERE id = ?1 AND brand_id = ?2"#,
        id,
        brand
    )
    .fetch_optional(connection)
    .await?
    .map(SubscriptionRow::read)
    .transpose()
}

/// A persona's subscriptions, newest first.
pub async fn subscriptions_of(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Vec<Subscription>, StoreError> {
    let user = user.as_str();
    sqlx::query_as!(
        SubscriptionRow,
        r#"SELECT id, user_id, brand_id, stripe_subscription_id, stripe_customer_id, plan_id, status,
                  current_period_start, current_period_end, cancel_at_period_end AS "cancel_at_period_end: bool",
                  cancel_reason, cancelled_at, source, created_at, updated_at
           FROM subscriptions WHERE user_id = ?1 ORDER BY created_at DESC, id DESC"#,
        user
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(SubscriptionRow::read)
    .collect()
}

/// A persona's subscription: the newest that has not ended, else the newest.
pub async fn current(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Option<Subscription>, StoreError> {
    let user = user.as_str();
    sqlx::query_as!(
        SubscriptionRow,
        r#"SELECT id, user_id, brand_id, stripe_subscription_id, stripe_customer_id, plan_id, status,
                  current_period_start, current_period_end, cancel_at_period_end AS "cancel_at_period_end: bool",
                  cancel_reason, cancelled_at, source, created_at, updated_at
           FROM subscriptions WHERE user_id = ?1 ORDER BY status = 'canceled', created_at DESC LIMIT 1"#,
        user
    )
    .fetch_optional(connection)
    .await?
    .map(SubscriptionRow::read)
    .transpose()
}

/// One payment of a brand.
pub async fn get(
    connection: &mut SqliteConnection,
    brand: &str,
    id: &str,
) -> Result<Option<Payment>, StoreError> {
    let row = sqlx::query!(
        "SELECT id, user_id, brand_id, order_id, amount_cents, currency, status, stripe_payment_intent_id, mode,
                subscription_id, created_at, updated_at
         FROM payments WHERE id = ?1 AND brand_id = ?2",
        id,
        brand
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Payment {
            mode: row::word(&row.mode, "payments", "mode", &row.id)?,
            id: row.id.into(),
            user_id: row.user_id.into(),
            brand_id: row.brand_id,
            order_id: row.order_id,
            amount_cents: row.amount_cents,
            currency: row.currency,
            status: row.status,
            stripe_payment_intent_id: row.stripe_payment_intent_id,
            subscription_id: row.subscription_id.map(Into::into),
            created_at: row::at(row.created_at),
            updated_at: row::at(row.updated_at),
        })
    })
    .transpose()
}

/// A persona's card.
pub async fn method(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<Option<PaymentMethod>, StoreError> {
    let user = user.as_str();
    let row = sqlx::query!(
        r#"SELECT user_id, brand_id, card, last4, exp_month AS "exp_month: u8", exp_year AS "exp_year: u16"
           FROM payment_methods WHERE user_id = ?1"#,
        user
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| PaymentMethod {
        user_id: row.user_id.into(),
        brand_id: row.brand_id,
        card: row.card,
        last4: row.last4,
        exp_month: row.exp_month,
        exp_year: row.exp_year,
    }))
}
