//! Numbers of every country, by the `rlibphonenumber` crate's copy of libphonenumber's metadata.
//!
//! Only with the feature `international`: the crate with its metadata is far larger than all that a visitor downloads.

use rlibphonenumber::phonenumber_matcher::{FindNumberExt, Leniency};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region as Country};

use super::characters::digit;
use super::{E164, Extension, FoundNumber, PhoneError, Region};

/// Most tries at what proves to be no number in one text: as many as libphonenumber itself makes.
const MAX_TRIES: u64 = 65_535;
/// What Argentines dial in front of a number of another place.
const TRUNK_PREFIX: &str = "0";

/// Finds the numbers in `text`, those without a country code being of `region`.
pub(super) fn find_numbers(text: &str, region: Region, most: usize) -> Vec<FoundNumber> {
    let country = country(region);
    let mut numbers: Vec<_> = finds(text, country, Leniency::Valid).take(most).collect();
    if country == Some(Country::AR) {
        let bare = finds(text, country, Leniency::Possible).filter(|found| is_argentine_without_prefix(text, found));
        numbers.extend(bare.take(most - numbers.len()));
        numbers.sort_by_key(|found| found.range.start);
        // Both may have found the same.
        numbers.dedup_by(|later, one| later.range.start < one.range.end);
    }
    numbers
}

fn finds(text: &str, country: Option<Country>, leniency: Leniency) -> impl Iterator<Item = FoundNumber> {
    let matcher =
        text.phone_number_matcher_builder().preferred_region(country).leniency(leniency).max_tries(MAX_TRIES).build();
    matcher.filter_map(|found| {
        let extension = found.number.extension.as_deref().and_then(Extension::parse);
        let range = found.start..found.start + found.raw_string.len();
        Some(FoundNumber { number: to_e164(&found.number)?, extension, range })
    })
}

/// Says whether `found` is a number of Argentina that would be found if a trunk prefix stood in front.
///
/// There alone the prefix may be left out: libphonenumber's pattern for it (`0?(…15)?`) matches nothing at all too, and that counts
/// as a prefix. The crate wants one of at least a digit.
fn is_argentine_without_prefix(text: &str, found: &FoundNumber) -> bool {
    let (Some(before), Some(written), Some(behind)) =
        (text.get(..found.range.start), text.get(found.range.clone()), text.get(found.range.end..))
    else {
        return false;
    };
    let Some(first_digit) = written.find(|char| digit(char).is_some()) else { return false };
    let (opening, digits) = written.split_at(first_digit);
    // What stands beside a number says whether it is one.
    let mut prefixed: String = before.chars().next_back().into_iter().collect();
    let start = prefixed.len();
    prefixed.extend([opening, TRUNK_PREFIX, digits]);
    let end = prefixed.len();
    prefixed.extend(behind.chars().next());
    finds(&prefixed, Some(Country::AR), Leniency::Valid)
        .any(|other| other.range == (start..end) && other.number == found.number)
}

/// Reads country code and national number, perhaps with a trunk prefix between; `None` if nobody has such a number.
pub(super) fn read(digits: &str) -> Option<E164> {
    let number = PHONE_NUMBER_UTIL.parse(["+", digits].concat(), None).ok()?;
    PHONE_NUMBER_UTIL.is_valid_number(&number).then(|| to_e164(&number))?
}

/// Leaves the prefixes out of a number that [`E164::from_international`] read and does not know, such as Argentina's 15 of mobile
/// phones. What was `written` in E.164 form has none.
pub(super) fn without_prefix(number: E164, written: &str) -> E164 {
    if number.nanp_digits().is_some() || written == number.as_str() {
        return number;
    }
    read(number.digits()).unwrap_or(number)
}

/// Reads a number as people of `region` write it.
pub(super) fn read_in(text: &str, region: Region) -> Result<E164, PhoneError> {
    let number = PHONE_NUMBER_UTIL.parse(text, country(region)).map_err(|_| PhoneError::NoCountryCode)?;
    to_e164(&number).ok_or(PhoneError::TooLong)
}

/// Says whether the number is assigned to anybody.
pub(super) fn is_valid(number: E164) -> bool {
    parse(number).is_some_and(|number| PHONE_NUMBER_UTIL.is_valid_number(&number))
}

/// Writes the number as people of its own country do, and as it is dialled from abroad. What belongs to no country can only be
/// dialled with its code.
pub(super) fn texts(number: E164) -> Option<(String, String)> {
    let number = parse(number)?;
    let write = |format| PHONE_NUMBER_UTIL.format(&number, format).into_owned();
    let international = write(PhoneNumberFormat::International);
    let is_of_country = main_country(number.country_code).is_some();
    Some((if is_of_country { write(PhoneNumberFormat::National) } else { international.clone() }, international))
}

/// Returns the country of a number; of several that share its code the main one, whose way to write is that of all.
pub(super) fn region_of(number: E164) -> Option<Region> {
    main_country(parse(number)?.country_code).and_then(|country| Region::parse(country.as_region_str().as_str()))
}

fn main_country(code: i32) -> Option<Country> {
    PHONE_NUMBER_UTIL.get_region_for_country_code(code).filter(|country| *country != Country::World)
}

fn parse(number: E164) -> Option<PhoneNumber> {
    PHONE_NUMBER_UTIL.parse(number.as_str(), None).ok()
}

fn to_e164(number: &PhoneNumber) -> Option<E164> {
    let written = PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164);
    E164::from_international(&written).ok().map(|number| without_prefix(number, &written))
}

fn country(region: Region) -> Option<Country> {
    region.as_str().parse().ok()
}
