//! Certificates that carry several doses or results at once, as verdicts show them: the latest dose under the names that all
//! formats share, and every one in a list.

use serde::Serialize;
use serde::ser::SerializeMap;
use specs::shc::{self, Coding, Measured};
use specs::vds_nc::{self, Event};

/// One dose.
#[derive(Serialize)]
struct Dose<'a> {
    vaccine: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<&'a str>,
    date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dose_number: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

/// One laboratory result.
#[derive(Serialize)]
struct Found<'a> {
    test_type: &'a str,
    sampled_at: String,
    result: Option<&'a str>,
    test_centre: Option<&'a str>,
}

pub(super) fn card<M: SerializeMap>(map: &mut M, bundle: &shc::Bundle) -> Result<(), M::Error> {
    let mut doses: Vec<(_, Dose<'_>)> = bundle
        .immunizations
        .iter()
        .map(|given| {
            let dose = Dose {
                vaccine: first(&given.vaccine),
                product: None,
                date: given.date.to_string(),
                dose_number: None,
                batch: given.lot.as_deref(),
                authority: given.performer.as_deref(),
                country: None,
            };
            (given.date.earliest(), dose)
        })
        .collect();
    doses.sort_by_key(|(day, _)| *day);
    let results: Vec<Found<'_>> = bundle
        .observations
        .iter()
        .map(|one| Found {
            test_type: first(&one.code),
            sampled_at: one.date.to_string(),
            result: one.value.as_ref().map(|value| match value {
                Measured::Codes(codes) => first(codes),
                Measured::Text(text) | Measured::Quantity(text) => text,
            }),
            test_centre: one.performer.as_deref(),
        })
        .collect();
    let doses: Vec<Dose<'_>> = doses.into_iter().map(|(_, dose)| dose).collect();
    records(map, &doses, &results)?;
    map.serialize_entry("id", "")
}

pub(super) fn seal<M: SerializeMap>(map: &mut M, seal: &vds_nc::Content) -> Result<(), M::Error> {
    let (mut doses, mut results, mut disease) = (Vec::new(), Vec::new(), None);
    match &seal.event {
        Event::Vaccinations(vaccines) => {
            for vaccine in vaccines {
                disease = disease.or(vaccine.disease.as_deref());
                doses.extend(vaccine.doses.iter().map(|given| Dose {
                    vaccine: &vaccine.kind,
                    product: Some(&vaccine.product),
                    date: given.date.to_string(),
                    dose_number: Some(given.number),
                    batch: given.lot.as_deref(),
                    authority: given.centre.as_deref(),
                    country: Some(&given.country),
                }));
            }
            doses.sort_by(|one, other| one.date.cmp(&other.date));
        }
        Event::Test(test) => results.push(Found {
            test_type: &test.kind,
            sampled_at: test.sampled.to_rfc3339(),
            result: Some(&test.result),
            test_centre: Some(&test.provider),
        }),
    }
    map.serialize_entry("disease", &disease)?;
    records(map, &doses, &results)?;
    map.serialize_entry("document", &seal.person.document)?;
    map.serialize_entry("id", &seal.id)
}

fn records<M: SerializeMap>(map: &mut M, doses: &[Dose<'_>], results: &[Found<'_>]) -> Result<(), M::Error> {
    if let Some(latest) = doses.last() {
        map.serialize_entry("vaccine", latest.vaccine)?;
        map.serialize_entry("date", &latest.date)?;
        map.serialize_entry("doses", doses)?;
    }
    if let Some(latest) = results.last() {
        map.serialize_entry("test_type", latest.test_type)?;
        map.serialize_entry("sampled_at", &latest.sampled_at)?;
        map.serialize_entry("result", &latest.result)?;
        map.serialize_entry("results", results)?;
    }
    Ok(())
}

/// The first of several codes for one thing; readers make sure that there is one.
fn first(codes: &[Coding]) -> &str {
    codes.first().map_or("", |coding| &coding.code)
}
