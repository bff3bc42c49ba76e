//! From a number to the region in which it is dialled.

use super::Region;
use crate::phone::E164;

impl Region {
    /// Returns the region in which a number is dialled; of several that share a country code the largest, whose people write
    /// numbers as those of the others do. `None` for a number of no country, and outside the North American plan without the
    /// feature `international`.
    pub fn of(number: E164) -> Option<Self> {
        if number.nanp_digits().is_some() {
            return Some(Self::US);
        }
        #[cfg(feature = "international")]
        return crate::phone::international::region_of(number);
        #[cfg(not(feature = "international"))]
        None
    }
}

#[cfg(all(test, feature = "international"))]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_dialled_in_a_region() {
        for (number, expected) in [
            ("+13125550142", Some("US")),
            ("+14165550123", Some("US")),
            ("+13105678", Some("US")),
            ("+442079460018", Some("GB")),
            ("+441534456789", Some("GB")), // Jersey
            ("+77172123456", Some("RU")),  // Kazakhstan
            ("+390669883712", Some("IT")),
            ("+80012345678", None),
            ("+99912345678", None),
        ] {
            let region = Region::of(E164::parse(number).unwrap());
            assert_eq!(region.as_ref().map(Region::as_str), expected, "{number}");
        }
    }
}
