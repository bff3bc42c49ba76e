//! Which tasks a call needs, by all that is known of it.

use core::time::Duration;

use dni_core::time::Millis;

use super::{AfterCallContext, Need, Subject, TaskKind, context::ASKED, insight};
use crate::{
    call::Recording,
    event::{RecordingId, RecordingStatus},
};

/// How long after the last sign of a call that is over a recording is asked for whose own webhook has not come.
const UNTOLD_AFTER: Duration = Duration::from_mins(1);

/// Lists the tasks that a call needs.
///
/// It follows from what is known alone: however often it is asked and in whatever order the webhooks came, what is known
/// in the end needs the same.
pub fn needed(context: &AfterCallContext) -> Vec<Need> {
    let mut needs = Vec::new();
    // Of a call that the flow ended the carrier still tells how long it was.
    if !context.call.is_end_told() {
        let from = context.last_event_at.after(context.look_after);
        needs.push(Need::new(TaskKind::Sweep, Subject::default(), from));
    }
    for (id, recording) in context.call.recordings.iter().filter(|(_, recording)| recording.exists()) {
        let needed = if context.to_delete.contains(id) {
            of_unwanted(context, id)
        } else {
            of_recording(context, id, recording)
        };
        needs.extend(needed);
    }
    needs.extend(insight::needs(context));
    needs
}

/// Of a recording that somebody asked to delete: both copies go, ours even if it was never stored, as it may have been
/// without our knowing, or if its time is over, as what was heard in it goes, too.
fn of_unwanted(context: &AfterCallContext, id: &RecordingId) -> Vec<Need> {
    let need = |kind| Need::new(kind, Subject::cut(id.as_str()), Millis::default());
    let mut needs = vec![Need { rests_on: ASKED.into(), ..need(TaskKind::DeleteRecording) }];
    if context.carrier.gives_recordings() {
        needs.push(need(TaskKind::DeleteAtCarrier));
    }
    needs
}

fn of_recording(context: &AfterCallContext, id: &RecordingId, recording: &Recording) -> Vec<Need> {
    let need = |kind, from| Need::new(kind, Subject::cut(id.as_str()), from);
    let mut needs = Vec::new();
    if recording.status == Some(RecordingStatus::Completed) {
        needs.push(need(TaskKind::StoreRecording, Millis::default()));
    } else if context.call.is_over() {
        needs.push(need(TaskKind::StoreRecording, context.last_event_at.after(UNTOLD_AFTER)));
    }
    if let Some(stored_at) = context.stored_at(id) {
        if context.recordings.delete_at_carrier {
            needs.push(need(TaskKind::DeleteAtCarrier, stored_at));
        }
        if let Some(keep) = context.recordings.keep_for() {
            needs.push(need(TaskKind::DeleteRecording, stored_at.after(keep)));
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::after_call::{AfterCallSettings, Tasks};
    use crate::call::Call;
    use crate::carrier::{Carrier, Hook, twilio};
    use crate::event::CallEvent;
    use crate::recording::RecordingRules;

    const MINUTE: u64 = 60_000;
    /// When all webhooks of a call have come, whatever their order.
    const LATER: u64 = 300_000;
    const RING: (Hook, &str) = (Hook::Voice, "CallStatus=ringing");
    const END: (Hook, &str) = (Hook::Status, "CallStatus=completed&CallDuration=50");
    const MENTION: (Hook, &str) = (
        Hook::Dial,
        "CallStatus=in-progress&DialCallStatus=completed&DialCallSid=CA2&RecordingUrl=https%3A%2F%2Fapi.twilio.com%2FRecordings%2FRE1",
    );
    const READY: (Hook, &str) = (Hook::Recording, "RecordingSid=RE1&RecordingStatus=completed&RecordingDuration=40");
    const ABSENT: (Hook, &str) = (Hook::Recording, "RecordingSid=RE1&RecordingStatus=absent");
    const MESSAGE: (Hook, &str) = (Hook::Record, "CallStatus=completed&RecordingSid=RE2&RecordingDuration=9");

    /// What a call needs, as `kind subject minutes`, after tasks were done at minute 10.
    fn check(name: &str, events: &[(Hook, &str)], setting: &Setting, expected: &[&str]) {
        let call = call_of(events);
        let mut tasks = Tasks::default();
        for (kind, subject) in setting.done {
            let need = Need::new(*kind, Subject::cut(subject), Millis::default());
            tasks.plan(&[tasks.iter().map(again).collect(), vec![need]].concat(), Millis::default());
            let subject = Subject::cut(subject);
            tasks.end(*kind, &subject, Ok(()), Millis::from_unix_ms(10 * MINUTE));
        }
        let to_delete = setting.to_delete.iter().map(|id| RecordingId::parse(id).unwrap()).collect();
        let context = AfterCallContext {
            carrier: setting.carrier,
            call: &call,
            last_event_at: Millis::from_unix_ms(MINUTE),
            to_delete: &to_delete,
            tasks: &tasks,
            recordings: setting.rules,
            look_after: Duration::from_mins(15),
            settings: AfterCallSettings::default(),
        };
        let needs: Vec<_> = needed(&context)
            .iter()
            .map(|need| format!("{} {} {}", need.kind.code(), need.subject, need.from.unix_ms() / MINUTE))
            .collect();
        assert_eq!(needs, expected, "{name}");
    }

    fn again(task: &super::super::Task) -> Need {
        Need::new(task.kind, task.subject.clone(), task.from)
    }

    #[derive(Clone, Copy)]
    struct Setting<'a> {
        carrier: Carrier,
        rules: RecordingRules,
        to_delete: &'a [&'a str],
        done: &'a [(TaskKind, &'a str)],
    }

    const USUAL: Setting = Setting {
        carrier: Carrier::Twilio,
        rules: RecordingRules { keep_days: Some(1), delete_at_carrier: false },
        to_delete: &[],
        done: &[],
    };

    #[test]
    fn what_calls_need() {
        let stored = &[(TaskKind::StoreRecording, "RE1")];
        let for_ever = RecordingRules { keep_days: None, delete_at_carrier: false };
        let ours_alone = RecordingRules { keep_days: None, delete_at_carrier: true };
        check("it goes on", &[RING], &USUAL, &["sweep  16"]);
        check("it is over", &[RING, END], &USUAL, &[]);
        check("a recording is ready", &[RING, READY], &USUAL, &["sweep  16", "store_recording RE1 0"]);
        check("a recording was mentioned", &[RING, MENTION], &USUAL, &["sweep  16"]);
        check("its own webhook does not come", &[RING, MENTION, END], &USUAL, &["store_recording RE1 2"]);
        check("it comes late", &[RING, MENTION, END, READY], &USUAL, &["store_recording RE1 0"]);
        check("there is none after all", &[RING, MENTION, END, ABSENT], &USUAL, &[]);
        check("a message", &[RING, MESSAGE], &USUAL, &["store_recording RE2 2"]);
        let done = Setting { done: stored, ..USUAL };
        check("kept for a day", &[END, READY], &done, &["store_recording RE1 0", "delete_recording RE1 1450"]);
        check("kept for ever", &[END, READY], &Setting { rules: for_ever, ..done }, &["store_recording RE1 0"]);
        let not_at_carrier = Setting { rules: ours_alone, ..done };
        let expected = &["store_recording RE1 0", "delete_at_carrier RE1 10"];
        check("not at the carrier", &[END, READY], &not_at_carrier, expected);
        check(
            "not stored, so kept there",
            &[END, READY],
            &Setting { done: &[], ..not_at_carrier },
            &["store_recording RE1 0"],
        );
        let unwanted = Setting { to_delete: &["RE1"], ..USUAL };
        let expected = &["delete_recording RE1 0", "delete_at_carrier RE1 0"];
        check("unwanted", &[END, READY], &unwanted, expected);
        check("unwanted after it was stored", &[END, READY], &Setting { done: stored, ..unwanted }, expected);
        let elsewhere = Setting { carrier: Carrier::Jambonz, ..unwanted };
        check("the carrier deletes none", &[END, READY], &elsewhere, &["delete_recording RE1 0"]);
    }

    #[test]
    fn what_was_deleted_when_its_time_was_over_is_deleted_again_for_whoever_asks() {
        let call = call_of(&[END, READY]);
        let mut tasks = Tasks::default();
        let mut deletions = Vec::new();
        for (days, to_delete) in [(0, &[][..]), (2, &[][..]), (3, &[][..]), (3, &["RE1"][..]), (4, &["RE1"][..])] {
            let to_delete = to_delete.iter().map(|id| RecordingId::parse(id).unwrap()).collect();
            let needs = needed(&AfterCallContext {
                carrier: Carrier::Twilio,
                call: &call,
                last_event_at: Millis::from_unix_ms(MINUTE),
                to_delete: &to_delete,
                tasks: &tasks,
                recordings: USUAL.rules,
                look_after: Duration::from_mins(15),
                settings: AfterCallSettings::default(),
            });
            let at = days * 24 * 60 * MINUTE + 2 * MINUTE;
            tasks.plan(&needs, Millis::from_unix_ms(at));
            while let Some(task) = tasks.begin(Millis::from_unix_ms(at)) {
                tasks.end(task.kind, &task.subject, Ok(()), Millis::from_unix_ms(at));
                deletions.extend((task.kind == TaskKind::DeleteRecording).then_some((days, to_delete.len())));
            }
        }
        assert_eq!(deletions, [(2, 0), (3, 1)]);
    }

    proptest! {
        #[test]
        fn any_order_of_webhooks_and_plans_needs_each_task_once(
            events in Just(vec![RING, MENTION, READY, MESSAGE, END]).prop_shuffle(),
            repeated in 0..5_usize,
            planned in proptest::collection::vec(any::<bool>(), 6),
            at in proptest::collection::vec(0..200_000_u64, 6),
        ) {
            let mut events = events;
            events.push(events[repeated]);
            let mut tasks = Tasks::default();
            let mut call = call_of(&events[..1]);
            let mut tries = 0;
            for (index, (event, at)) in events.iter().zip(at).enumerate() {
                call.merge(&event_of(*event));
                if planned[index] || index + 1 == events.len() {
                    plan(&mut tasks, &call, at);
                }
                tries += done_by(&mut tasks, LATER);
            }
            // Storing brings the need to delete with it.
            for _ in 0..2 {
                plan(&mut tasks, &call, LATER);
                tries += done_by(&mut tasks, LATER);
            }
            let found: Vec<_> = tasks.iter().map(|task| format!("{} {}", task.kind.code(), task.subject)).collect();
            let expected = ["store_recording RE1", "store_recording RE2", "delete_at_carrier RE1", "delete_at_carrier RE2"];
            prop_assert_eq!(found, expected);
            prop_assert_eq!(tries, expected.len());
        }
    }

    /// Plans what the call needs by now; its recordings are to be here alone.
    fn plan(tasks: &mut Tasks, call: &Call, at: u64) {
        let at = Millis::from_unix_ms(at);
        let needs = needed(&AfterCallContext {
            carrier: Carrier::Twilio,
            call,
            last_event_at: at,
            to_delete: &BTreeSet::new(),
            tasks,
            recordings: RecordingRules { keep_days: None, delete_at_carrier: true },
            look_after: Duration::from_hours(4),
            settings: AfterCallSettings::default(),
        });
        tasks.plan(&needs, at);
    }

    /// Does all that is due, and returns how many tasks that were.
    fn done_by(tasks: &mut Tasks, at: u64) -> usize {
        let at = Millis::from_unix_ms(at);
        let mut count = 0;
        while let Some(task) = tasks.begin(at) {
            tasks.end(task.kind, &task.subject, Ok(()), at);
            count += 1;
        }
        count
    }

    fn call_of(events: &[(Hook, &str)]) -> Call {
        let mut call = Call::from_event(&event_of(events[0]));
        for event in events {
            call.merge(&event_of(*event));
        }
        call
    }

    fn event_of((hook, fields): (Hook, &str)) -> CallEvent {
        twilio::read(hook, "", format!("CallSid=CA1&{fields}").as_bytes(), Millis::from_unix_ms(0)).unwrap()
    }
}
