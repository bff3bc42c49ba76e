//! Numbers that a carrier writes as people of their country dial them.

use dni_core::phone::{E164, Region, is_valid};
use dni_core::pii::Pii;

use super::{CallEvent, Caller};

impl CallEvent {
    /// Returns the number that was dialled if the carrier wrote it as people of `region` do; `None` if it did not, or told the
    /// country.
    pub fn dialled_in(&self, region: Region) -> Option<E164> {
        E164::parse_in(self.dialled.as_ref()?.as_str(), region).ok()
    }

    /// Tells it as an event of the number that was dialled. A caller whom the carrier told without a country is one of the
    /// number's own.
    #[must_use]
    pub fn at_number(mut self, number: E164) -> Self {
        self.number = Some(number);
        let is_open = self.dialled.is_some();
        self.caller = self.caller.map(|caller| Pii::new(caller_at(number, caller.into_inner(), is_open)));
        self
    }
}

/// Reads a caller as people write them where `number` is dialled. With `is_open` the carrier writes numbers without a plus: one
/// that nobody can have with those digits as its country code is of the same country.
fn caller_at(number: E164, caller: Caller, is_open: bool) -> Caller {
    let text = match &caller {
        Caller::Other(text) => text.as_str(),
        Caller::Number(other) if is_open && is_valid(*other) == Some(false) => other.digits(),
        _ => return caller,
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return caller;
    }
    let read = Region::of(number).and_then(|region| E164::parse_in(text, region).ok());
    read.filter(|number| is_valid(*number) != Some(false)).map_or(caller, Caller::Number)
}

#[cfg(test)]
mod tests {
    use dni_core::time::Millis;

    use super::*;
    use crate::carrier::{Carrier, Hook, read};

    /// A jambonz webhook with these numbers, the number they are then said to be of, and who calls.
    const CASES: [(&str, &str, &str, &str); 16] = [
        ("+441179830003", "02033888666", "+442033888666", "+441179830003"),
        ("01383722538", "02033888666", "+442033888666", "+441383722538"),
        ("01712345678", "0301234567", "+49301234567", "+491712345678"),
        ("004917123456789", "0301234567", "+49301234567", "+4917123456789"),
        ("0033142685300", "02033888666", "+442033888666", "+33142685300"),
        ("33142685300", "02033888666", "+442033888666", "+33142685300"),
        ("0142685377", "0142685300", "+33142685300", "+33142685377"),
        ("0669883712", "0669883713", "+390669883713", "+390669883712"),
        ("89161234567", "84951234567", "+74951234567", "+79161234567"),
        ("0123", "06201234567", "+36201234567", "0123"), // nobody has such a number
        ("0611234567", "06201234567", "+36201234567", "+3611234567"),
        ("3125550123", "3125550142", "+13125550142", "+13125550123"),
        ("01144 2079460018", "3125550142", "+13125550142", "01144 2079460018"),
        ("011442079460018", "3125550142", "+13125550142", "+442079460018"),
        ("anonymous", "02033888666", "+442033888666", "withheld"),
        ("sip:1000@pbx.example", "02033888666", "+442033888666", "sip:1000@pbx.example"),
    ];

    #[test]
    fn numbers_are_read_in_the_country_of_the_dialled_one() {
        for (from, to, number, caller) in CASES {
            let number = E164::parse(number).unwrap();
            let event = event(from, to);
            assert_eq!(event.dialled_in(Region::of(number).unwrap()), Some(number), "{to}");
            let event = event.at_number(number);
            let got = match event.caller.unwrap().into_inner() {
                Caller::Number(number) => number.to_string(),
                Caller::Other(text) => text.to_string(),
                Caller::Withheld => "withheld".to_owned(),
            };
            assert_eq!((event.number, got.as_str()), (Some(number), caller), "{from}");
        }
    }

    #[test]
    fn a_number_that_tells_its_country_is_read_in_no_other() {
        let event = event("+441179830003", "+442033888666");
        assert_eq!(event.number, E164::parse("+442033888666").ok());
        assert_eq!(event.dialled_in(Region::US), None);
        assert_eq!(event.clone().at_number(E164::parse("+442033888666").unwrap()), event);
    }

    fn event(from: &str, to: &str) -> CallEvent {
        let body = format!(r#"{{"call_sid": "c", "direction": "inbound", "from": "{from}", "to": "{to}"}}"#);
        read(Carrier::Jambonz, Hook::Voice, "", "application/json", body.as_bytes(), Millis::default()).unwrap()
    }
}
