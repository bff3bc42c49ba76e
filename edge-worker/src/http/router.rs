//! Every address of the worker, with who may ask, in one table.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{Method, Uri};
use call_router::carrier::Carrier;
use edge_core::console::{CONSOLE, Reader};
use tower_service::Service;
use utoipa::openapi::path::HttpMethod;
use worker::{Context, Env, Response, Result};

use super::handler::{Outcome, Passed};
use super::openapi;
use super::problem::Problem;
use super::request::Request;
use super::response;
use super::routes::{Operation, Routes};
use crate::api::{
    audit, calls, complaints, databases, erasures, kept_webhooks, keys, members, numbers, persons, recordings, reports,
    sites, tasks,
};
use crate::{carrier, console, tag};

/// Adds operations of the REST API, each with the description that stands at its handler.
macro_rules! operations {
    ($routes:expr, $($module:ident::$handler:ident),+ $(,)?) => {
        $routes$(.operation(pastey::paste! { Operation::of::<$module::[<__path_ $handler>]>() }, $module::$handler))+
    };
}

/// Made once for each isolate; the router itself keeps nothing of a request.
static ROUTER: LazyLock<axum::Router> = LazyLock::new(|| routes().into_parts().0);

pub(super) fn routes() -> Routes {
    let routes = Routes::new()
        .public(HttpMethod::Get, "/healthz", healthz)
        .public(HttpMethod::Get, "/v1/openapi.json", openapi::document)
        .public(HttpMethod::Get, "/dni.js", tag::script)
        .public(HttpMethod::Get, "/dni.inline.js", tag::inline_script)
        // Takes any single part that nothing else takes.
        .public(HttpMethod::Get, "/{file}", tag::asset)
        .public(HttpMethod::Get, "/favicon.ico", console::icon_of_old)
        .public(HttpMethod::Get, "/favicon.svg", console::icon)
        .public(HttpMethod::Get, "/targets/{id}", tag::targets)
        .public(HttpMethod::Get, "/console/style.css", console::style)
        .public(HttpMethod::Get, "/console/join.js", console::join_script)
        .public(HttpMethod::Get, "/console/sign-in", console::sign_in_page)
        .public(HttpMethod::Post, "/console/sign-in", console::sign_in)
        .public(HttpMethod::Post, "/console/sign-out", console::sign_out)
        .public(HttpMethod::Get, "/console/join", console::join_page)
        .public(HttpMethod::Post, "/console/join", console::join)
        .public(HttpMethod::Get, "/console/access", console::by_access);
    let routes =
        PAGE_PATHS.iter().fold(routes, |routes, path| routes.guarded(HttpMethod::Options, path, tag::preflight));
    let routes = operations!(
        routes,
        tag::lease,
        tag::beat,
        tag::link,
        sites::put,
        sites::patch,
        sites::get,
        sites::delete,
        sites::list,
        sites::versions,
        sites::version,
        sites::compare,
        sites::restore,
        databases::list,
        databases::move_site,
        members::add,
        members::list,
        members::get,
        members::change,
        members::remove,
        members::invite,
        members::sign_out,
        keys::me,
        keys::make,
        keys::list,
        keys::get,
        keys::revoke,
        audit::list,
        reports::calls,
        reports::pools,
        numbers::list,
        numbers::get,
        numbers::release,
        calls::csv,
        calls::get,
        calls::change,
        calls::list,
        calls::ndjson,
        calls::stream,
        erasures::delete_call,
        persons::erase,
        persons::export,
        erasures::list,
        erasures::get,
        kept_webhooks::list,
        kept_webhooks::get,
        kept_webhooks::restart,
        kept_webhooks::delete,
        complaints::put,
        recordings::get,
        recordings::delete,
        tasks::restart,
    );
    let routes = routes
        .guarded(HttpMethod::Get, CONSOLE, console::call_log)
        .guarded(HttpMethod::Get, "/console/account", console::account)
        .guarded(HttpMethod::Post, "/console/account/sessions/{id}/end", console::end_session)
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
    let request = Request::new(request, env, context)?;
    let asked = Asked::by(&request)?;
    let is_encrypted = request.settings().is_encrypted();
    let response = if !request.came_in_the_open()? {
        match route(request, &asked).await {
            Ok(response) if response.status_code() == 101 => return Ok(response),
            Ok(response) if asked.is_of_api() => response::with_policy(response)?,
            Ok(response) => response,
            Err(problem) => asked.refuse(&problem)?,
        }
    } else if request.is_open_question()? {
        response::moved(&request.encrypted_address())?
    } else {
        asked.refuse(&Problem::PlainHttp)?
    };
    response::protected(response, is_encrypted)
}

/// What was asked for, for the time after the request is gone.
struct Asked {
    path: String,
    query: String,
    reader: Reader,
    /// Whether they know problems by RFC 9457.
    takes_problems: bool,
}

impl Asked {
    fn by(request: &Request) -> Result<Self> {
        let path = request.path();
        // What carriers and programs ask is answered in their language, whatever they say that they would like to read.
        let is_for_programs = FOR_PROGRAMS.iter().any(|prefix| path.starts_with(prefix));
        let accept = request.header("Accept")?;
        let reader = if is_for_programs { Reader::Program } else { Reader::of(&accept, Reader::Program) };
        let takes_problems = accept.contains("application/problem+json");
        Ok(Self { path: path.to_owned(), query: request.query().to_owned(), reader, takes_problems })
    }

    /// Says whether a program asks with its key.
    fn is_of_api(&self) -> bool {
        self.path.starts_with("/v1/") && !PAGE_PATHS.contains(&self.path.as_str())
    }

    /// The path for the router: people may end a page of the console with a slash.
    fn routed(&self) -> &str {
        let is_page = self.reader == Reader::Person && self.path.starts_with(CONSOLE);
        if is_page { self.path.trim_end_matches('/') } else { &self.path }
    }

    /// Answers what is wrong, to a person as a page.
    fn refuse(&self, problem: &Problem) -> Result<Response> {
        response::log(problem);
        let page = match (problem, self.reader) {
            (Problem::NotSignedIn, _) => Some(console::sign_in_form(&self.address())),
            (Problem::SignsInByAccess, _) => Some(console::go_to_access(&self.address())),
            (_, Reader::Program) => None,
            (Problem::NoSuchRoute, Reader::Person) if self.path == "/" => Some(console::welcome()),
            (_, Reader::Person) => Some(console::problem_page(problem)),
        };
        let response = match page {
            Some(Ok(page)) => page,
            _ if self.takes_problems => response::as_problem_json(response::problem(problem)?)?,
            _ => response::problem(problem)?,
        };
        let refusal = response::with_hints(response, problem)?;
        // The page's console and the doctor say why. It is no secret, and of whom it is none of the site's pages is told just that.
        if PAGE_PATHS.contains(&self.path.as_str()) { response::for_any_origin(refusal) } else { Ok(refusal) }
    }

    fn address(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

/// Addresses that no person opens.
const FOR_PROGRAMS: [&str; 2] = ["/v1/", "/carrier/"];

/// Finds the handler and lets it answer.
async fn route(request: Request, asked: &Asked) -> Outcome {
    let mut routed = axum::http::Request::new(Body::empty());
    *routed.method_mut() = Method::from_bytes(request.method().as_bytes()).map_err(Problem::unavailable)?;
    // What is no path for the router is no route either.
    *routed.uri_mut() = Uri::try_from(asked.routed()).map_err(|_| Problem::NoSuchRoute)?;
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
    use std::collections::BTreeSet;
    use std::fs;

    use utoipa::openapi::RefOr;

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
            "/v1/openapi.json",
            "/dni.js",
            "/dni.inline.js",
            "/{file}",
            "/favicon.ico",
            "/favicon.svg",
            "/targets/{id}",
            "/console/style.css",
            "/console/join.js",
            "/console/sign-in",
            "/console/sign-in",
            "/console/sign-out",
            "/console/join",
            "/console/join",
            "/console/access",
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
        let operations = listed.iter().filter(|route| {
            route.path.starts_with("/v1/") && route.access != Access::Public && route.method != HttpMethod::Options
        });
        for Route { path, access, .. } in operations.clone() {
            let (_, tags) = described.iter().find(|(known, _)| known == path).expect(path);
            assert_eq!(tags.iter().any(|tag| tag == "tag"), *access == Access::SiteOrigin, "{path}");
        }
        assert_eq!(described.len(), operations.count());
    }

    /// The page of the documentation that lists the REST API.
    const API: &str = include_str!("../../../docs/api.md");

    #[test]
    fn the_rest_api_is_documented_address_by_address() {
        let routes = routes().into_parts().1;
        let is_of_api = |route: &&Route| matches!(route.access, Access::ApiKey { .. });
        let mut addresses: Vec<_> = routes
            .iter()
            .filter(is_of_api)
            .map(|route| format!("{} {}", serde_json::to_value(route).unwrap()["method"].as_str().unwrap(), route.path))
            .collect();
        let table = API.split("\n## ").next().unwrap();
        let cells = table.lines().filter_map(|row| row.strip_prefix("| `")?.split_once('`'));
        let mut documented: Vec<_> = cells.map(|(address, _)| address.to_owned()).collect();
        addresses.sort();
        documented.sort();
        assert_eq!(documented, addresses);
    }

    #[test]
    fn the_parameters_of_the_list_of_calls_are_documented() {
        let routes = routes();
        let list = routes.operations().iter().find(|operation| operation.path == "/v1/calls").unwrap();
        let parameters = list.described.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter.name.clone()),
            RefOr::Ref(_) => None,
        });
        let described: BTreeSet<_> = parameters.collect();
        let table = API.split("\n## Calls\n").nth(1).unwrap().split("\nA call:").next().unwrap();
        let cells = table.lines().filter_map(|row| row.strip_prefix("| ")?.split(" |").next());
        let documented: BTreeSet<_> =
            cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect();
        assert_eq!(documented, described);
    }
}
