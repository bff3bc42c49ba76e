//! What a flow wants that a carrier cannot do.

use super::{Finding, Flow, Step, StepId, finding};
use crate::carrier::Carrier;
use crate::flow::{CallerId, Forward, Strategy};

impl Flow {
    /// Lists what the flow wants and a carrier cannot do, as warnings: the call goes on all the same, in another way.
    pub fn carrier_findings(&self, carrier: Carrier) -> Vec<Finding> {
        self.steps.iter().flat_map(|(id, step)| self.of_step(carrier, id, step)).collect()
    }

    fn of_step(&self, carrier: Carrier, id: &StepId, step: &Step) -> Vec<Finding> {
        let warns = |field: &str, what: &str, repair: &str| finding::carrier_cannot(carrier, id, field, what, repair);
        match step {
            Step::Forward(forward) => self.of_forward(carrier, id, step, forward),
            Step::Voicemail(_) if !carrier.records() => {
                vec![warns(
                    "",
                    "takes no messages: the call goes on as if nothing had been said",
                    "Let \"nothing\" lead to where callers are helped.",
                )]
            }
            Step::Reject(_) if !carrier.refuses() => {
                vec![warns("", "cannot refuse a call: it is answered, and ended", "Expect such calls to be billed.")]
            }
            _ => Vec::new(),
        }
    }

    fn of_forward(&self, carrier: Carrier, id: &StepId, step: &Step, forward: &Forward) -> Vec<Finding> {
        let ends = |next: &StepId| matches!(self.steps.get(next), Some(Step::Hangup(_)));
        let goes_on = forward.next.answered.as_ref().is_some_and(|next| !ends(next));
        let several = forward.strategy == Strategy::Simultaneous && forward.to.len() > 1;
        let wants = [
            (
                several && !carrier.rings_several(),
                "to",
                "rings one number at a time: those of this step are rung one after the other",
                "Put the one that answers most often first.",
            ),
            (
                forward.accept && !carrier.lets_business_decline(),
                "accept",
                "asks for no key: whoever answers is connected, and that may be a mailbox",
                "Name numbers that no mailbox answers.",
            ),
            (
                forward.caller_id == CallerId::Caller && !carrier.shows_callers_number(),
                "caller_id",
                "does not show the caller's number: the business sees the tracking number",
                "Write \"tracking\", which is what happens.",
            ),
            (self.records(step) && !carrier.records(), "record", "records nothing", "Leave recording out."),
            (
                goes_on && !carrier.goes_on_after_answer(),
                "next.answered",
                "ends the call when the business hangs up: what follows is not carried out",
                "Let it end with a hangup.",
            ),
        ];
        let found = wants.into_iter().filter(|(is_wanted, ..)| *is_wanted);
        found.map(|(_, field, what, repair)| finding::carrier_cannot(carrier, id, field, what, repair)).collect()
    }
}
