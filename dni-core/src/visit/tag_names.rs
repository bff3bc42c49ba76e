//! The names of the tags that tell one campaign or click from another.

/// The names, in lower case, with blanks between: the UTM parameters, the click ids in the order of
/// [`ClickIdKind`](super::ClickIdKind), and what is left of a click on Google's ads where its id was taken out.
///
/// One text, for in the visitor's browser it is smaller than a list of texts; a test holds it against the tables.
pub(super) const TAG_NAMES: &str = "utm_source utm_medium utm_campaign utm_term utm_content \
    gclid gbraid wbraid dclid msclkid fbclid ttclid twclid li_fat_id sccid epik rdt_cid qclid yclid vmcid tblci dicbo ob_click_id irclickid \
    irclid oppref ndclid bd_vid qhclickid rb_clickid cjevent awc clickref ransiteid sscid tduid zanpid admitad_uid wgu \
    gad_source gad_campaignid";

/// Returns a tag's place among the names, if it is one of them, whatever its case.
pub(super) fn place_of(name: &[u8]) -> Option<usize> {
    TAG_NAMES.as_bytes().split(|byte| *byte == b' ').position(|known| known.eq_ignore_ascii_case(name))
}
