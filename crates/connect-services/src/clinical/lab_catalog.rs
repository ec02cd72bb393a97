//! `GET /v1/lab-catalog/markers`: what can be ordered, where, at what price.

use connect_store::services::clinical::lab_markers::{
    self as rows, AvailabilityStatus, LabMarker, MarkerFilter,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Gate, Operation, Parameter, Shape, Verb};
use crate::failure::Failure;
use crate::query::{LIMIT, OFFSET};
use crate::schema::words;
use crate::service::Service;

/// The states of the United States and the District of Columbia.
#[rustfmt::skip]
const STATES: &[&str] = &[
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA",
    "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "RI",
    "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
];

pub(crate) const MARKERS: Operation = Operation::new::<MarkerPage>(
    Service::Clinical,
    Verb::Get,
    "/v1/lab-catalog/markers",
    "lab_catalog_markers",
    "",
    |call| Box::pin(list(call)),
)
.rules()
.summary("The lab catalogue of the brand")
.notes(
    "Any valid token may read it (assumed: no scope fits). `availability` is there when `state` is given. Prices are in \
     whole units of `currency`, and invented.",
)
.gate(Gate::AnyToken)
.source("/reference/api/clinical/get_v1_lab-catalog_markers")
.parameters(&[
    Parameter::query("q", Shape::Text, "Part of a name, slug or code."),
    Parameter::query("state", Shape::Word(STATES), "Whose rules of availability to apply."),
    Parameter::query("tag", Shape::Text, "Only markers with this tag."),
    LIMIT,
    OFFSET,
]);

/// A page of the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
struct MarkerPage {
    markers: Vec<MarkerView>,
    total: u32,
    limit: u32,
    offset: u32,
    state: Option<String>,
}

/// A marker on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct MarkerView {
    #[schemars(schema_with = "words::uuid")]
    id: String,
    slug: String,
    name: String,
    description: Option<String>,
    biomarker_code: Option<String>,
    units: Option<String>,
    wholesale_cost: Option<f64>,
    currency: String,
    source_lab_id: Option<String>,
    tags: Vec<String>,
    availability: Option<AvailabilityView>,
    retail_price: Option<f64>,
}

/// Whether a marker can be ordered in the state asked for.
#[derive(Debug, Serialize, JsonSchema)]
struct AvailabilityView {
    state: String,
    #[schemars(schema_with = "words::word::<AvailabilityStatus>")]
    status: AvailabilityStatus,
    source_lab_id: Option<String>,
    note: Option<String>,
}

impl MarkerView {
    fn of(row: LabMarker, state: Option<&str>) -> Self {
        let availability = state.map(|state| {
            let rule = row.availability.get(state);
            let status = rule.map_or(AvailabilityStatus::Available, |rule| rule.status);
            AvailabilityView {
                state: state.to_owned(),
                status,
                source_lab_id: row
                    .source_lab_id
                    .clone()
                    .filter(|_| status != AvailabilityStatus::Unavailable),
                note: rule.and_then(|rule| rule.note.clone()),
            }
        });
        Self {
            id: row.id.to_string(),
            slug: row.slug,
            name: row.name,
            description: row.description,
            biomarker_code: row.biomarker_code,
            units: row.units,
            wholesale_cost: row.wholesale_cents.map(units),
            currency: row.currency,
            source_lab_id: row.source_lab_id,
            tags: row.tags,
            availability,
            retail_price: row.retail_cents.map(units),
        }
    }
}

fn units(cents: i64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "prices are far below 2^52 cents"
    )]
    let cents = cents as f64;
    cents / 100.0
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let filter = MarkerFilter {
        text: call.query.text("q").map(str::to_owned),
        tag: call.query.text("tag").map(str::to_owned),
    };
    let (limit, offset, state) = (
        call.query.whole("limit"),
        call.query.whole("offset"),
        call.query.text("state"),
    );
    let (markers, total) = rows::page(
        &mut *call.read().await?,
        call.brand(),
        &filter,
        limit,
        offset,
    )
    .await?;
    Ok(Answer::ok(&MarkerPage {
        markers: markers
            .into_iter()
            .map(|row| MarkerView::of(row, state))
            .collect(),
        total,
        limit,
        offset,
        state: state.map(str::to_owned),
    }))
}
