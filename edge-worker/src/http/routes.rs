//! How a route is added: guarded by a proof, or named as public.

use axum::Router;
use axum::routing::{MethodFilter, MethodRouter};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{HttpMethod, ParameterIn};

use super::extract::anyone::Anyone;
use super::extract::{Access, Credential, Proof};
use super::handler::{Handler, to_axum};
use super::request::Parameters;

/// The routes so far.
pub struct Routes {
    router: Router,
    list: Vec<Route>,
    #[cfg(test)]
    operations: Vec<Operation>,
}

/// One route, as the list of all of them has it.
#[derive(Serialize)]
pub struct Route {
    /// The method; `GET` answers `HEAD` too.
    #[serde(serialize_with = "upper_case")]
    pub method: HttpMethod,
    /// The path; what stands in braces is open.
    pub path: String,
    /// Who may ask.
    #[serde(flatten)]
    pub access: Access,
}

/// An operation of the REST API, as the attribute of its handler describes it. The worker takes path, methods and the names of
/// the parameters of it; what else is said there is for tests alone.
#[cfg_attr(test, derive(Clone))]
pub struct Operation {
    /// The path; what stands in braces is open.
    pub path: String,
    /// The methods, as a rule one.
    pub methods: Vec<HttpMethod>,
    /// The names of the parameters that it takes in the query.
    parameters: Parameters,
    /// What it does and takes.
    #[cfg(test)]
    pub described: utoipa::openapi::path::Operation,
    /// The shapes that it names.
    #[cfg(test)]
    pub schemas: Vec<(String, RefOr<utoipa::openapi::schema::Schema>)>,
}

impl Operation {
    /// Reads the description that utoipa made.
    pub fn of<O: utoipa::Path + for<'a> utoipa::__dev::Tags<'a> + utoipa::__dev::SchemaReferences>() -> Self {
        Self {
            path: O::path(),
            methods: O::methods(),
            parameters: parameters_of(&O::operation()),
            #[cfg(test)]
            described: {
                let mut described = O::operation();
                described.tags = Some(O::tags().iter().map(ToString::to_string).collect());
                described
            },
            #[cfg(test)]
            schemas: {
                let mut schemas = Vec::new();
                O::schemas(&mut schemas);
                schemas
            },
        }
    }
}

impl Routes {
    /// Begins with none.
    pub fn new() -> Self {
        Self {
            router: Router::new(),
            list: Vec::new(),
            #[cfg(test)]
            operations: Vec::new(),
        }
    }

    /// Adds a route for whoever brings the proof that its handler takes.
    pub fn guarded<T, H>(self, method: HttpMethod, path: &str, handler: H) -> Self
    where
        H: Handler<T, Credential: Proof> + Send + Sync,
    {
        self.route(method, path, handler)
    }

    /// Adds a route for everybody. There are few; each is a decision.
    pub fn public<T, H>(self, method: HttpMethod, path: &str, handler: H) -> Self
    where
        H: Handler<T, Credential = Anyone> + Send + Sync,
    {
        self.route(method, path, handler)
    }

    /// Adds an operation of the REST API, which the handler's own attribute describes, for whoever brings its proof.
    pub fn operation<T, H>(mut self, operation: Operation, handler: H) -> Self
    where
        H: Handler<T, Credential: Proof> + Send + Sync,
    {
        #[cfg(test)]
        self.operations.push(operation.clone());
        let (Operation { path, methods, parameters, .. }, access) = (operation, H::Credential::ACCESS);
        let filters = methods.iter().map(to_filter).reduce(MethodFilter::or);
        // What the description does not name is refused. Pages are let be: what is added to their requests on the way is no
        // fault of theirs.
        let parameters = matches!(access, Access::ApiKey { .. }).then_some(parameters);
        let router = filters.map_or_else(MethodRouter::new, |filter| to_axum(filter, handler, parameters));
        self.router = self.router.route(&path, router);
        self.list.extend(methods.into_iter().map(|method| Route { method, path: path.clone(), access }));
        self
    }

    /// Returns the router, and the list of all routes.
    pub fn into_parts(self) -> (Router, Vec<Route>) {
        (self.router, self.list)
    }

    /// Returns the operations of the REST API.
    #[cfg(test)]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    fn route<T, H: Handler<T> + Send + Sync>(mut self, method: HttpMethod, path: &str, handler: H) -> Self {
        self.router = self.router.route(path, to_axum(to_filter(&method), handler, None));
        self.list.push(Route { method, path: path.to_owned(), access: H::Credential::ACCESS });
        self
    }
}

const fn to_filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}

/// Returns the parameters that an operation takes in the query.
fn parameters_of(operation: &utoipa::openapi::path::Operation) -> Parameters {
    let all = operation.parameters.iter().flatten();
    let of_query = all.filter_map(|parameter| match parameter {
        RefOr::T(parameter) if matches!(parameter.parameter_in, ParameterIn::Query) => Some(parameter.name.clone()),
        _ => None,
    });
    of_query.collect()
}

/// Writes a method as it stands in requests.
fn upper_case<S: serde::Serializer>(method: &HttpMethod, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match method {
        HttpMethod::Get => "GET",
        HttpMethod::Put => "PUT",
        HttpMethod::Post => "POST",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Trace => "TRACE",
    })
}
