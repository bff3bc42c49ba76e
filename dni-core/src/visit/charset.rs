//! Values whose bytes are no UTF-8: what old shops, mailing tools and search engines write in the charset of their country.

use std::borrow::Cow;

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, ISO_8859_2, ISO_8859_7, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};
use percent_encoding::percent_decode_str;

/// Charsets that may have been meant, the likeliest first.
pub(super) type Charsets = &'static [&'static Encoding];

/// Of Chinese.
pub(super) const CHINESE: Charsets = &[GBK];
/// Of Japanese: what one of them writes, the other seldom can read.
pub(super) const JAPANESE: Charsets = &[EUC_JP, SHIFT_JIS];
/// Of Korean.
pub(super) const KOREAN: Charsets = &[EUC_KR];
/// Of Russian.
pub(super) const RUSSIAN: Charsets = &[WINDOWS_1251];
/// Of Czech, Slovak and their neighbours.
pub(super) const CENTRAL_EUROPEAN: Charsets = &[WINDOWS_1250];
/// Of Polish and Hungarian.
pub(super) const POLISH: Charsets = &[ISO_8859_2];

/// Country codes with the charset that browsers take for their pages when nothing names one (HTML standard, table of
/// suggested default encodings). Sorted, for the search is binary.
const COUNTRIES: &[(&str, Charsets)] = &[
    ("ae", &[WINDOWS_1256]),
    ("bg", RUSSIAN),
    ("by", RUSSIAN),
    ("cn", CHINESE),
    ("cz", CENTRAL_EUROPEAN),
    ("ee", &[WINDOWS_1257]),
    ("eg", &[WINDOWS_1256]),
    ("gr", &[ISO_8859_7]),
    ("hk", &[BIG5]),
    ("hr", CENTRAL_EUROPEAN),
    ("hu", POLISH),
    ("il", &[WINDOWS_1255]),
    ("ir", &[WINDOWS_1256]),
    ("jp", JAPANESE),
    ("kg", RUSSIAN),
    ("kr", KOREAN),
    ("kz", RUSSIAN),
    ("lt", &[WINDOWS_1257]),
    ("lv", &[WINDOWS_1257]),
    ("mk", RUSSIAN),
    ("pl", POLISH),
    ("ro", CENTRAL_EUROPEAN),
    ("rs", CENTRAL_EUROPEAN),
    ("ru", RUSSIAN),
    ("sa", &[WINDOWS_1256]),
    ("si", POLISH),
    ("sk", CENTRAL_EUROPEAN),
    ("su", RUSSIAN),
    ("th", &[WINDOWS_874]),
    ("tr", &[WINDOWS_1254]),
    ("tw", &[BIG5]),
    ("ua", RUSSIAN),
    ("vn", &[WINDOWS_1258]),
];

/// Returns the charsets of the country that a host belongs to by its ending; none if that tells nothing.
pub(super) fn of_country(host: &str) -> Charsets {
    let ending = host.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let at = COUNTRIES.binary_search_by_key(&ending.as_str(), |(country, _)| country).ok();
    at.and_then(|at| COUNTRIES.get(at)).map_or(&[], |(_, charsets)| charsets)
}

/// Returns a charset by a name that pages and addresses give it, such as `gb2312`.
pub(super) fn named(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

/// Returns the value as it was meant, where decoding its bytes as UTF-8 has left gaps in it: by the first of the charsets that
/// can be, else as browsers read what says nothing of its own (windows-1252). A character that was cut off at the end goes.
///
/// `raw` is the parameter as it stands in the address, with its name.
pub(super) fn decoded<'a>(value: Cow<'a, str>, raw: &str, charsets: &[&'static Encoding]) -> Cow<'a, str> {
    if !value.contains(char::REPLACEMENT_CHARACTER) {
        return value;
    }
    let raw = raw.split_once('=').map_or("", |(_, value)| value).replace('+', " ");
    let bytes: Vec<u8> = percent_decode_str(&raw).collect();
    let Err(broken) = core::str::from_utf8(&bytes) else { return value };
    let whole = bytes.get(..broken.valid_up_to()).unwrap_or_default();
    if broken.error_len().is_none() && !whole.is_ascii() {
        return Cow::Owned(String::from_utf8_lossy(whole).into_owned());
    }
    let mut meant = charsets.iter().copied().chain([WINDOWS_1252]);
    let text = meant.find_map(|charset| charset.decode_without_bom_handling_and_without_replacement(&bytes));
    text.map_or(value, |text| Cow::Owned(text.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let cases = [
            ("a=abc", "harbor.example", "abc"),
            ("a=Z%C3%BCrich", "harbor.example", "Zürich"),
            ("a=Z%FCrich+Zahn%E4rzte", "harbor.example", "Zürich Zahnärzte"),
            ("a=Z%FCrich", "zahn.ch", "Zürich"),
            ("a=caf%E9", "harbor.example", "café"),
            ("a=%F0%E5%EC%EE%ED%F2", "dom.ru", "ремонт"),
            ("a=%D0%B5%D1", "dom.ru", "е"),
            ("a=%C4%E3%BA%C3", "ni.cn", "你好"),
            ("a=%B0%A1", "shop.kr", "가"),
            ("a=%C6%FC%CB%DC", "shop.jp", "日本"),
            ("a=%93%FA%96%7B", "shop.co.jp", "日本"),
            ("a=%BF%F3d%BC", "sklep.pl", "żódź".trim_start_matches('x')),
            ("a=%9Alut%FD", "dum.cz", "šlutý"),
            ("a=%FE%FD", "ev.com.tr", "şı"),
            ("a=100%free%FC", "harbor.example", "100%freeü"),
            ("a=%EF%BF%BD", "harbor.example", "\u{fffd}"),
        ];
        for (raw, host, meant) in cases {
            let (_, value) = form_urlencoded::parse(raw.as_bytes()).next().unwrap();
            assert_eq!(decoded(value, raw, of_country(host)), meant, "{raw} at {host}");
        }
    }

    #[test]
    fn countries_are_sorted() {
        assert!(COUNTRIES.is_sorted_by(|(one, _), (next, _)| one < next));
        assert!(of_country("harbor.example").is_empty() && of_country("").is_empty());
    }
}
