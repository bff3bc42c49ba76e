//! Sites: what is wrong with one.

use call_router::carrier::Carrier;
use call_router::flow::Severity;
use edge_core::fault::Fault;
use edge_core::site::SiteDocument;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::tool_error::ToolError;
use crate::{answer, options, written};

/// Where a site is published, as far as it is told.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Deployment {
    carriers: Vec<Carrier>,
}

/// One thing that is wrong, or may not be meant so.
#[derive(Serialize)]
struct SiteFinding {
    severity: Severity,
    #[serde(flatten)]
    fault: Fault,
}

/// Lists what is wrong with a site, and what works but may not be meant so. What a carrier cannot do is judged only if carriers are
/// told.
#[wasm_bindgen(js_name = checkSite)]
pub fn check_site(site: &JsValue, deployment: &JsValue) -> Result<JsValue, ToolError> {
    let Deployment { carriers } = options::read_or_default(deployment, "")?;
    let found: Vec<_> = match SiteDocument::read(written::json(site, "site")?.as_bytes()) {
        Ok(site) => {
            let faults = of_severity(Severity::Error, site.check_at(&carriers));
            faults.chain(of_severity(Severity::Warning, site.warnings_at(&carriers))).collect()
        }
        Err(unreadable) => of_severity(Severity::Error, vec![unreadable.into()]).collect(),
    };
    answer::object_from_text(&found)
}

fn of_severity(severity: Severity, faults: Vec<Fault>) -> impl Iterator<Item = SiteFinding> {
    faults.into_iter().map(move |fault| SiteFinding { severity, fault })
}
