//! Every address of the worker, with who may ask, in one table.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{Method, Uri};
use call_router::carrier::Carrier;
use tower_service::Service;
use utoipa::openapi::path::HttpMethod;
use worker::{Context, Env, Response, Result};

use super::handler::{Outcome, Passed};
use super::problem::Problem;
use super::request::Request;
use super::response;
use super::routes::{Operation, Routes};
use crate::api::{calls, complaints, recordings, sites, tasks};
use crate::{carrier, console, tag};

/// Adds operations of the REST API, each with the description that stands at its handler.
macro_rules! operations {
    ($routes:expr, $($module:ident::$handler:ident),+ $(,)?) => {
        $routes$(.operation(pastey::paste! { Operation::of::<$module::[<__path_ $handler>]>() }, $module::$handler))+
    };
}

/// Made once for each isolate; the router itself keeps nothing of a request.
static ROUTER: LazyLock<axum::Router> = LazyLock::new(|| routes().into_parts().0);

fn routes() -> Routes {
    let routes = Routes::new()
        .public(HttpMethod::Get, "/healthz", healthz)
        .public(HttpMethod::Get, "/dni.js", tag::script)
        .public(HttpMethod::Get, "/dni.inline.js", tag::inline_script)
        // Takes any single part that nothing else takes.
        .public(HttpMethod::Get, "/{file}", tag::asset)
        .public(HttpMethod::Get, "/console/style.css", console::style)
        .public(HttpMethod::Post, "/console/sign-in", console::sign_in)
        .public(HttpMethod::Post, "/console/sign-out", console::sign_out);
    let routes =
        PAGE_PATHS.iter().fold(routes, |routes, path| routes.guarded(HttpMethod::Options, path, tag::preflight));
    let routes = operations!(
        routes,
        tag::lease,
        tag::beat,
        tag::link,
        sites::put,
        sites::get,
        sites::list,
        calls::get,
        calls::list,
        complaints::put,
        recordings::get,
        recordings::delete,
        tasks::restart,
    );
    let routes = routes
        .guarded(HttpMethod::Get, "/console", console::call_log)
        .guarded(HttpMethod::Get, "/console/calls/{call}", console::call)
        .guarded(HttpMethod::Get, "/console/recordings/{call}/{recording}", console::recording);
    Carrier::ALL.iter().fold(routes, |routes, carrier| {
        let path = format!("/carrier/{}/{{hook}}", carrier.id());
        let routes = routes.guarded(HttpMethod::Post, &path, carrier::answer);
        if carrier.asks_by_get() { routes.guarded(HttpMethod::Get, &path, carrier::answer) } else { routes }
    })
}

/// What pages of the sites ask.
const PAGE_PATHS: [&str; 3] = ["/v1/lease", "/v1/beat", "/v1/link"];

/// Answers a request.
pub async fn answer(request: worker::Request, env: Env, context: Context) -> Result<Response> {
    let outcome = match route(Request::new(request, env, context)?).await {
        Err(Problem::NotSignedIn) => console::sign_in_form(),
        outcome => outcome,
    };
    outcome.or_else(|problem| response::problem(&problem))
}

/// Finds the handler and lets it answer.
async fn route(request: Request) -> Outcome {
    let mut routed = axum::http::Request::new(Body::empty());
    *routed.method_mut() = Method::from_bytes(request.method().as_bytes()).map_err(Problem::unavailable)?;
    // What is no path for the router is no route either.
    *routed.uri_mut() = Uri::try_from(request.path()).map_err(|_| Problem::NoSuchRoute)?;
    routed.extensions_mut().insert(Passed::new(request));
    let mut service = ROUTER.clone();
    let Ok(mut answered) = service.call(routed).await;
    if let Some(outcome) = answered.extensions_mut().remove::<Passed<Outcome>>().and_then(Passed::take) {
        return outcome;
    }
    // The router's own answers: it knows the path, and says for which methods, or it does not.
    let allowed = answered.headers().get("Allow").and_then(|methods| methods.to_str().ok());
    Err(allowed.map_or(Problem::NoSuchRoute, |methods| Problem::WrongMethod(methods.to_owned())))
}

/// `GET /healthz`.
async fn healthz(_: super::extract::anyone::Anyone) -> Outcome {
    Ok(response::json(200, &serde_json::json!({ "ok": true }))?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::routes::Route;
    use super::*;
    use crate::http::extract::Access;

    /// What the end-to-end test of access walks.
    const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/routes.json");

    #[test]
    fn the_list_of_routes_is_up_to_date() {
        let list: Vec<_> = routes().into_parts().1.iter().map(|route| serde_json::to_string(route).unwrap()).collect();
        let text = format!("[\n  {}\n]\n", list.join(",\n  "));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::write(LIST, &text).unwrap();
        }
        let known = fs::read_to_string(LIST).unwrap_or_default();
        assert_eq!(known, text, "write it anew: UPDATE_SNAPSHOTS=1 cargo test -p edge-worker");
    }

    #[test]
    fn few_routes_are_public() {
        let list = routes().into_parts().1;
        let public: Vec<_> =
            list.iter().filter(|route| route.access == Access::Public).map(|route| route.path.as_str()).collect();
        let expected = [
            "/healthz",
            "/dni.js",
            "/dni.inline.js",
            "/{file}",
            "/console/style.css",
            "/console/sign-in",
            "/console/sign-out",
        ];
        assert_eq!(public, expected);
    }

    #[test]
    fn every_operation_says_who_may_ask_and_what_it_does() {
        let routes = routes();
        for Operation { path, described, .. } in routes.operations() {
            assert!(described.summary.as_ref().is_some_and(|summary| !summary.is_empty()), "{path}");
            assert!(described.operation_id.as_ref().is_some_and(|id| !id.is_empty()), "{path}");
        }
        let described: Vec<_> = routes
            .operations()
            .iter()
            .map(|operation| (operation.path.clone(), operation.described.tags.clone().unwrap_or_default()))
            .collect();
        let listed = routes.into_parts().1;
        let operations =
            listed.iter().filter(|route| route.path.starts_with("/v1/") && route.method != HttpMethod::Options);
        for Route { path, access, .. } in operations.clone() {
            let (_, tags) = described.iter().find(|(known, _)| known == path).expect(path);
            assert_eq!(tags.iter().any(|tag| tag == "tag"), *access == Access::SiteOrigin, "{path}");
        }
        assert_eq!(described.len(), operations.count());
    }
}
