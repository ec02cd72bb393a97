//! Membership, subscription, payments, and the patient's own row.

use std::collections::BTreeMap;

use connect_core::Timestamp;
use connect_store::services::membership::{
    Lock, LockStatus, Membership, MembershipState, Transition,
};
use connect_store::services::patient_graph::patients::Patient;
use connect_store::services::payments::{
    Payment, PaymentMethod, PaymentMode, Subscription, SubscriptionSource, SubscriptionStatus,
};
use serde_json::{Map, json};

use super::{DAY, Who};

/// When everybody joined, in days before today.
const JOINED: i64 = 729;
/// Length of a trial, in days.
const TRIAL: i64 = 14;
/// Length of a paid period, in days.
const PERIOD: i64 = 30;

fn joined(who: &Who<'_>) -> Timestamp {
    who.ago(JOINED, 9, 12)
}

pub(super) fn patient(who: &Who<'_>) -> Patient {
    let mut stream = who.stream("patient");
    let created_at = joined(who);
    let mut metadata = Map::new();
    metadata.insert(String::from("intake_completed"), json!(true));
    Patient {
        user_id: who.person.id.clone(),
        brand_id: who.person.brand_id.clone(),
        external_ids: BTreeMap::from([
            (
                String::from("junction"),
                format!("junction_{}", stream.letters(20)),
            ),
            (String::from("stripe"), customer(who)),
        ]),
        status: String::from("active"),
        metadata,
        created_at,
        updated_at: who.ago(super::labs::days_ago(super::story::DRAWS - 1) - 3, 12, 0),
    }
}

fn customer(who: &Who<'_>) -> String {
    format!("cus_{}", who.stream("stripe").letters(14))
}

/// How many periods were paid for up to today.
fn periods() -> i64 {
    (JOINED - TRIAL - 1) / PERIOD + 1
}

fn period_start(who: &Who<'_>, period: i64) -> Timestamp {
    joined(who).plus_millis((TRIAL + period * PERIOD) * DAY)
}

fn cents(tier: &str) -> i64 {
    if tier == "plus" { 9_900 } else { 4_900 }
}

pub(super) fn subscription(who: &Who<'_>) -> Subscription {
    let mut stream = who.stream("subscription");
    let created_at = joined(who);
    let last = periods() - 1;
    Subscription {
        id: stream.id(created_at),
        user_id: who.person.id.clone(),
        brand_id: who.person.brand_id.clone(),
        stripe_subscription_id: format!("sub_{}", stream.letters(24)),
        stripe_customer_id: Some(customer(who)),
        plan_id: format!("plan_{}_monthly", who.story.tier),
        status: SubscriptionStatus::Active,
        current_period_start: period_start(who, last),
        current_period_end: period_start(who, last + 1),
        cancel_at_period_end: false,
        cancel_reason: None,
        cancelled_at: None,
        source: SubscriptionSource::Stripe,
        created_at,
        updated_at: period_start(who, last),
    }
}

/// One payment for each period, one of them refunded, and two orders.
pub(super) fn payments(who: &Who<'_>, subscription: &Subscription) -> Vec<Payment> {
    let mut stream = who.stream("payments");
    let mut all: Vec<Payment> = Vec::new();
    for period in 0..periods() {
        let created_at = period_start(who, period).plus_millis(stream.whole(5, 90) * 1_000);
        let refunded = period == 7;
        all.push(Payment {
            id: stream.id(created_at),
            user_id: who.person.id.clone(),
            brand_id: who.person.brand_id.clone(),
            order_id: None,
            amount_cents: cents(who.story.tier),
            currency: String::from("usd"),
            status: String::from(if refunded { "refunded" } else { "succeeded" }),
            stripe_payment_intent_id: Some(format!("pi_{}", stream.letters(24))),
            mode: PaymentMode::Subscription,
            subscription_id: Some(subscription.id.clone()),
            created_at,
            updated_at: if refunded {
                created_at.plus_millis(3 * DAY)
            } else {
                created_at
            },
        });
    }
    for (days, amount) in [(JOINED, 24_900), (102, 19_900)] {
        let created_at = who.ago(days, 10, stream.whole(0, 59));
        all.push(Payment {
            id: stream.id(created_at),
            user_id: who.person.id.clone(),
            brand_id: who.person.brand_id.clone(),
            order_id: Some(format!("order_{}", stream.ulid(created_at))),
            amount_cents: amount,
            currency: String::from("usd"),
            status: String::from("succeeded"),
            stripe_payment_intent_id: Some(format!("pi_{}", stream.letters(24))),
            mode: PaymentMode::OneShot,
            subscription_id: None,
            created_at,
            updated_at: created_at,
        });
    }
    all.sort_by_key(|payment| payment.created_at);
    all
}

pub(super) fn method(who: &Who<'_>) -> PaymentMethod {
    let mut stream = who.stream("card");
    let day = jiff::Timestamp::from_millisecond(who.today.as_millis())
        .map_or(2_030, |now| now.to_zoned(jiff::tz::TimeZone::UTC).year());
    PaymentMethod {
        user_id: who.person.id.clone(),
        brand_id: who.person.brand_id.clone(),
        card: String::from(*stream.pick(&["visa", "mastercard", "amex"])),
        last4: format!("{:04}", stream.whole(0, 9_999)),
        exp_month: u8::try_from(stream.whole(1, 12)).expect("a month"),
        exp_year: u16::try_from(day + 2).unwrap_or(2_032),
    }
}

pub(super) fn membership(who: &Who<'_>, subscription: &Subscription) -> Membership {
    let created_at = joined(who);
    Membership {
        id: who.stream("membership").id(created_at),
        user_id: who.person.id.clone(),
        brand_id: who.person.brand_id.clone(),
        tier: who.story.tier.to_owned(),
        state: MembershipState::Active,
        subscription_id: Some(subscription.id.clone()),
        created_at,
        updated_at: who.ago(318, 8, 40),
    }
}

/// Signed up, paid, missed a payment once, paid again.
pub(super) fn transitions(who: &Who<'_>, membership: &Membership) -> Vec<Transition> {
    use MembershipState::{Active, None, PastDue, Trial};
    let steps = [
        (None, Trial, "signup", Option::None, joined(who)),
        (
            Trial,
            Active,
            "payment_succeeded",
            Option::None,
            period_start(who, 0),
        ),
        (
            Active,
            PastDue,
            "payment_failed",
            Some("card_expired"),
            who.ago(320, 8, 31),
        ),
        (
            PastDue,
            Active,
            "payment_succeeded",
            Option::None,
            who.ago(318, 8, 40),
        ),
    ];
    steps
        .into_iter()
        .zip(0_u32..)
        .map(
            |((from_state, to_state, trigger, reason, created_at), position)| Transition {
                membership_id: membership.id.clone(),
                position,
                user_id: membership.user_id.clone(),
                brand_id: membership.brand_id.clone(),
                from_state,
                to_state,
                trigger: trigger.to_owned(),
                reason: reason.map(str::to_owned),
                created_at,
            },
        )
        .collect()
}

/// One that was let go, and one that still holds for the one on the larger plan.
pub(super) fn locks(who: &Who<'_>, subscription: &Subscription) -> Vec<Lock> {
    let mut stream = who.stream("locks");
    let mut lock = |days: i64, status: LockStatus| {
        let locked_at = who.ago(days, 11, 5);
        Lock {
            id: stream.id(locked_at),
            user_id: who.person.id.clone(),
            brand_id: who.person.brand_id.clone(),
            subscription_id: subscription.id.clone(),
            status,
            locked_at,
            expires_at: locked_at.plus_millis(90 * DAY),
        }
    };
    let mut locks = vec![lock(400, LockStatus::Released)];
    if who.story.tier == "plus" {
        locks.push(lock(20, LockStatus::Pending));
    }
    locks
}
