//! `POST /v1/biomarkers/parse/vendor`: a laboratory's own payload comes in.
//!
//! The reference names the vendors and says nothing of their payloads. Assumed: a list of results under the vendor's
//! names for code, name, value, unit, range and time, as in [`FORMATS`].

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::biomarkers::ResultList;
use super::parse::{LabResult, LabUpload, flaws, store};
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::failure::Failure;
use crate::schema::Violation;
use crate::service::Service;

pub(crate) const PARSE_VENDOR: Operation = Operation::new::<ResultList>(
    Service::Clinical,
    Verb::Post,
    "/v1/biomarkers/parse/vendor",
    "biomarkers_parse_vendor",
    "write:biomarkers",
    |call| Box::pin(parse(call)),
)
.summary("Upload a laboratory's own payload")
.notes(
    "What stands in `raw_payload` is assumed. labcorp: `results[]` of test_code, test_name, result_value, units, ref_low, \
     ref_high, collected_at. quest: `observations[]` of observation_code, observation_name, observation_value, unit, \
     reference_low, reference_high, collection_date. junction: `results[]` of slug, name, result, unit, min_range_value, \
     max_range_value, date_collected. The time may also stand beside the list. Values may be numbers or text.",
)
.source("/reference/api/clinical/post_v1_biomarkers_parse_vendor")
.takes::<VendorRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound]);

/// A vendor's payload as sent.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct VendorRequest {
    /// Whose results: the token's person.
    patient_id: String,
    /// The token's brand.
    brand_id: String,
    /// The laboratory.
    vendor: Vendor,
    /// What it sent.
    raw_payload: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Vendor {
    Labcorp,
    Quest,
    Junction,
}

/// What a vendor calls things.
struct Format {
    vendor: Vendor,
    name: &'static str,
    list: &'static str,
    code: &'static str,
    title: &'static str,
    value: &'static str,
    unit: &'static str,
    low: &'static str,
    high: &'static str,
    time: &'static str,
}

const FORMATS: [Format; 3] = [
    Format {
        vendor: Vendor::Labcorp,
        name: "labcorp",
        list: "results",
        code: "test_code",
        title: "test_name",
        value: "result_value",
        unit: "units",
        low: "ref_low",
        high: "ref_high",
        time: "collected_at",
    },
    Format {
        vendor: Vendor::Quest,
        name: "quest",
        list: "observations",
        code: "observation_code",
        title: "observation_name",
        value: "observation_value",
        unit: "unit",
        low: "reference_low",
        high: "reference_high",
        time: "collection_date",
    },
    Format {
        vendor: Vendor::Junction,
        name: "junction",
        list: "results",
        code: "slug",
        title: "name",
        value: "result",
        unit: "unit",
        low: "min_range_value",
        high: "max_range_value",
        time: "date_collected",
    },
];

async fn parse(call: &Call) -> Result<Answer, Failure> {
    let request: VendorRequest = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("patient_id", &request.patient_id)?;
    let format = FORMATS
        .iter()
        .find(|format| format.vendor == request.vendor)
        .unwrap_or(&FORMATS[0]);
    let (results, violations) = read(format, &request.raw_payload, call.now());
    store(
        call,
        person,
        LabUpload {
            source: format.name.to_owned(),
            results,
        },
        violations,
    )
    .await
}

/// The results in a payload, and what does not fit.
fn read(
    format: &Format,
    payload: &Map<String, Value>,
    now: Timestamp,
) -> (Vec<LabResult>, Vec<Violation>) {
    let path = format!("raw_payload.{}", format.list);
    let items = match payload.get(format.list).and_then(Value::as_array) {
        Some(items) if !items.is_empty() => items,
        _ => {
            let violation = Violation {
                path,
                expected: String::from("an array of at least 1 result"),
                received: String::from(if payload.contains_key(format.list) {
                    "something else"
                } else {
                    "nothing: the member is missing"
                }),
            };
            return (Vec::new(), vec![violation]);
        }
    };
    let mut violations = Vec::new();
    let mut results = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let mut wrong = |member: &str, expected: &str| {
            violations.push(Violation {
                path: format!("{path}.{member}"),
                expected: expected.to_owned(),
                received: String::from(if item.get(member).is_some() {
                    "something else"
                } else {
                    "nothing: the member is missing"
                }),
            });
        };
        let text = |member: &str| {
            item.get(member)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let time = text(format.time).or_else(|| payload.get(format.time).and_then(Value::as_str));
        let (code, value, unit) = (
            text(format.code),
            number(item.get(format.value)),
            text(format.unit),
        );
        let time = time.and_then(|time| time.parse().ok());
        if code.is_none() {
            wrong(format.code, "a string");
        }
        if value.is_none() {
            wrong(format.value, "a number");
        }
        if unit.is_none() {
            wrong(format.unit, "a string");
        }
        if time.is_none() {
            wrong(format.time, "an RFC 3339 time such as 2026-05-22T12:34:56Z");
        }
        let (Some(code), Some(value), Some(unit), Some(collected_at)) = (code, value, unit, time)
        else {
            continue;
        };
        let result = LabResult {
            code: code.to_owned(),
            name: text(format.title).unwrap_or(code).to_owned(),
            value,
            unit: unit.to_owned(),
            reference_low: number(item.get(format.low)),
            reference_high: number(item.get(format.high)),
            collected_at,
        };
        violations.extend(flaws(&path, &result, now));
        results.push(result);
    }
    (results, violations)
}

/// A number, or text that is one.
fn number(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}
