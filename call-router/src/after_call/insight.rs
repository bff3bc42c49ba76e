//! Which transcripts, summaries and look-ups a call needs, by what its site wants to know.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use dni_core::time::Millis;
use sha2::{Digest, Sha256};

use super::{AfterCallContext, Basis, Need, Subject, TaskKind};

/// Lists what a call that is over needs of what is wished.
pub(super) fn needs(context: &AfterCallContext) -> Vec<Need> {
    if !context.call.is_over() {
        return Vec::new();
    }
    let settings = context.settings;
    let need = |kind, subject| Need::new(kind, subject, Millis::default());
    let mut needs = Vec::new();
    if settings.transcripts {
        needs.extend(stored(context).map(|subject| need(TaskKind::Transcribe, subject)));
        if settings.summary && is_transcribed(context) && is_deleted(context) {
            let rests_on = name_of(wanted(context));
            needs.push(Need { rests_on, ..need(TaskKind::Summarise, Subject::default()) });
        }
    }
    if !settings.lookup_of(context.call).is_nothing() {
        needs.push(need(TaskKind::LookUpCaller, Subject::default()));
    }
    needs
}

/// Lists the recordings of which there is a copy.
fn stored<'a>(context: &'a AfterCallContext) -> impl Iterator<Item = Subject> + 'a {
    wanted(context).filter(|subject| context.tasks.is_done(TaskKind::StoreRecording, subject.as_str()))
}

/// Says whether there is something to summarise, and nothing more to come.
fn is_transcribed(context: &AfterCallContext) -> bool {
    let mut recordings = wanted(context).peekable();
    let is_transcribed = |subject: Subject| context.tasks.is_done(TaskKind::Transcribe, subject.as_str());
    recordings.peek().is_some() && recordings.all(is_transcribed)
}

/// Says whether what is not to be heard any more is gone, and what was heard in it, so that no summary rests on that.
fn is_deleted(context: &AfterCallContext) -> bool {
    let mut recordings = context.call.recordings.iter().filter(|(_, recording)| recording.exists());
    recordings.all(|(id, _)| !context.to_delete.contains(id) || context.is_deleted_as_asked(id))
}

/// Names a set of recordings: one that is told late makes another set, of which there is no summary yet.
fn name_of(recordings: impl Iterator<Item = Subject>) -> Basis {
    let mut hash = Sha256::new();
    for id in recordings {
        hash.update(id.as_str());
        // No id has it: they are texts.
        hash.update([0xff]);
    }
    Basis::cut(&URL_SAFE_NO_PAD.encode(hash.finalize()))
}

/// Lists the recordings that exist and that nobody asked to delete.
fn wanted<'a>(context: &'a AfterCallContext) -> impl Iterator<Item = Subject> + 'a {
    let recordings = context.call.recordings.iter();
    let wanted = recordings.filter(|(id, recording)| recording.exists() && !context.to_delete.contains(id));
    wanted.map(|(id, _)| Subject::cut(id.as_str()))
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::collections::BTreeSet;

    use super::*;
    use crate::after_call::{AfterCallSettings, Tasks, needed};
    use crate::call::Call;
    use crate::carrier::{Carrier, Hook, twilio};
    use crate::event::RecordingId;
    use crate::lookup::LookupFields;
    use crate::recording::RecordingRules;

    const RING: (Hook, &str) = (Hook::Voice, "CallStatus=ringing&From=%2B13125550188");
    const NAMED: (Hook, &str) = (Hook::Voice, "CallStatus=ringing&From=%2B13125550188&CallerName=JANE");
    const WITHHELD: (Hook, &str) = (Hook::Voice, "CallStatus=ringing&From=anonymous");
    const READY: (Hook, &str) = (Hook::Recording, "RecordingSid=RE1&RecordingStatus=completed&RecordingDuration=40");
    const OTHER: (Hook, &str) = (Hook::Recording, "RecordingSid=RE2&RecordingStatus=completed&RecordingDuration=9");
    const END: (Hook, &str) = (Hook::Status, "CallStatus=completed&CallDuration=50");
    const HEARING: AfterCallSettings = AfterCallSettings {
        transcripts: true,
        summary: true,
        lookup: LookupFields { caller_name: false, line_type: false },
    };
    const STORED: (TaskKind, &str) = (TaskKind::StoreRecording, "RE1");
    const TRANSCRIBED: (TaskKind, &str) = (TaskKind::Transcribe, "RE1");

    /// What is needed of what is wished, once these tasks are done, as kinds and subjects.
    fn check(
        events: &[(Hook, &str)],
        settings: AfterCallSettings,
        done: &[(TaskKind, &str)],
        to_delete: &[&str],
        expected: &[(TaskKind, &str)],
    ) {
        let mut tasks = Tasks::default();
        let needs = done.iter().map(|(kind, subject)| Need::new(*kind, Subject::cut(subject), Millis::default()));
        tasks.plan(&needs.collect::<Vec<_>>(), Millis::default());
        for (kind, subject) in done {
            tasks.end(*kind, &Subject::cut(subject), Ok(()), Millis::from_unix_ms(2));
        }
        let to_delete: BTreeSet<_> = to_delete.iter().map(|id| RecordingId::parse(id).unwrap()).collect();
        let kinds = [TaskKind::Transcribe, TaskKind::Summarise, TaskKind::LookUpCaller];
        let needs: Vec<_> = needed(&context(&call_of(events), settings, &to_delete, &tasks))
            .into_iter()
            .filter(|need| kinds.contains(&need.kind))
            .map(|need| (need.kind, need.subject.to_string()))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(kind, subject)| (*kind, (*subject).to_owned())).collect();
        assert_eq!(needs, expected);
    }

    fn call_of(events: &[(Hook, &str)]) -> Call {
        let events = events.iter().map(|(hook, body)| {
            twilio::read(*hook, "", format!("CallSid=CA1&{body}").as_bytes(), Millis::from_unix_ms(1)).unwrap()
        });
        let call = events.map(|event| Call::from_event(&event)).reduce(|mut call, other| {
            call.join(&other);
            call
        });
        call.unwrap()
    }

    fn context<'a>(
        call: &'a Call,
        settings: AfterCallSettings,
        to_delete: &'a BTreeSet<RecordingId>,
        tasks: &'a Tasks,
    ) -> AfterCallContext<'a> {
        AfterCallContext {
            carrier: Carrier::Twilio,
            call,
            last_event_at: Millis::from_unix_ms(1),
            to_delete,
            tasks,
            recordings: RecordingRules::default(),
            look_after: Duration::from_hours(4),
            settings,
        }
    }

    #[test]
    fn a_recording_is_transcribed_from_our_copy_and_then_summarised() {
        let call = [RING, READY, END];
        check(&call, AfterCallSettings::default(), &[STORED, TRANSCRIBED], &[], &[]);
        check(&call, HEARING, &[], &[], &[]);
        check(&call, HEARING, &[STORED], &[], &[TRANSCRIBED]);
        check(&call, HEARING, &[STORED, TRANSCRIBED], &[], &[TRANSCRIBED, (TaskKind::Summarise, "")]);
        check(&call, AfterCallSettings { summary: false, ..HEARING }, &[STORED, TRANSCRIBED], &[], &[TRANSCRIBED]);
        check(&[RING, READY], HEARING, &[STORED], &[], &[]);
    }

    #[test]
    fn a_summary_waits_for_all_recordings_that_are_to_be_heard() {
        let call = [RING, READY, OTHER, END];
        let both = [STORED, (TaskKind::StoreRecording, "RE2"), TRANSCRIBED];
        let transcribed = [TRANSCRIBED, (TaskKind::Transcribe, "RE2")];
        check(&call, HEARING, &both, &[], &transcribed);
        check(&call, HEARING, &both, &["RE2"], &[TRANSCRIBED]);
        let out_of_time = [STORED, TRANSCRIBED, (TaskKind::DeleteRecording, "RE2")];
        check(&call, HEARING, &out_of_time, &["RE2"], &[TRANSCRIBED]);
        check(&call, HEARING, &both, &["RE1", "RE2"], &[]);
    }

    #[test]
    fn a_call_is_summarised_once_for_each_set_of_recordings() {
        let mut tasks = Tasks::default();
        let mut done = Vec::new();
        let deletions = [BTreeSet::new(), [RecordingId::parse("RE2").unwrap()].into()];
        for (events, to_delete) in [
            (&[RING, READY, END][..], &deletions[0]),
            (&[RING, READY, READY, END][..], &deletions[0]),
            // It comes late.
            (&[RING, READY, END, OTHER][..], &deletions[0]),
            (&[RING, OTHER, READY, END, OTHER][..], &deletions[0]),
            (&[RING, READY, END, OTHER][..], &deletions[1]),
        ] {
            let call = call_of(events);
            // Each thing that is done may bring another; none brings more than three.
            for now in 0..4 {
                let at = Millis::from_unix_ms(now);
                tasks.plan(&needed(&context(&call, HEARING, to_delete, &tasks)), at);
                while let Some(task) = tasks.begin(at) {
                    tasks.end(task.kind, &task.subject, Ok(()), at);
                    done.push(format!("{} {}", task.kind.code(), task.subject));
                }
            }
            done.push("-".to_owned());
        }
        assert_eq!(
            done,
            [
                "store_recording RE1",
                "transcribe RE1",
                "summarise ",
                "-",
                "-",
                "store_recording RE2",
                "transcribe RE2",
                "summarise ",
                "-",
                "-",
                "delete_at_carrier RE2",
                "delete_recording RE2",
                "summarise ",
                "-",
            ]
        );
    }

    #[test]
    fn a_number_is_looked_up_for_what_is_not_known() {
        let settings = |caller_name, line_type| AfterCallSettings {
            lookup: LookupFields { caller_name, line_type },
            ..AfterCallSettings::default()
        };
        let look_up = (TaskKind::LookUpCaller, "");
        check(&[RING, END], settings(true, false), &[], &[], &[look_up]);
        check(&[NAMED, END], settings(true, false), &[], &[], &[]);
        check(&[NAMED, END], settings(true, true), &[], &[], &[look_up]);
        check(&[WITHHELD, END], settings(true, true), &[], &[], &[]);
        check(&[RING], settings(true, true), &[], &[], &[]);
        check(&[RING, END], AfterCallSettings::default(), &[], &[], &[]);
    }
}
