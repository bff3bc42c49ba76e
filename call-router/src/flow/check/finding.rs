//! The findings, each with its sentence and its repair.

use core::fmt;

use dni_core::phone::{Callee, E164};
use serde::Serialize;

use super::CalleeFault;
use crate::{
    carrier::Carrier,
    flow::{FlowId, MAX_STEPS, StepId},
    language,
    time_zone::BadTimeZone,
};

/// One thing that is wrong with a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The kind of fault.
    pub code: FindingCode,
    /// How bad it is.
    pub severity: Severity,
    /// The step; `None` if it is about the flow as a whole.
    pub step: Option<StepId>,
    /// The field, such as `next.busy`; empty if it is about the step as a whole.
    pub field: String,
    /// What is wrong.
    pub sentence: String,
    /// What to do about it.
    pub repair: String,
}

impl Finding {
    /// Returns where it is in the flow's JSON: `steps.office.next.busy`.
    pub fn place(&self) -> String {
        match &self.step {
            Some(step) if self.field.is_empty() => format!("steps.{step}"),
            Some(step) => format!("steps.{step}.{}", self.field),
            None => self.field.clone(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.sentence, self.repair)
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The flow must not be published.
    Error,
    /// The flow works; it may not be what the owner means.
    Warning,
}

/// Declares the kinds of fault from one table: stable code for machines, how bad it is, and what it is.
macro_rules! finding_codes {
    ($($(#[$doc:meta])* $kind:ident = $code:literal, $severity:ident;)*) => {
        /// The kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum FindingCode { $($(#[$doc])* $kind,)* }

        impl FindingCode {
            /// Returns the stable code for machines.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)* }
            }

            const fn severity(self) -> Severity {
                match self { $(Self::$kind => Severity::$severity,)* }
            }
        }
    };
}

finding_codes! {
    /// The first step does not exist.
    StartMissing = "start_missing", Error;
    /// A step that should follow does not exist.
    TargetMissing = "target_missing", Error;
    /// The flow that should follow does not exist.
    FlowMissing = "flow_missing", Error;
    /// No call can come to the step.
    UnreachableStep = "unreachable_step", Warning;
    /// Nothing is said to follow an outcome.
    UnwiredOutcome = "unwired_outcome", Error;
    /// Something is said to follow an outcome that the step has not.
    UnknownOutcome = "unknown_outcome", Error;
    /// The call goes round in circles with nobody to stop it.
    EndlessLoop = "endless_loop", Error;
    /// The call is forwarded to one of the site's own tracking numbers.
    ForwardsToItself = "forwards_to_itself", Error;
    /// The call is forwarded to a number that costs the owner by the minute.
    PremiumNumber = "premium_number", Error;
    /// The call is forwarded to a country that the owner did not allow.
    CountryNotAllowed = "country_not_allowed", Error;
    /// A carrier that calls come from rings the number without its extension.
    ExtensionNotDialled = "extension_not_dialled", Warning;
    /// None of the carriers that calls come from can dial the extension.
    ExtensionNeverDialled = "extension_never_dialled", Error;
    /// No carrier speaks the language.
    UnknownLanguage = "unknown_language", Error;
    /// It is no name of a voice.
    BadVoice = "bad_voice", Error;
    /// A condition asks for a number that is none of the site's tracking numbers.
    UnknownNumber = "unknown_number", Error;
    /// A condition asks for a pool that the site has not.
    NoSuchPool = "no_such_pool", Error;
    /// A condition asks for a target that the site has not.
    NoSuchTarget = "no_such_target", Error;
    /// A number is rung twice by one step.
    NumberTwice = "number_twice", Error;
    /// Every number has the weight zero.
    NoWeight = "no_weight", Error;
    /// There are too many steps.
    TooManySteps = "too_many_steps", Error;
    /// A list is too long.
    TooMany = "too_many", Error;
    /// A value is out of its range.
    OutOfRange = "out_of_range", Error;
    /// A text to be said is empty.
    NothingToSay = "nothing_to_say", Error;
    /// There are words and a sound file.
    SaysAndPlays = "says_and_plays", Error;
    /// A step has nothing to do or to go by.
    NothingAsked = "nothing_asked", Error;
    /// The words do not say which key to press.
    KeyNotNamed = "key_not_named", Error;
    /// The words name something that nothing fills in.
    UnknownPlaceholder = "unknown_placeholder", Error;
    /// The time zone is none.
    UnknownTimeZone = "unknown_time_zone", Error;
    /// The hours never open.
    NeverOpens = "never_opens", Error;
    /// Two areas have one name.
    AreaTwice = "area_twice", Error;
    /// Conversations are recorded and nobody is told, where that must be said.
    RecordingUnannounced = "recording_unannounced", Error;
    /// Conversations are recorded and nobody is told.
    RecordingSilent = "recording_silent", Warning;
    /// The carrier cannot do what the step wants.
    CarrierCannot = "carrier_cannot", Warning;
    /// Calls have nowhere to go when the flow cannot go on.
    NoFallback = "no_fallback", Error;
}

/// Where a finding is.
struct At<'a>(Option<&'a StepId>, &'a str);

impl At<'_> {
    fn finding(self, code: FindingCode, sentence: String, repair: impl Into<String>) -> Finding {
        let Self(step, field) = self;
        let severity = code.severity();
        Finding { code, severity, step: step.cloned(), field: field.to_owned(), sentence, repair: repair.into() }
    }
}

pub(super) fn too_many_steps(count: usize) -> Finding {
    let sentence = format!("The flow has {count} steps; {MAX_STEPS} is the limit.");
    At(None, "steps").finding(FindingCode::TooManySteps, sentence, "Remove steps, or go on in another flow.")
}

pub(super) fn start_missing(start: &StepId) -> Finding {
    let sentence = format!("The flow starts with \"{start}\", and there is no such step.");
    At(None, "start").finding(FindingCode::StartMissing, sentence, "Name an existing step as start.")
}

pub(super) fn target_missing(id: &StepId, outcome: &str, next: &StepId) -> Finding {
    let sentence = format!("After \"{outcome}\" the step \"{id}\" goes on to \"{next}\", and there is no such step.");
    let repair = format!("Add the step \"{next}\", or name an existing one.");
    At(Some(id), &format!("next.{outcome}")).finding(FindingCode::TargetMissing, sentence, repair)
}

pub(super) fn flow_missing(id: &StepId, flow: &FlowId) -> Finding {
    let sentence = format!("The step \"{id}\" goes on in the flow \"{flow}\", and the site has no such flow.");
    At(Some(id), "flow").finding(
        FindingCode::FlowMissing,
        sentence,
        "Add the flow to the site, or name an existing one.",
    )
}

pub(super) fn unwired_outcome(id: &StepId, outcome: &str) -> Finding {
    let sentence = format!("The step \"{id}\" does not say what follows \"{outcome}\".");
    let repair = format!("Add \"{outcome}\" to its next, for example with a hangup step.");
    At(Some(id), &format!("next.{outcome}")).finding(FindingCode::UnwiredOutcome, sentence, repair)
}

pub(super) fn unknown_outcome(id: &StepId, outcome: &StepId) -> Finding {
    let sentence = format!("The step \"{id}\" says what follows \"{outcome}\", and it has no such outcome.");
    let repair = "Name one of its areas, or otherwise.";
    At(Some(id), &format!("next.{outcome}")).finding(FindingCode::UnknownOutcome, sentence, repair)
}

pub(super) fn endless_loop(id: &StepId) -> Finding {
    let sentence =
        format!("From the step \"{id}\" the flow comes back to it, and nobody is rung or listened to on the way.");
    let repair = "Let one of these steps go on to a forward, menu, voicemail or hangup.";
    At(Some(id), "next").finding(FindingCode::EndlessLoop, sentence, repair)
}

pub(super) fn endless_flows(id: &StepId, flow: &FlowId) -> Finding {
    let sentence = format!(
        "From the step \"{id}\" the call goes on in the flow \"{flow}\" and comes back, and nobody is rung or listened to on \
         the way."
    );
    let repair = "Let one of these flows go on to a forward, menu, voicemail or hangup.";
    At(Some(id), "flow").finding(FindingCode::EndlessLoop, sentence, repair)
}

pub(super) fn unreachable_step(id: &StepId) -> Finding {
    let sentence = format!("No call can come to the step \"{id}\".");
    At(Some(id), "").finding(FindingCode::UnreachableStep, sentence, "Let another step go on to it, or remove it.")
}

pub(super) fn of_callee(id: Option<&StepId>, field: &str, fault: &CalleeFault) -> Finding {
    let who = id.map_or_else(|| "The flow".to_owned(), |id| format!("The step \"{id}\""));
    let code = match fault {
        CalleeFault::OwnNumber(_) => FindingCode::ForwardsToItself,
        CalleeFault::Premium(_) => FindingCode::PremiumNumber,
        CalleeFault::CountryNotAllowed(..) => FindingCode::CountryNotAllowed,
    };
    At(id, field).finding(code, fault.sentence(&who), fault.repair())
}

/// `never` says that no other carrier is there that could dial it.
pub(super) fn extension_not_dialled(
    id: Option<&StepId>,
    field: &str,
    to: &Callee,
    carriers: &[&Carrier],
    never: bool,
) -> Finding {
    let names: Vec<_> = carriers.iter().map(|carrier| carrier.id()).collect();
    let sentence = format!("The extension of {to} is not dialled at {}: the number alone rings.", names.join(", "));
    let code = if never { FindingCode::ExtensionNeverDialled } else { FindingCode::ExtensionNotDialled };
    At(id, field).finding(code, sentence, "Name a number of its own, or a SIP address.")
}

pub(super) fn unknown_language(id: Option<&StepId>, field: &str, tag: &str) -> Finding {
    let sentence = format!("No carrier speaks \"{tag}\".");
    At(id, field).finding(FindingCode::UnknownLanguage, sentence, format!("Write \"{}\".", language::nearest(tag)))
}

pub(super) fn bad_voice(id: Option<&StepId>, field: &str) -> Finding {
    let sentence = "It is no name of a voice: those have letters, digits, dots, dashes and underscores.".to_owned();
    let repair = "Write the carrier's name for it, such as Polly.Vicki.";
    At(id, field).finding(FindingCode::BadVoice, sentence, repair)
}

pub(super) fn unknown_number(id: &StepId, number: E164) -> Finding {
    let sentence = format!("The step \"{id}\" asks for {number}, which is none of the site's tracking numbers.");
    At(Some(id), "if.number").finding(
        FindingCode::UnknownNumber,
        sentence,
        "Name a number of a pool or a source number.",
    )
}

pub(super) fn no_such_pool(id: &StepId, pool: &str) -> Finding {
    let sentence = format!("The step \"{id}\" asks for the pool \"{pool}\", and the site has no such pool.");
    At(Some(id), "if.pool").finding(FindingCode::NoSuchPool, sentence, "Name an existing pool.")
}

pub(super) fn no_such_target(id: &StepId, target: E164) -> Finding {
    let sentence = format!("The step \"{id}\" asks for the target {target}, and the site has no such target.");
    At(Some(id), "if.target").finding(FindingCode::NoSuchTarget, sentence, "Name an existing target.")
}

pub(super) fn number_twice(id: &StepId, to: &Callee) -> Finding {
    let sentence = format!("The step \"{id}\" names {to} twice.");
    At(Some(id), "to").finding(FindingCode::NumberTwice, sentence, "Take one of them out, or give it a weight.")
}

pub(super) fn no_weight(id: &StepId) -> Finding {
    let sentence = format!("The numbers of the step \"{id}\" all have the weight 0, so none can be drawn.");
    At(Some(id), "to").finding(FindingCode::NoWeight, sentence, "Give at least one of them a weight of 1 or more.")
}

pub(super) fn too_many(id: &StepId, field: &str, most: usize) -> Finding {
    let sentence = format!("In the step \"{id}\" {field} has more than {most} entries.");
    At(Some(id), field).finding(FindingCode::TooMany, sentence, "Take some out.")
}

pub(super) fn out_of_range(id: &StepId, field: &str, least: u16, most: u16) -> Finding {
    let sentence = format!("In the step \"{id}\" {field} is not between {least} and {most}.");
    let repair = format!("Write a number from {least} to {most}.");
    At(Some(id), field).finding(FindingCode::OutOfRange, sentence, repair)
}

pub(super) fn nothing_to_say(id: &StepId) -> Finding {
    let sentence = format!("The step \"{id}\" has nothing to say.");
    At(Some(id), "say").finding(FindingCode::NothingToSay, sentence, "Write the words the caller should hear.")
}

pub(super) fn says_and_plays(id: &StepId) -> Finding {
    let sentence = format!("The step \"{id}\" has words and a sound file; only the file would be heard.");
    At(Some(id), "say").finding(FindingCode::SaysAndPlays, sentence, "Leave one of them out.")
}

pub(super) fn nothing_asked(id: &StepId, field: &str) -> Finding {
    let sentence = format!("In the step \"{id}\" {field} is empty, so the step can do nothing.");
    At(Some(id), field).finding(FindingCode::NothingAsked, sentence, "Fill it in, or remove the step.")
}

pub(super) fn key_not_named(id: &StepId) -> Finding {
    let sentence = format!("The words of the step \"{id}\" do not say which key to press.");
    let repair = "Write [key] where the key is to be said, or choose the key yourself with \"key\".";
    At(Some(id), "say").finding(FindingCode::KeyNotNamed, sentence, repair)
}

pub(super) fn unknown_placeholder(id: &StepId, name: &str) -> Finding {
    let sentence = format!("The step \"{id}\" would whisper [{name}] as it stands: nothing fills it in.");
    let repair = format!("Write one of [{}].", crate::flow::whisper::PLACEHOLDERS.join("], ["));
    At(Some(id), "whisper").finding(FindingCode::UnknownPlaceholder, sentence, repair)
}

pub(super) fn unknown_time_zone(id: &StepId, zone: &str, error: &BadTimeZone) -> Finding {
    let sentence = format!("The step \"{id}\" goes by the time of \"{zone}\", {}.", error.what());
    At(Some(id), "time_zone").finding(FindingCode::UnknownTimeZone, sentence, error.repair())
}

pub(super) fn never_opens(id: &StepId) -> Finding {
    let sentence = format!("The hours of the step \"{id}\" never open.");
    At(Some(id), "hours").finding(FindingCode::NeverOpens, sentence, "Add hours such as \"mon\": [\"09:00-17:00\"].")
}

pub(super) fn area_twice(id: &StepId, name: &StepId) -> Finding {
    let sentence = format!("Two areas of the step \"{id}\" are named \"{name}\".");
    At(Some(id), "areas").finding(FindingCode::AreaTwice, sentence, "Rename one of them, or put them together.")
}

/// `must` says that the business is in a state where everybody must agree, or nobody said where it is.
pub(super) fn recording_unannounced(must: bool) -> Finding {
    let at = At(None, "settings.recording.announce");
    if must {
        let sentence = "Conversations are recorded and callers are not told, which several states forbid.".to_owned();
        let repair = "Write \"always\" or \"where_required\"; or, if you have their consent otherwise, name the business's state.";
        return at.finding(FindingCode::RecordingUnannounced, sentence, repair);
    }
    let sentence =
        "Conversations are recorded and callers are not told; callers from other states may have to be.".to_owned();
    at.finding(FindingCode::RecordingSilent, sentence, "Write \"where_required\" unless you have their consent.")
}

pub(super) fn nothing_announced() -> Finding {
    let sentence = "Conversations are recorded and the announcement has no words.".to_owned();
    At(None, "settings.recording.say").finding(FindingCode::NothingToSay, sentence, "Write what callers are told.")
}

pub(super) fn carrier_cannot(carrier: Carrier, id: &StepId, field: &str, what: &str, repair: &str) -> Finding {
    let sentence = format!("{} {what} (step \"{id}\").", carrier.name());
    At(Some(id), field).finding(FindingCode::CarrierCannot, sentence, repair)
}

pub(super) fn no_fallback() -> Finding {
    let sentence = "Calls have nowhere to go when the flow cannot go on.".to_owned();
    let repair = "Name the business's number as settings.fallback.";
    At(None, "settings.fallback").finding(FindingCode::NoFallback, sentence, repair)
}
