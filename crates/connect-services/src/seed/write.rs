//! Writing seeded lives into the world.

use connect_core::domain::app::{BRANDS, Person};
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_store::services::comms::Message;
use connect_store::services::community::posts::{ModerationStatus, Post};
use connect_store::services::follows::Follow;
use connect_store::services::{
    self as rows, clinical, comms, community, follows, membership, patient_graph, payments,
};
use connect_store::{StoreError, WorldTx, people};
use serde_json::{Map, json};

use super::stream::Stream;
use super::{DAY, Life, catalogue, life};
use crate::community::text::{EDIT_WINDOW, tags};

/// Writes the catalogues of every brand; what is there already stays as it is.
pub async fn seed_brands(tx: &mut WorldTx, origin: &Origin) -> Result<(), StoreError> {
    for brand in BRANDS {
        seed_brand(tx, origin, brand).await?;
    }
    Ok(())
}

async fn seed_brand(tx: &mut WorldTx, origin: &Origin, brand: &str) -> Result<(), StoreError> {
    let brand_rows = catalogue::of_brand(brand);
    clinical::protocols::insert(tx, &brand_rows.protocols).await?;
    clinical::protocols::insert_compounds(tx, &brand_rows.compounds).await?;
    clinical::lab_markers::insert(tx, &brand_rows.markers).await?;
    community::members::insert(tx, &brand_rows.members).await?;
    community::communities::insert(tx, &brand_rows.communities).await?;
    let coach = catalogue::coach(brand);
    let known = community::posts::newest(rows::reading(tx), brand, 100).await?;
    if known.iter().all(|post| post.user_id != coach) {
        community::posts::insert(tx, &broadcasts(brand, origin)).await?;
    }
    Ok(())
}

/// What the coach told everybody.
fn broadcasts(brand: &str, origin: &Origin) -> Vec<Post> {
    const TEXTS: [(i64, &str); 2] = [
        (
            60,
            "Fasting means fasting: water only for ten hours before a draw. Coffee counts. #labs",
        ),
        (
            5,
            "Open question hour on Thursday: bring your last report. #labs",
        ),
    ];
    let today = origin.at.sandbox.as_millis().div_euclid(DAY) * DAY;
    TEXTS
        .iter()
        .map(|(days, content)| {
            let created_at =
                connect_core::Timestamp::from_millis(today - days * DAY + 9 * 3_600_000);
            Post {
                id: Stream::new(&["broadcast", brand, content]).id(created_at),
                user_id: catalogue::coach(brand),
                brand_id: brand.to_owned(),
                community_slug: None,
                content: (*content).to_owned(),
                tags: tags(content),
                metadata: Map::new(),
                media_urls: Vec::new(),
                moderation_status: ModerationStatus::Approved,
                is_broadcast: true,
                broadcast_role: Some(String::from("coach")),
                pinned_until: None,
                pinned_by_staff_at: None,
                created_at,
                updated_at: created_at,
                edited_at: None,
                edit_window_ends_at: created_at.plus(EDIT_WINDOW),
            }
        })
        .collect()
}

/// Writes two years of life for a persona who has none yet, and the catalogue of the persona's brand if it is not there.
/// The journal gets one entry, which says how much of what was written.
pub async fn seed_person(
    tx: &mut WorldTx,
    origin: &Origin,
    person: &Person,
) -> Result<Seq, StoreError> {
    seed_brand(tx, origin, &person.brand_id).await?;
    let life = life(person, origin.at.sandbox);
    let seq = tx.journal(
        origin,
        Kind::RecordCreated,
        person.id.as_str(),
        &json!({ "seeded": counts(&life) }),
    );

    patient_graph::patients::insert(tx, std::slice::from_ref(&life.patient)).await?;
    clinical::biomarkers::insert(tx, &life.biomarkers).await?;
    clinical::red_flags::insert(tx, &life.red_flags).await?;
    clinical::enrollments::insert(tx, &life.enrollments).await?;
    clinical::check_ins::insert(tx, &life.check_ins).await?;
    clinical::wearables::put(tx, &life.connections).await?;
    clinical::wearables::put_metrics(tx, &life.metrics).await?;
    patient_graph::measurements::insert(tx, &life.measurements).await?;
    patient_graph::timeline::insert(tx, &life.timeline).await?;
    payments::insert_subscriptions(tx, std::slice::from_ref(&life.subscription)).await?;
    payments::insert(tx, &life.payments).await?;
    payments::insert_method(tx, &life.method).await?;
    membership::insert(tx, std::slice::from_ref(&life.membership)).await?;
    membership::insert_transitions(tx, &life.transitions).await?;
    membership::insert_locks(tx, &life.locks).await?;
    community::members::insert(tx, std::slice::from_ref(&life.member)).await?;
    community::posts::insert(tx, &life.posts).await?;
    community::reactions::insert(tx, &life.reactions).await?;
    follows::insert(tx, &life.follows).await?;
    let neighbours = neighbours(tx, person, origin).await?;
    follows::insert(tx, &neighbours).await?;
    let blocker = catalogue::blocker(&person.brand_id);
    follows::block(
        tx,
        &blocker,
        &person.id,
        &person.brand_id,
        origin.at.sandbox,
    )
    .await?;
    comms::insert(tx, &messages(&life, person, origin, seq)).await?;
    comms::put_preferences(tx, &life.preferences).await?;
    Ok(seq)
}

fn counts(life: &Life) -> serde_json::Value {
    json!({
        "biomarkers": life.biomarkers.len(),
        "red_flags": life.red_flags.len(),
        "enrollments": life.enrollments.len(),
        "check_ins": life.check_ins.len(),
        "wearable_connections": life.connections.len(),
        "measurements": life.measurements.len(),
        "payments": life.payments.len(),
        "posts": life.posts.len(),
        "messages": life.messages.len(),
        "timeline_events": life.timeline.len(),
    })
}

/// A newcomer follows the personas of the brand who are there already.
async fn neighbours(
    tx: &mut WorldTx,
    person: &Person,
    origin: &Origin,
) -> Result<Vec<Follow>, StoreError> {
    let everybody = people::list(rows::reading(tx)).await?;
    let created_at = connect_core::Timestamp::from_millis(
        origin.at.sandbox.as_millis().div_euclid(DAY) * DAY - 250 * DAY + 19 * 3_600_000,
    );
    Ok(everybody
        .into_iter()
        .filter(|other| other.brand_id == person.brand_id && other.id != person.id)
        .filter(|other| {
            other.created_at < person.created_at
                || (other.created_at == person.created_at && other.id < person.id)
        })
        .map(|other| Follow {
            id: Stream::new(&["neighbour", &person.email, &other.email]).id(created_at),
            user_id: person.id.clone(),
            followee_id: other.id,
            brand_id: person.brand_id.clone(),
            created_at,
        })
        .collect())
}

fn messages(life: &Life, person: &Person, origin: &Origin, seq: Seq) -> Vec<Message> {
    life.messages
        .iter()
        .map(|message| Message {
            id: message.id.clone(),
            user_id: person.id.clone(),
            brand_id: person.brand_id.clone(),
            requested_by: String::from("console"),
            channel: message.channel,
            template_key: message.template_key.to_owned(),
            recipient: message.recipient.clone(),
            variables: message.variables.clone(),
            dedup_key: message.dedup_key.clone(),
            hipaa: false,
            status: message.status,
            provider: message.provider.map(str::to_owned),
            scheduled_at: message.scheduled_at,
            sent_at: message.sent_at,
            created_at: message.created_at,
            trace: origin.trace.clone(),
            cause: Some(seq),
        })
        .collect()
}
