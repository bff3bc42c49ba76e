//! The account's feed of calls: whoever listens is told what calls do while they do it.
//!
//! Listeners are web sockets that sleep with the object, so that nobody pays for one that hears nothing. What somebody misses stands
//! in the log, and is asked for there.

use core::time::Duration;

use edge_core::call::feed::{FeedMessage, Listener, Listening};
use edge_core::keys::ObjectName;
use worker::{
    DurableObject, Env, Headers, Method, Request, RequestInit, Response, Result, State, WebSocket,
    WebSocketIncomingMessage, WebSocketPair, console_warn, durable_object,
};

use super::client::ask;
use super::messages::{CallFeedRequest, CallFeedResponse, ObjectRequest};
use super::opened::{read, respond};
use crate::clock::now;
use crate::http::problem::Problem;

/// Most listeners: each message is sent to each of them.
const MAX_LISTENERS: usize = 1_000;
/// The header that tells the object who wants to listen. It comes from the worker alone.
const LISTENER: &str = "Dni-Listener";
/// How long letting somebody go may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// Why a connection is closed, as RFC 6455 numbers it: it broke the rules, here that of time.
const POLICY: u16 = 1_008;

/// The object.
#[durable_object(websocket)]
pub struct CallFeedObject {
    state: State,
}

impl DurableObject for CallFeedObject {
    fn new(state: State, _: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        match request.headers().get(LISTENER)? {
            Some(listener) => self.listen(&listener),
            None => respond(&self.answer(read(request).await?)),
        }
    }

    /// Nobody has anything to say here.
    async fn websocket_message(&self, _: WebSocket, _: WebSocketIncomingMessage) -> Result<()> {
        Ok(())
    }

    async fn websocket_close(&self, _: WebSocket, _: usize, _: String, _: bool) -> Result<()> {
        Ok(())
    }

    async fn websocket_error(&self, _: WebSocket, _: worker::Error) -> Result<()> {
        Ok(())
    }
}

impl CallFeedObject {
    fn listen(&self, listener: &str) -> Result<Response> {
        let listener: Listener = serde_json::from_str(listener)?;
        if self.state.get_websockets().len() >= MAX_LISTENERS {
            return Response::error("full", 503);
        }
        let pair = WebSocketPair::new()?;
        self.state.accept_web_socket(&pair.server);
        pair.server.serialize_attachment(serde_json::to_string(&listener)?)?;
        Response::from_websocket(pair.client)
    }

    fn answer(&self, request: CallFeedRequest) -> CallFeedResponse {
        match request {
            CallFeedRequest::Tell(message) => self.tell(&message),
            CallFeedRequest::Close { actor } => self.close(&actor),
        }
        CallFeedResponse::Done
    }

    fn tell(&self, message: &FeedMessage) {
        let now = now();
        for socket in self.state.get_websockets() {
            let told = match listener_of(&socket).map(|listener| listener.hears(message.site.as_deref(), now)) {
                Some(Listening::Hears) => socket.send_with_str(&message.text),
                Some(Listening::IsNotTold) => Ok(()),
                Some(Listening::IsOver) => socket.close(Some(POLICY), Some("show your key again")),
                None => socket.close(Some(POLICY), Some("connect again")),
            };
            if let Err(error) = told {
                console_warn!("somebody who listens to calls could not be told: {error}");
            }
        }
    }

    fn close(&self, actor: &str) {
        for socket in self.state.get_websockets() {
            if listener_of(&socket).and_then(|listener| listener.actor).as_deref() == Some(actor) {
                let _ = socket.close(Some(POLICY), Some("what you may see has changed"));
            }
        }
    }
}

fn listener_of(socket: &WebSocket) -> Option<Listener> {
    let text: String = socket.deserialize_attachment().ok()??;
    serde_json::from_str(&text).ok()
}

/// Connects somebody to the feed.
pub async fn connect(env: &Env, listener: &Listener) -> std::result::Result<Response, Problem> {
    let headers = Headers::new();
    headers.set("Upgrade", "websocket")?;
    headers.set(LISTENER, &serde_json::to_string(listener).map_err(Problem::unavailable)?)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Get).with_headers(headers);
    let stub = env.durable_object(CallFeedRequest::BINDING)?.get_by_name(ObjectName::call_feed().as_str())?;
    let response = stub.fetch_with_request(Request::new_with_init("https://object/", &init)?).await?;
    if response.status_code() == 101 { Ok(response) } else { Err(Problem::Full("listeners")) }
}

/// Lets somebody go whose key was revoked. Where that cannot be said now, their hour ends it.
pub async fn let_go(env: &Env, actor: &str) {
    let close = CallFeedRequest::Close { actor: actor.to_owned() };
    if let Err(problem) = ask(env, &ObjectName::call_feed(), &close, CLOSE_WITHIN).await {
        console_warn!("somebody who listens to calls was not let go: {}", problem.for_log());
    }
}
