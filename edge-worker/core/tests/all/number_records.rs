//! What a site's tracking numbers are told to be used for.

use dni_core::id::{PoolId, SiteId};
use dni_core::phone::E164;
use edge_core::site::{NumberRecord, NumberUse, OwnedNumber, SiteDocument};
use serde_json::{Value, json};

/// A number of the fixture, and what is told of it beside what stands for "nothing".
fn check(number: &str, expected: &Value) {
    let site: SiteDocument = serde_json::from_str(include_str!("../fixtures/site/good/everything.json")).unwrap();
    let records = NumberRecord::of_site(&site, &[owned(E164::parse(number).unwrap())]);
    let mut told = json!({
        "number": number, "site_id": "harbor", "pool": null, "channel": null, "source": null, "medium": null, "campaign": null,
        "targets": [], "source_rules": [], "flow": null, "destination": "+13125550199",
    });
    told.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
    assert_eq!(serde_json::to_value(records).unwrap(), json!([told]));
}

#[test]
fn a_number_is_told_with_what_it_stands_for_and_where_its_calls_go() {
    let main = json!({ "use": "pool", "pool": "main", "targets": ["+13125550142"] });
    check("+13125550151", &main);
    check(
        "+4930901821",
        &json!({
            "use": "pool", "pool": "berlin", "targets": ["+4930901820"], "source_rules": ["rest"], "flow": "berlin",
            "destination": "sip:berlin@pbx.example",
        }),
    );
    let of_rule = json!({
        "use": "pool", "pool": "ads", "targets": ["+13125550142", "+4930901820"], "source_rules": ["google"], "flow": "sales",
        "destination": "+13125550198,12",
    });
    check("+13125550181", &of_rule);
    check("+13125550171", &json!({ "use": "overflow", "pool": "main", "targets": ["+13125550142"] }));
    let of_channel =
        json!({ "use": "overflow", "pool": "main", "channel": "paid_search", "targets": ["+13125550142"] });
    check("+13125550172", &of_channel);
    check(
        "+13125550161",
        &json!({
            "use": "source", "source": "yellow-pages", "medium": "print", "targets": ["+13125550142"], "source_rules": ["flyer"],
        }),
    );
    check(
        "+13125550162",
        &json!({ "use": "source", "source": "van", "campaign": "north", "flow": "sales", "destination": "+13125550198" }),
    );
    check("+13125550190", &json!({ "use": "unlisted", "pool": "last" }));
}

/// A number as the log's database knows it, where a pool counts only if the site lists the number no longer.
fn owned(number: E164) -> OwnedNumber {
    OwnedNumber { number, site: SiteId::parse("harbor").unwrap(), pool: Some(PoolId::parse("last").unwrap()) }
}

#[test]
fn a_use_is_read_as_it_is_written() {
    for used_as in [NumberUse::Pool, NumberUse::Overflow, NumberUse::Source, NumberUse::Unlisted] {
        let word = serde_json::to_value(used_as).unwrap();
        assert_eq!(NumberUse::parse(word.as_str().unwrap()), Some(used_as));
    }
    assert_eq!(NumberUse::parse("target"), None, "that is no tracking number");
}

#[test]
fn tens_of_thousands_of_numbers_are_told_in_one_walk() {
    let mut site: SiteDocument = serde_json::from_value(super::harbor::document()).unwrap();
    let number = |n: u32| E164::parse(&format!("+1312{:07}", 6_000_000 + n)).unwrap();
    site.pools[0].numbers = (0..50_000).map(number).collect();
    let asked: Vec<_> = (0..50_000).step_by(50).map(|n| owned(number(n))).collect();
    let records = NumberRecord::of_site(&site, &asked);
    assert!(records.iter().map(|record| record.number).eq(asked.iter().map(|owned| owned.number)));
    assert!(records.iter().all(|record| record.used_as == NumberUse::Pool));
}
