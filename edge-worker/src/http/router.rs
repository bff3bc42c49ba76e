//! Every address of the worker, with who may ask, in one table.

use serde::de::DeserializeOwned;
use worker::{Context, Env, Method, Request, Response, Result};

use crate::api::{calls, complaints, recordings, sites, tasks};
use crate::http::problem::{MAX_BODY, Problem};
use crate::http::{access, response};
use crate::settings::Settings;
use crate::{carrier, console, tag};

/// One address.
struct Route {
    method: Method,
    /// `*` stands for one part, which the endpoint reads with [`Asked::parameter`] or [`Asked::second_parameter`].
    path: &'static str,
    auth: Auth,
    endpoint: Endpoint,
}

/// Who may ask.
#[derive(Clone, Copy)]
enum Auth {
    /// Everybody.
    Public,
    /// Pages of the site's own origins: checked by the endpoint, which knows the site only from the body.
    SiteOrigin,
    /// Whoever has the API key.
    ApiKey,
    /// The carrier: its signature is checked by the endpoint over the raw body.
    CarrierSignature,
    /// The console's visitor; the endpoint shows others the sign-in form.
    Console,
}

#[derive(Clone, Copy)]
enum Endpoint {
    Health,
    Tag,
    InlineTag,
    Asset,
    Lease,
    Beat,
    Link,
    PutSite,
    GetSite,
    ListSites,
    GetCall,
    ListCalls,
    PutComplaints,
    PlayRecording,
    DeleteRecording,
    RestartTask,
    Carrier,
    Console,
    ConsoleCall,
    ConsoleRecording,
    ConsoleStyle,
    ConsoleSignIn,
    ConsoleSignOut,
}

const ROUTES: &[Route] = &[
    route(Method::Get, "/healthz", Auth::Public, Endpoint::Health),
    route(Method::Get, "/dni.js", Auth::Public, Endpoint::Tag),
    route(Method::Get, "/dni.inline.js", Auth::Public, Endpoint::InlineTag),
    route(Method::Post, "/v1/lease", Auth::SiteOrigin, Endpoint::Lease),
    route(Method::Post, "/v1/beat", Auth::SiteOrigin, Endpoint::Beat),
    route(Method::Post, "/v1/link", Auth::SiteOrigin, Endpoint::Link),
    route(Method::Put, "/v1/sites/*", Auth::ApiKey, Endpoint::PutSite),
    route(Method::Get, "/v1/sites/*", Auth::ApiKey, Endpoint::GetSite),
    route(Method::Get, "/v1/sites", Auth::ApiKey, Endpoint::ListSites),
    route(Method::Get, "/v1/calls/*", Auth::ApiKey, Endpoint::GetCall),
    route(Method::Get, "/v1/calls", Auth::ApiKey, Endpoint::ListCalls),
    route(Method::Put, "/v1/complaints/*", Auth::ApiKey, Endpoint::PutComplaints),
    route(Method::Get, "/v1/calls/*/recordings/*", Auth::ApiKey, Endpoint::PlayRecording),
    route(Method::Delete, "/v1/calls/*/recordings/*", Auth::ApiKey, Endpoint::DeleteRecording),
    route(Method::Post, "/v1/calls/*/tasks/*/restart", Auth::ApiKey, Endpoint::RestartTask),
    route(Method::Post, "/carrier/twilio/*", Auth::CarrierSignature, Endpoint::Carrier),
    route(Method::Post, "/carrier/signalwire/*", Auth::CarrierSignature, Endpoint::Carrier),
    route(Method::Post, "/carrier/telnyx/*", Auth::CarrierSignature, Endpoint::Carrier),
    route(Method::Post, "/carrier/plivo/*", Auth::CarrierSignature, Endpoint::Carrier),
    route(Method::Post, "/carrier/bandwidth/*", Auth::CarrierSignature, Endpoint::Carrier),
    route(Method::Post, "/carrier/jambonz/*", Auth::CarrierSignature, Endpoint::Carrier),
    route(Method::Post, "/carrier/vonage/*", Auth::CarrierSignature, Endpoint::Carrier),
    // What whoever answers hears is asked for by GET.
    route(Method::Get, "/carrier/vonage/*", Auth::CarrierSignature, Endpoint::Carrier),
    route(Method::Get, "/console", Auth::Console, Endpoint::Console),
    route(Method::Get, "/console/calls/*", Auth::Console, Endpoint::ConsoleCall),
    route(Method::Get, "/console/recordings/*/*", Auth::Console, Endpoint::ConsoleRecording),
    route(Method::Get, "/console/style.css", Auth::Public, Endpoint::ConsoleStyle),
    route(Method::Post, "/console/sign-in", Auth::Public, Endpoint::ConsoleSignIn),
    route(Method::Post, "/console/sign-out", Auth::Public, Endpoint::ConsoleSignOut),
    // Last: its pattern takes any single part.
    route(Method::Get, "/*", Auth::Public, Endpoint::Asset),
];

const fn route(method: Method, path: &'static str, auth: Auth, endpoint: Endpoint) -> Route {
    Route { method, path, auth, endpoint }
}

/// A request on its way to its endpoint.
pub struct Asked {
    /// The request.
    pub request: Request,
    /// The bindings.
    pub env: Env,
    /// Keeps work going behind the answer.
    pub context: Context,
    path: String,
    parameters: Vec<String>,
    query: Vec<(String, String)>,
}

/// What an endpoint gives back.
pub type Replied = std::result::Result<Response, Problem>;

impl Asked {
    /// Returns the part of the path that the route's first `*` stands for.
    pub fn parameter(&self) -> &str {
        self.parameters.first().map(String::as_str).unwrap_or_default()
    }

    /// Returns the part of the path that the route's second `*` stands for.
    pub fn second_parameter(&self) -> &str {
        self.parameters.get(1).map(String::as_str).unwrap_or_default()
    }

    /// Returns the path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns a parameter of the query, if it is there and not empty.
    pub fn query(&self, name: &str) -> Option<String> {
        let found = self.query.iter().find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.clone())
    }

    /// Returns the settings.
    pub fn settings(&self) -> Settings<'_> {
        Settings(&self.env)
    }

    /// Returns a header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> Result<String> {
        Ok(self.request.headers().get(name)?.unwrap_or_default())
    }

    /// Reads the body, if it is not too large.
    pub async fn body(&mut self) -> std::result::Result<Vec<u8>, Problem> {
        self.body_up_to(MAX_BODY).await
    }

    /// Reads a body of at most `limit` bytes.
    pub async fn body_up_to(&mut self, limit: usize) -> std::result::Result<Vec<u8>, Problem> {
        let announced = self.header("Content-Length")?.parse().unwrap_or(0_usize);
        if announced > limit {
            return Err(Problem::TooLarge(limit));
        }
        let body = self.request.bytes().await?;
        if body.len() > limit { Err(Problem::TooLarge(limit)) } else { Ok(body) }
    }

    /// Reads the body as JSON.
    pub async fn json<T: DeserializeOwned>(&mut self) -> std::result::Result<T, Problem> {
        let body = self.body().await?;
        serde_json::from_slice(&body).map_err(|error| Problem::BadJson(error.to_string()))
    }
}

/// Answers a request.
pub async fn answer(request: Request, env: Env, context: Context) -> Result<Response> {
    if request.method() == Method::Options {
        return response::preflight(&request.headers().get("Origin")?.unwrap_or_default());
    }
    let url = request.url()?;
    let path = url.path().to_owned();
    let replied = match find(&request.method(), &path) {
        Ok((route, parameters)) => {
            let query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            let parameters = parameters.into_iter().map(str::to_owned).collect();
            let asked = Asked { request, env, context, parameters, path: path.clone(), query };
            match demand(route.auth, &asked) {
                Ok(()) => serve(route.endpoint, asked).await,
                Err(problem) => Err(problem),
            }
        }
        Err(problem) => Err(problem),
    };
    replied.or_else(|problem| response::problem(&problem))
}

fn find<'a>(method: &Method, path: &'a str) -> std::result::Result<(&'static Route, Vec<&'a str>), Problem> {
    let matching = ROUTES.iter().filter_map(|route| parameters_of(route.path, path).map(|found| (route, found)));
    let matching: Vec<_> = matching.collect();
    let asked_head = *method == Method::Head;
    let allowed = match matching.first() {
        None => return Err(Problem::NoSuchRoute),
        Some((first, _)) if first.method == Method::Post => "POST",
        Some(_) if matching.iter().any(|(route, _)| route.method == Method::Delete) => "GET or DELETE",
        Some(_) => "GET or PUT",
    };
    matching
        .into_iter()
        .find(|(route, _)| route.method == *method || (asked_head && route.method == Method::Get))
        .ok_or(Problem::WrongMethod(allowed))
}

/// Matches a path against a pattern, part by part, and returns those that a `*` stands for.
fn parameters_of<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = path.split('/');
    let mut parameters = Vec::new();
    for wanted in pattern.split('/') {
        let part = parts.next()?;
        match wanted {
            "*" if !part.is_empty() => parameters.push(part),
            _ if wanted == part => {}
            _ => return None,
        }
    }
    parts.next().is_none().then_some(parameters)
}

fn demand(auth: Auth, asked: &Asked) -> std::result::Result<(), Problem> {
    match auth {
        Auth::ApiKey => access::demand_key(&asked.request, &asked.settings()),
        Auth::Public | Auth::SiteOrigin | Auth::CarrierSignature | Auth::Console => Ok(()),
    }
}

async fn serve(endpoint: Endpoint, asked: Asked) -> Replied {
    match endpoint {
        Endpoint::Health => Ok(response::json(200, &serde_json::json!({ "ok": true }))?),
        Endpoint::Tag => tag::tag(&asked),
        Endpoint::InlineTag => tag::inline(&asked),
        Endpoint::Asset => tag::asset(&asked).await,
        Endpoint::Lease => tag::lease(asked).await,
        Endpoint::Beat => tag::beat(asked).await,
        Endpoint::Link => tag::link(asked).await,
        Endpoint::PutSite => sites::put(asked).await,
        Endpoint::GetSite => sites::get(asked).await,
        Endpoint::ListSites => sites::list(asked).await,
        Endpoint::GetCall => calls::get(asked).await,
        Endpoint::ListCalls => calls::list(asked).await,
        Endpoint::PutComplaints => complaints::put(asked).await,
        Endpoint::PlayRecording => recordings::play(asked).await,
        Endpoint::DeleteRecording => recordings::delete(asked).await,
        Endpoint::RestartTask => tasks::restart(asked).await,
        Endpoint::Carrier => carrier::answer(asked).await,
        Endpoint::Console => console::call_log(asked).await,
        Endpoint::ConsoleCall => console::call(asked).await,
        Endpoint::ConsoleRecording => console::play(asked).await,
        Endpoint::ConsoleStyle => console::style(),
        Endpoint::ConsoleSignIn => console::sign_in(asked).await,
        Endpoint::ConsoleSignOut => console::sign_out(),
    }
}
