//! Phone numbers: what one is, how a page writes it, where it stands in a text.

mod callee;
mod characters;
mod dialled;
mod e164;
mod extension;
mod find_any;
mod find_known;
mod format;
mod found_number;
#[cfg(feature = "international")]
mod international;
mod keypad;
mod nanp;
mod number;
mod number_texts;
mod page_pattern;
mod plan;
mod region;
mod seeds;
mod signs;
mod written_form;

pub use callee::{BadCallee, Callee, KeysBehind, SipAddress};
#[cfg(feature = "schema")]
pub use e164::SCHEMA_PATTERN;
pub use e164::{E164, PhoneError};
pub use extension::Extension;
pub use find_any::find_numbers;
pub use find_known::{FoundTarget, find_targets};
pub use format::{format_as, format_like, format_with, national};
pub use found_number::FoundNumber;
pub use number::PhoneNumber;
pub use number_texts::NumberTexts;
pub use page_pattern::page_pattern;
pub use region::Region;
pub use seeds::seeds;

/// Says whether somebody can have the number: whether it is in a block that is assigned. `None` if that is not known, which it
/// is outside the North American plan only with the feature `international`.
///
/// New blocks are assigned all the time; a number that is not valid by an old table is still a number.
///
/// ```
/// use dni_core::phone::{E164, is_valid};
///
/// assert_eq!(is_valid(E164::parse("+13125550142").unwrap()), Some(true));
/// assert_eq!(is_valid(E164::parse("+12225550142").unwrap()), Some(false));
/// ```
pub fn is_valid(number: E164) -> Option<bool> {
    match number.nanp_digits() {
        Some(national) => Some(nanp::is_assigned(national)),
        #[cfg(feature = "international")]
        None => Some(international::is_valid(number)),
        #[cfg(not(feature = "international"))]
        None => None,
    }
}
