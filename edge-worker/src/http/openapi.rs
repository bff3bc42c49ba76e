//! The description of the REST API, by `OpenAPI` 3.1: made of the handlers' own attributes and types by a test, which keeps
//! `edge-worker/openapi.json`; the worker hands the file out.

#[cfg(test)]
mod assemble;
#[cfg(test)]
mod compatibility;

use worker::ResponseBuilder;

use super::extract::anyone::Anyone;
use super::handler::Outcome;

/// The description.
const DOCUMENT: &str = include_str!("../../openapi.json");

/// `GET /v1/openapi.json`: what the API takes and answers, for everybody, as it stands in the repository, too.
pub async fn document(_: Anyone) -> Outcome {
    let builder = ResponseBuilder::new()
        .with_header("Content-Type", "application/json; charset=utf-8")?
        .with_header("Cache-Control", "public, max-age=300")?;
    Ok(builder.fixed(DOCUMENT.as_bytes().to_vec()))
}
