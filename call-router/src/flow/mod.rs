//! What happens to a call, as the owner wrote it down.

mod check;
mod definition;
mod engine;
mod facts;
mod gate;
mod name;
#[cfg(feature = "schema")]
pub mod schema;
mod settings;
mod simulate;
mod step;
mod turn;
pub mod whisper;

pub use check::{BadCountry, CalleeFault, Country, Finding, FindingCode, Severity, Surroundings};
pub use definition::{Flow, Flows, MAX_STEPS, read_flows};
pub use engine::{Answer, Context, Input, MAX_TURNS, Progress};
pub use facts::Facts;
pub use gate::{Challenged, Gate, GateWords};
pub use name::{BadName, FlowId, MAX_NAME, StepId, TagName};
pub use settings::{Announce, FlowSettings, RecordingSettings};
pub use simulate::{Ending, Script, ScriptedReply, SimulatedCall, SimulatedEvent, simulate};
pub use step::*;
pub use turn::{PathStep, Turn};
