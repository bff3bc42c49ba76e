//! The Cloudflare Worker: leases numbers to visitors, answers carriers, joins calls to visits, keeps the call log.
//!
//! A thin shell: what is decided is decided in `dni-core` and `call-router`; here requests come in, objects are asked,
//! stores are written. See ARCHITECTURE.md for the map.

mod api;
mod carrier;
mod clock;
mod console;
mod durable_objects;
mod http;
mod jobs;
mod keeping;
mod publishing;
mod random;
mod settings;
mod store;
mod tag;

use worker::{Context, Env, Request, Response, Result, ScheduleContext, ScheduledEvent, event};

/// Shows where a panic came from. None should: whatever can fail returns an error.
#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    http::router::answer(request, env, context).await
}

/// Every minute, as wrangler.toml says.
#[event(scheduled)]
async fn every_minute(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    carrier::replay(&env).await;
    publishing::take_up(&env).await;
    keeping::forget_overdue(&env).await;
}
