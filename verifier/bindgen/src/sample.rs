//! A sample to try the bindings with: the anchor, the trust list and some certificates of `specs/vectors`.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// What is taken, as (file, name of the case).
const CERTIFICATES: &[(&str, &str)] =
    &[("valid.txt", "national"), ("valid-eu.txt", "eu-vaccination"), ("unknown.txt", "a signer that is in no list")];

/// Writes `anchor.pem`, `trust-list.cose`, some certificates, and `at`, the moment in which they are to be checked.
///
/// # Errors
/// The vectors are not what they were, or the folder cannot be written.
pub fn write(root: &Path, output: &Path) -> Result<()> {
    std::fs::create_dir_all(output)?;
    let vectors = std::fs::read(root.join("specs/vectors/certificates.json"))?;
    let vectors: Value = serde_json::from_slice(&vectors)?;
    let text = |value: &Value, field: &str| -> Result<String> {
        Ok(value[field].as_str().with_context(|| format!("the vectors have no {field}"))?.to_owned())
    };
    std::fs::write(output.join("anchor.pem"), text(&vectors, "anchor")?)?;
    std::fs::write(output.join("trust-list.cose"), hex::decode(text(&vectors, "list")?)?)?;
    for (file, name) in CERTIFICATES {
        let cases = vectors["cases"].as_array().context("the vectors have no cases")?;
        let case = cases.iter().find(|case| case["name"] == *name).with_context(|| format!("no case {name}"))?;
        std::fs::write(output.join(file), text(case, "text")?)?;
        std::fs::write(output.join("at"), case["at"].to_string())?;
    }
    Ok(())
}
