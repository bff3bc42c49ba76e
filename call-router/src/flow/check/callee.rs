//! Whom a call may be forwarded to: not where it came from, and not where it costs a fortune.

use dni_core::{
    phone::{Callee, E164},
    place::{LineKind, NumberPlace},
};

use super::{Country, Surroundings};
use crate::carrier::Carrier;

/// How premium numbers begin, which the owner of the forwarding line pays for by the minute: North America's area code, the
/// international premium service, and the ranges that countries' plans name for them, as libphonenumber has them, less those that
/// ordinary numbers begin with as well.
const PREMIUM_PREFIXES: &[&str] = &[
    "+1900", "+979", "+2790", "+30901", "+30909", "+31900", "+31906", "+31909", "+3290", "+3389", "+34803", "+34806",
    "+34807", "+34905", "+351601", "+351607", "+351608", "+358600", "+358700", "+3690", "+3691", "+39892", "+39894",
    "+39895", "+39899", "+40900", "+40903", "+40906", "+4190", "+420900", "+420906", "+420909", "+420976", "+421900",
    "+43900", "+43901", "+43930", "+43931", "+43939", "+449", "+4487", "+4590", "+46900", "+46939", "+46944", "+47820",
    "+47829", "+4870", "+49900", "+52900", "+5460", "+55900", "+6119", "+64900", "+7803", "+7809", "+81990", "+8260",
    "+852900", "+90900", "+972190", "+9721919",
];
/// The exchange of North America's older premium numbers, in any area code.
const PREMIUM_EXCHANGE: &str = "976";
/// The countries whose toll-free numbers belong to no country: they share the code 1.
const NORTH_AMERICA: [&str; 2] = ["US", "CA"];

/// Why a call must not be forwarded to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CalleeFault {
    /// It is a tracking number of the same site.
    OwnNumber(E164),
    /// It is a number that costs the owner by the minute.
    Premium(E164),
    /// It is in a country that the owner did not allow; `None` if it is in none that is known.
    CountryNotAllowed(E164, Option<&'static str>),
}

impl CalleeFault {
    /// Lists why a call must not be forwarded to somebody.
    ///
    /// ```
    /// use call_router::flow::{CalleeFault, Surroundings};
    /// use dni_core::phone::Callee;
    ///
    /// let premium = Callee::parse("+19005550142").unwrap();
    /// assert_eq!(CalleeFault::all_of(&premium, &Surroundings::default())[0].code(), "premium_number");
    /// ```
    pub fn all_of(callee: &Callee, site: &Surroundings) -> Vec<Self> {
        let Some(number) = callee.number() else { return Vec::new() };
        let own = site.own_numbers.contains(&number).then_some(Self::OwnNumber(number));
        let premium = is_premium(number).then_some(Self::Premium(number));
        // Where a premium number is does not matter any more.
        let costs = premium.or_else(|| country_fault(number, site.countries));
        own.into_iter().chain(costs).collect()
    }

    /// Returns the stable code for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OwnNumber(_) => "forwards_to_itself",
            Self::Premium(_) => "premium_number",
            Self::CountryNotAllowed(..) => "country_not_allowed",
        }
    }

    /// Says what is wrong: `The step "office" forwards to …`.
    pub fn sentence(&self, who: &str) -> String {
        match self {
            Self::OwnNumber(to) => {
                format!("{who} forwards to {to}, a tracking number of this site: the call would ring here again.")
            }
            Self::Premium(to) => format!("{who} forwards to {to}, which is a premium number: each minute costs you."),
            Self::CountryNotAllowed(to, Some(country)) => {
                format!("{who} forwards to {to} in {country}, which is none of the site's allowed countries.")
            }
            Self::CountryNotAllowed(to, None) => {
                format!("{who} forwards to {to}, which is in none of the site's allowed countries.")
            }
        }
    }

    /// Says what to do about it.
    pub const fn repair(&self) -> &'static str {
        match self {
            Self::OwnNumber(_) => "Name the business's own number.",
            Self::Premium(_) => "Name an ordinary number.",
            Self::CountryNotAllowed(..) => "Name another number, or add the country to 'allowed_countries'.",
        }
    }
}

/// Lists those of the carriers that cannot ring somebody as the owner wrote it: they leave the extension out.
pub fn carriers_without_extensions<'a>(callee: &Callee, carriers: &'a [Carrier]) -> Vec<&'a Carrier> {
    if callee.keys().is_none() {
        return Vec::new();
    }
    carriers.iter().filter(|carrier| !carrier.dials_extensions()).collect()
}

fn is_premium(number: E164) -> bool {
    let exchange = number.nanp_digits().and_then(|digits| digits.get(3..6));
    exchange == Some(PREMIUM_EXCHANGE)
        || PREMIUM_PREFIXES.iter().any(|prefix| number.as_str().starts_with(prefix))
        || NumberPlace::of(number).is_some_and(|place| place.kind == LineKind::Premium)
}

fn country_fault(number: E164, allowed: &[Country]) -> Option<CalleeFault> {
    if allowed.is_empty() {
        return None;
    }
    let place = NumberPlace::of(number);
    let allows = |code: &str| allowed.iter().any(|country| country.as_str() == code);
    let is_allowed = match place.map(|place| (place.country, place.kind)) {
        Some((Some(country), _)) => allows(country),
        // Nobody pays for those in North America but the one who is called.
        Some((None, LineKind::TollFree)) => {
            number.nanp_digits().is_none() || NORTH_AMERICA.iter().any(|code| allows(code))
        }
        Some((None, _)) | None => false,
    };
    (!is_allowed).then(|| CalleeFault::CountryNotAllowed(number, place.and_then(|place| place.country)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_be_rung() {
        let own = [E164::parse("+13125550151").unwrap()];
        let countries =
            |codes: &[&str]| codes.iter().map(|code| Country::try_from((*code).to_owned()).unwrap()).collect();
        let nobody: &[&str] = &[];
        // who, the allowed countries, the faults
        let cases: [(&str, &[&str], &[&str]); 26] = [
            ("+13125550199", &[], nobody),
            ("+13125550151", &[], &["forwards_to_itself"]),
            ("+13125550151,,12", &[], &["forwards_to_itself"]),
            ("sip:+13125550151@trunk.example", &[], &["forwards_to_itself"]),
            ("+19005550142", &[], &["premium_number"]),
            ("+13129765555", &[], &["premium_number"]),
            ("+449012345678", &[], &["premium_number"]),
            ("+499001234567", &[], &["premium_number"]),
            ("+31906123456", &[], &["premium_number"]),
            ("+4690123456", &[], nobody),
            ("+469001234567", &[], &["premium_number"]),
            ("+81990123456", &[], &["premium_number"]),
            ("+97912345678", &[], &["premium_number"]),
            ("+19005550142 ext 1", &["CA"], &["premium_number"]),
            ("sip:desk@pbx.example", &["DE"], nobody),
            ("+13125550199", &["US"], nobody),
            ("+13125550199", &["CA"], &["country_not_allowed"]),
            ("+14165550199", &["US"], &["country_not_allowed"]),
            ("+14165550199", &["US", "CA"], nobody),
            // Jamaica has the country code of the United States.
            ("+18765550199", &["US", "CA"], &["country_not_allowed"]),
            ("+442079460018", &["US"], &["country_not_allowed"]),
            ("+442079460018", &["GB"], nobody),
            ("+18005550142", &["US"], nobody),
            ("+18005550142", &["DE"], &["country_not_allowed"]),
            ("+881612345678", &["US"], &["country_not_allowed"]),
            ("sip:+2215551234@trunk.example", &["US"], &["country_not_allowed"]),
        ];
        for (who, allowed, expected) in cases {
            let allowed: Vec<Country> = countries(allowed);
            let site = Surroundings { own_numbers: &own, countries: &allowed, ..Surroundings::default() };
            let faults = CalleeFault::all_of(&Callee::parse(who).unwrap(), &site);
            let codes: Vec<_> = faults.iter().map(CalleeFault::code).collect();
            assert_eq!(codes, expected, "{who}, {allowed:?}");
        }
    }
}
