//! Requests and answers: the routes, who may ask, and what is wrong with a request.

pub mod access;
pub mod brake;
pub mod extract;
pub mod handler;
mod idempotent;
mod openapi;
pub mod problem;
pub mod request;
pub mod response;
pub mod router;
mod routes;
