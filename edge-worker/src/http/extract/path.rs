//! The parts of a path that its route leaves open.

use axum::extract::FromRequestParts as _;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Argument;
use crate::http::problem::Problem;

/// The open parts, percent-decoded: one text, or a tuple of them in the route's order.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> Argument for Path<T> {
    async fn of(parts: &mut Parts) -> Result<Self, Problem> {
        // What is no text once it is decoded is the name of nothing.
        let path = axum::extract::Path::<T>::from_request_parts(parts, &()).await;
        path.map(|axum::extract::Path(open)| Self(open)).map_err(|_| Problem::NoSuchRoute)
    }
}
