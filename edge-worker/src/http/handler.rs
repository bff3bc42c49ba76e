//! Handlers, and how the router calls them.

use std::cell::Cell;
use std::rc::Rc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::routing::{MethodFilter, MethodRouter};
use worker::Response;
use worker::send::{SendFuture, SendWrapper};

use super::extract::{Argument, Credential};
use super::idempotent::Claim;
use super::problem::Problem;
use super::request::{Parameters, Request};

/// What becomes of a request.
pub type Outcome = Result<Response, Problem>;

/// A function that answers requests: its first argument is a credential, which is read before anything else, its second one what
/// else it takes out of the path.
pub trait Handler<T>: Clone + 'static {
    /// Who must ask.
    type Credential: Credential;

    /// Reads the arguments and answers, or says which of them is wrong.
    async fn answer(self, request: Request, parts: Parts) -> Outcome;
}

impl<F, R, C> Handler<(C,)> for F
where
    F: Fn(C) -> R + Clone + 'static,
    R: Future<Output = Outcome>,
    C: Credential,
{
    type Credential = C;

    async fn answer(self, request: Request, _: Parts) -> Outcome {
        once(C::of(request).await?, self).await
    }
}

impl<F, R, C, A> Handler<(C, A)> for F
where
    F: Fn(C, A) -> R + Clone + 'static,
    R: Future<Output = Outcome>,
    C: Credential,
    A: Argument,
{
    type Credential = C;

    async fn answer(self, request: Request, mut parts: Parts) -> Outcome {
        let credential = C::of(request).await?;
        let argument = A::of(&mut parts).await?;
        once(credential, |credential| self(credential, argument)).await
    }
}

/// Lets a handler answer, unless the request was answered before under its Idempotency-Key.
async fn once<C: Credential, R: Future<Output = Outcome>>(mut credential: C, answer: impl FnOnce(C) -> R) -> Outcome {
    match credential.claim().await? {
        Claim::None => answer(credential).await,
        Claim::Answered(response) => Ok(response),
        Claim::Made(claimed) => claimed.settle(answer(credential).await).await,
    }
}

/// Makes a handler one of the router's.
///
/// Request and answer go past the router: it sees method and path, and hands back what it does not look into. So a recording
/// streams from the store to the client without coming through here, and a header is converted for nobody.
///
/// `parameters` are those that the route takes; `None` if it does not say.
pub fn to_axum<T, H: Handler<T> + Send + Sync>(
    methods: MethodFilter,
    handler: H,
    parameters: Option<Parameters>,
) -> MethodRouter {
    MethodRouter::new().on(methods, move |request: axum::extract::Request| {
        // Nothing is sent between threads: a worker has one.
        SendFuture::new(async move {
            let (mut parts, _) = request.into_parts();
            let outcome = match parts.extensions.remove::<Passed<Request>>().and_then(Passed::take) {
                Some(mut request) => {
                    request.take_parameters(parameters);
                    handler.answer(request, parts).await
                }
                None => Err(Problem::Unavailable("the router lost a request".to_owned())),
            };
            let mut response = axum::http::Response::new(Body::empty());
            response.extensions_mut().insert(Passed::new(outcome));
            response
        })
    })
}

/// What is passed through the router, which wants it to be cloned and sent. It is taken once.
pub struct Passed<T>(SendWrapper<Rc<Cell<Option<T>>>>);

impl<T> Passed<T> {
    /// Puts it in.
    pub fn new(passed: T) -> Self {
        Self(SendWrapper::new(Rc::new(Cell::new(Some(passed)))))
    }

    /// Takes it out.
    pub fn take(self) -> Option<T> {
        self.0.take()
    }
}

impl<T> Clone for Passed<T> {
    fn clone(&self) -> Self {
        Self(SendWrapper::new(self.0.0.clone()))
    }
}
