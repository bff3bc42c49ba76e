//! Requests and answers: routes, who may ask, and what is wrong with a request.

pub mod access;
pub mod problem;
pub mod response;
pub mod router;
