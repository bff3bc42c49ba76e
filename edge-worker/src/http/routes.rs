//! How a route is added: guarded by a proof, or named as public.

use axum::routing::{MethodFilter, MethodRouter};
use serde::Serialize;
use utoipa::openapi::path::{HttpMethod, Paths};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr, Schema};
use utoipa_axum::PathItemExt;
use utoipa_axum::router::OpenApiRouter;

use super::extract::anyone::Anyone;
use super::extract::{Access, Credential, Proof};
use super::handler::{Handler, to_axum};

/// What the description calls the API key.
const API_KEY: &str = "api_key";

/// The routes so far.
pub struct Routes {
    router: OpenApiRouter,
    list: Vec<Route>,
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

/// An operation of the REST API, as the attribute of its handler describes it.
pub struct Operation {
    path: String,
    methods: Vec<HttpMethod>,
    described: utoipa::openapi::path::Operation,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Operation {
    /// Reads the description that utoipa made.
    pub fn of<O: utoipa::Path + utoipa::__dev::SchemaReferences + for<'a> utoipa::__dev::Tags<'a>>() -> Self {
        let mut schemas = Vec::new();
        O::schemas(&mut schemas);
        let mut described = O::operation();
        described.tags = Some(O::tags().iter().map(ToString::to_string).collect());
        Self { path: O::path(), methods: O::methods(), described, schemas }
    }
}

impl Routes {
    /// Begins with none.
    pub fn new() -> Self {
        Self { router: OpenApiRouter::new(), list: Vec::new() }
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
        let Operation { path, methods, mut described, schemas } = operation;
        let access = H::Credential::ACCESS;
        if let Access::ApiKey { scope } = access {
            described.security = Some(vec![SecurityRequirement::new(API_KEY, [scope])]);
        }
        let filters = methods.iter().map(HttpMethod::to_method_filter).reduce(MethodFilter::or);
        let router = filters.map_or_else(MethodRouter::new, |filter| to_axum(filter, handler));
        self.list.extend(methods.iter().cloned().map(|method| Route { method, path: path.clone(), access }));
        let mut paths = Paths::new();
        paths.add_path_operation(&path, methods, described);
        Self { router: self.router.routes((schemas, paths, router)), list: self.list }
    }

    /// Returns the router, the description of the REST API, and the list of all routes.
    pub fn into_parts(self) -> (axum::Router, OpenApi, Vec<Route>) {
        let (router, mut description) = self.router.split_for_parts();
        let key =
            Http::builder().scheme(HttpAuthScheme::Bearer).description(Some("The worker's secret API_KEY")).build();
        let components = description.components.get_or_insert_default();
        components.add_security_scheme(API_KEY, SecurityScheme::Http(key));
        (router, description, self.list)
    }

    fn route<T, H: Handler<T> + Send + Sync>(mut self, method: HttpMethod, path: &str, handler: H) -> Self {
        let filter = method.to_method_filter();
        self.list.push(Route { method, path: path.to_owned(), access: H::Credential::ACCESS });
        Self { router: self.router.route(path, to_axum(filter, handler)), list: self.list }
    }
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
