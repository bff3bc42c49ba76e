//! Which numbers of the North American Numbering Plan are assigned.

use super::plan::{PARTLY, WHOLE};

/// Says whether ten national digits are assigned to subscribers or services, as far as libphonenumber knows.
///
/// Of an area code of the United States and Canada, every exchange may be in use; of the smaller countries and of the
/// personal codes, the blocks of a thousand that are. Seven digits of a place's own are no whole number, so the Canadian
/// `310-xxxx` is not in it.
pub(super) fn is_assigned(national: &str) -> bool {
    let (Some(area), Some(block), 10) = (number(national, 0, 3), number(national, 3, 7), national.len()) else {
        return false;
    };
    let bit = usize::from(area.wrapping_sub(200));
    let is_whole = WHOLE.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1);
    if is_whole {
        return (2000..=9999).contains(&block);
    }
    PARTLY
        .iter()
        .find(|(partly, _)| *partly == area)
        .is_some_and(|(_, runs)| runs.iter().any(|(first, last)| (*first..=*last).contains(&block)))
}

fn number(digits: &str, from: usize, to: usize) -> Option<u16> {
    digits.get(from..to)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libphonenumber_says() {
        let cases = [
            ("4155550123", true),
            ("4159111234", true),  // an exchange N11
            ("4150551234", false), // an exchange below 2
            ("4151551234", false),
            ("8005551212", true),
            ("9005551234", true),
            ("5005550006", true),
            ("2502501234", true),  // British Columbia
            ("8765551234", true),  // Jamaica
            ("6005551234", true),  // Canada's own services
            ("5232111234", false), // a hole in the personal codes
            ("2464170000", true),  // Barbados
            ("2464110000", false),
            ("0005551234", false),
            ("1235551234", false),
            ("9115551234", false),
            ("9995551234", false),
            ("2223334444", false),
            ("7005551234", false),
            ("415555012", false),
            ("41555501234", false),
            ("", false),
        ];
        for (national, expected) in cases {
            assert_eq!(is_assigned(national), expected, "{national}");
        }
    }
}
