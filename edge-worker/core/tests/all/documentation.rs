//! What docs/ says of sites and calls is so: its examples are taken, and its tables have the fields that there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use call_router::flow::Flow;
use dni_core::visit::ClickIdKind;
use edge_core::call::record::{CallRecord, TranscriptRecord};
use edge_core::call::task_results::TaskResults;
use edge_core::site::SiteDocument;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::harbor::*;

type Names = BTreeSet<String>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn page(name: &str) -> String {
    let path = folder().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The part of a page below a heading, up to the next heading of its rank or a higher one.
fn chapter<'a>(page: &'a str, heading: &str) -> &'a str {
    let begin = page.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("there is no {heading}"));
    let rest = page.get(begin + heading.len() + 2..).unwrap();
    let rank = heading.chars().take_while(|sign| *sign == '#').count();
    let ends = (1..=rank).filter_map(|rank| rest.find(&format!("\n{} ", "#".repeat(rank))));
    ends.min().and_then(|end| rest.get(..end)).unwrap_or(rest)
}

/// The rows of tables, as their first cell and the whole row.
fn rows(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|row| Some((row.strip_prefix("| ")?.split(" |").next()?, row)))
}

/// The names in code marks.
fn named(text: &str) -> Names {
    let odd = text.split('`').skip(1).step_by(2);
    odd.filter(|name| {
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.".contains(&byte))
    })
    .map(str::to_owned)
    .collect()
}

fn first_cells(text: &str) -> Names {
    rows(text).flat_map(|(cell, _)| named(cell)).collect()
}

fn names(fields: &Value) -> Names {
    fields.as_object().unwrap().keys().cloned().collect()
}

/// The fields that a type takes, as it says itself when it is given another.
fn fields_of<T: DeserializeOwned>() -> Names {
    let error = serde_json::from_value::<T>(json!({ "no such field": 0 })).err().unwrap().to_string();
    named(error.split_once("expected").unwrap().1)
}

/// The blocks of one language in all pages, each with the page it stands on.
fn blocks(language: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.trim() == format!("```{language}") {
                let block: Vec<_> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
                found.push((name.clone(), block.join("\n")));
            }
        }
    }
    found
}

/// A site with all that the examples speak of: their pools, numbers and steps.
fn surroundings() -> Map<String, Value> {
    let mut site = document();
    let sources =
        ["+13125550162", "+13125550163", "+13125550164"].map(|number| json!({ "number": number, "source": "flyer" }));
    site["source_numbers"] = Value::from(sources.to_vec());
    let second = json!({ "id": "partners", "numbers": ["+13125550181"] });
    site["pools"].as_array_mut().unwrap().push(second);
    site.as_object().unwrap().clone()
}

/// Publishes a document as the edge does, short of storing it.
fn publishes(name: &str, site: &Value) {
    let read = call_router::config_json::read::<SiteDocument>(site.to_string().as_bytes());
    let document = read.unwrap_or_else(|error| panic!("{name}: {error}: {site:#}"));
    assert_eq!(document.check(), [], "{name}: {site:#}");
}

#[test]
fn what_the_pages_show_of_sites_and_flows_is_published() {
    let (mut sites, mut flows, mut parts) = (0, 0, 0);
    for (name, block) in blocks("json") {
        let is_part = block.trim_start().starts_with('"');
        let text = if is_part { format!("{{{block}}}") } else { block.clone() };
        let shown: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{block}"));
        let fields = shown.as_object().unwrap();
        let has = |field: &str| fields.contains_key(field);
        let mut site = surroundings();
        if has("origins") {
            publishes(&name, &shown);
            sites += 1;
        } else if has("steps") {
            site.insert("flow".to_owned(), shown.clone());
            publishes(&name, &Value::Object(site));
            flows += 1;
        } else if has("settings") {
            site["flow"]["settings"] = fields["settings"].clone();
            publishes(&name, &Value::Object(site));
            parts += 1;
        } else if has("type") {
            // One step, put before those that there are.
            site["flow"]["steps"]["first"] = shown.clone();
            site["flow"]["start"] = "first".into();
            publishes(&name, &Value::Object(site));
            parts += 1;
        } else if is_part {
            site.extend(fields.clone());
            publishes(&name, &Value::Object(site));
            parts += 1;
        } else {
            let answers = ["error", "day", "carrier_call_id"];
            assert!(answers.iter().any(|field| has(field)), "{name}: nobody knows what this is: {block}");
        }
    }
    assert!(sites >= 1 && flows >= 2 && parts >= 6, "{sites} {flows} {parts}");
}

#[test]
fn the_tables_of_a_site_have_the_fields_that_it_takes() {
    let set_up = page("set-up-a-site.md");
    let before_pools = set_up.split("\n## Pools\n").next().unwrap();
    assert_eq!(first_cells(before_pools), fields_of::<SiteDocument>());
    let pools = first_cells(chapter(&set_up, "## Pools"));
    let rules = |name: &String| name.starts_with("rules.");
    let written: Names = pools.iter().filter_map(|name| name.strip_prefix("rules.")).map(str::to_owned).collect();
    assert_eq!(written, fields_of::<dni_core::pool::PoolRules>());
    let others: Names =
        pools.into_iter().filter(|name| !rules(name)).chain(["id", "rules"].map(str::to_owned)).collect();
    assert_eq!(others, fields_of::<edge_core::site::PoolDocument>());
}

/// The call of the example.
fn example() -> Value {
    let (_, block) = blocks("json").into_iter().find(|(_, block)| block.contains("\"carrier_call_id\"")).unwrap();
    serde_json::from_str(&block).unwrap()
}

/// What the API tells of the example's call.
fn told() -> Value {
    let record: CallRecord = serde_json::from_value(example()).unwrap();
    let words: TranscriptRecord = serde_json::from_value(example()).unwrap();
    let mut told = serde_json::to_value(&record).unwrap();
    told.as_object_mut().unwrap().extend(serde_json::to_value(&words).unwrap().as_object().unwrap().clone());
    told
}

#[test]
fn the_example_of_a_call_is_one() {
    let mut told = told();
    let is_absent =
        |(name, value): (&String, &Value)| value.is_null() && ClickIdKind::ALL.iter().any(|kind| kind.name() == *name);
    let absent: Names =
        told.as_object().unwrap().iter().filter(|field| is_absent(*field)).map(|(name, _)| name.clone()).collect();
    told.as_object_mut().unwrap().retain(|name, _| !absent.contains(name));
    assert_eq!(example(), told);
}

#[test]
fn the_table_of_a_call_has_the_fields_that_a_call_has() {
    let api = page("api.md");
    let calls = chapter(&api, "## Calls");
    let table = calls.split("\nA call:\n").nth(1).unwrap().split("\n### ").next().unwrap();
    let click_ids: Names = ClickIdKind::ALL.iter().map(|kind| kind.name().to_owned()).collect();
    let is_told = |name: &String| !click_ids.contains(name) && !name.starts_with("formatted_");
    let fields: Names = names(&told()).into_iter().filter(is_told).collect();
    let listed: Names = first_cells(table).into_iter().filter(is_told).collect();
    assert_eq!(listed, fields);
    assert!(table.contains("`formatted_…`") && table.contains("the other click ids"));
}

#[test]
fn what_a_field_has_inside_is_named_beside_it() {
    let (api, recordings) = (page("api.md"), page("recordings.md"));
    let (told, calls) = (told(), chapter(&api, "## Calls"));
    let row = |field: &str| rows(calls).find(|(cell, _)| named(cell).contains(field)).unwrap().1.to_owned();
    let attribution = chapter(&api, "### Whose call it is");
    let milestones = chapter(&api, "### First and last touch");
    let tasks = chapter(&recordings, "## Tasks");
    for (pointer, text) in [
        ("/risk_reasons/0", row("risk_reasons")),
        ("/attribution", attribution.to_owned()),
        ("/attribution/evidence", attribution.to_owned()),
        ("/milestones", row("milestones")),
        ("/milestones/first_touch", milestones.to_owned()),
        ("/recordings/0", chapter(&recordings, "## Hearing them").to_owned()),
        ("/transcription", row("transcription")),
        ("/transcription/summary", row("transcription")),
        ("/conversational_transcript/0", row("conversational_transcript")),
        ("/tasks/0", tasks.to_owned()),
        ("/tasks/1/last_error", tasks.to_owned()),
    ] {
        let fields = names(told.pointer(pointer).unwrap());
        let missing: Vec<_> = fields.difference(&named(&text)).cloned().collect();
        assert!(missing.is_empty(), "{pointer}: {missing:?} is not in {text}");
    }
}

#[test]
fn every_kind_of_evidence_is_described() {
    let api = page("api.md");
    let attribution = chapter(&api, "### Whose call it is");
    let mut lease = call(POOL_NUMBER, &[RING]);
    lease.attribution = Some(attributed());
    for state in [lease, call(SOURCE_NUMBER, &[RING]), call(SEARCH_OVERFLOW_NUMBER, &[RING])] {
        let record = CallRecord::of(&state, &TaskResults::default(), "https://calls.example.com", RINGS_AT);
        let attributed = serde_json::to_value(&record.attribution).unwrap();
        if state.attribution == Some(super::harbor::attributed()) {
            assert_eq!(attributed, example()["attribution"], "the example's is that of the tests");
        }
        let evidence = attributed["evidence"].clone();
        let missing: Vec<_> = names(&evidence).difference(&named(attribution)).cloned().collect();
        assert!(missing.is_empty(), "{missing:?} of {evidence}");
    }
    let states = ["attributed", "unattributed", "ambiguous", "pending"].map(str::to_owned);
    assert!(states.iter().all(|state| named(attribution).contains(state)));
}

#[test]
fn a_flow_of_the_pages_is_read_without_a_site() {
    // What does not begin with a brace is a part of a site.
    let is_flow = |block: &str| block.starts_with('{') && block.contains("\"steps\"") && !block.contains("\"origins\"");
    let shown = blocks("json").into_iter().filter(|(_, block)| is_flow(block));
    for (name, block) in shown {
        let flow: Flow =
            call_router::config_json::read(block.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!flow.steps.is_empty(), "{name}");
    }
}
