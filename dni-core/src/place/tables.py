"""Writes `area_codes.rs` and `prefixes.rs` from the metadata of libphonenumber (Apache-2.0): run it by hand when there are new area codes.

    pip install phonenumbers==9.0.43
    python3 dni-core/src/place/tables.py && cargo fmt -p dni-core
"""
import random
from collections import Counter
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneNumberType as Type
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

# Postal codes and names, which the metadata uses but does not list.
STATES = {
    "US": "AK Alaska|AL Alabama|AR Arkansas|AZ Arizona|CA California|CO Colorado|CT Connecticut|DC Washington D.C.|DE Delaware|FL Florida"
          "|GA Georgia|HI Hawaii|IA Iowa|ID Idaho|IL Illinois|IN Indiana|KS Kansas|KY Kentucky|LA Louisiana|MA Massachusetts|MD Maryland"
          "|ME Maine|MI Michigan|MN Minnesota|MO Missouri|MS Mississippi|MT Montana|NC North Carolina|ND North Dakota|NE Nebraska"
          "|NH New Hampshire|NJ New Jersey|NM New Mexico|NV Nevada|NY New York|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania"
          "|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VA Virginia|VT Vermont|WA Washington State"
          "|WI Wisconsin|WV West Virginia|WY Wyoming",
    "CA": "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia"
          "|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon",
}
CODES = {(country, code): name for country, text in STATES.items() for code, name in (entry.split(" ", 1) for entry in text.split("|"))}
NAMES = {(country, name): code for (country, code), name in CODES.items()}
# Names as people write them, where the metadata's differ.
WRITTEN = {"Washington D.C.": "District of Columbia", "Washington State": "Washington"}

# Area codes that the metadata has no names for yet.
NEW = {257: "BC"}

# Prefixes within a country code that several countries share; the country named first in the metadata has the rest.
WITHIN = {
    "7": {"KZ": ["77"]},
    "39": {"VA": ["3906698"]},
    "44": {
        "GG": ["441481", "447781", "447839", "4479111", "4479117"],
        "JE": ["441534", "447509", "4477003", "4477007", "4477008", "447797", "447829", "447937"],
        "IM": ["441624", "447524", "447624"],
    },
    "47": {"SJ": ["4779"]},
    "61": {"CC": ["6189162"], "CX": ["6189164"]},
    "262": {"YT": ["262269", "262639"]},
    "290": {"TA": ["2908"]},
    "358": {"AX": ["35818"]},
    "599": {"BQ": ["5993", "5994", "5997"]},
}
# Country codes of no country (ITU-T E.164).
SHARED = {800: "TollFree", 808: "SharedCost", 870: "Network", 878: "Personal", 881: "Network", 882: "Network", 883: "Network",
          888: "Network", 979: "Premium"}
KINDS = {Type.TOLL_FREE: "TollFree", Type.PREMIUM_RATE: "Premium", Type.PERSONAL_NUMBER: "Personal", Type.VOIP: "Network", Type.UAN: "Network"}
# Exchanges and lines to try: islands use few of them.
LINES = ["2345678", "2222222", "5551234", "7654321", "9876543", "4012345", "3102345"]


def main():
    areas = {}
    for area in range(200, 1000):
        found = assignment(area)
        if found is None:
            continue
        country, kind = found
        if kind == "Ordinary":
            key = (kind, country, region_of(country, area), zones_of(area))
            assert key[3], area
        else:
            # Numbers of the whole plan are of no country; the metadata lists them under its first.
            key = (kind, country if kind == "Network" else None, None, ())
        areas.setdefault(key, []).append(area)
    write(areas, countries())
    several = [codes for (_, country, region, _), codes in areas.items() if country in STATES and region is None]
    print(f"{sum(map(len, areas.values()))} area codes; in several regions: {several}")


def assignment(area):
    """Says whose an area code is, and what for."""
    for line in LINES:
        number = phonenumbers.parse(f"+1{area}{line}")
        country = phonenumbers.region_code_for_number(number)
        if country is not None:
            return country, KINDS.get(phonenumbers.number_type(number), "Ordinary")
    return None


def region_of(country, area):
    """Names the state or province: from the area code's own name, else from nearly all of its cities."""
    if country not in STATES:
        return None
    name = GEOCODE_DATA.get(f"1{area}", {}).get("en", "")
    if (country, name) in NAMES:
        return NAMES[country, name]
    if "/" in name:
        return None
    rows = [names["en"] for prefix, names in GEOCODE_DATA.items() if prefix.startswith(f"1{area}") and "en" in names]
    cities = Counter(row.rsplit(", ", 1)[1] for row in rows if ", " in row)
    if not cities:
        return NEW[area]
    code, count = cities.most_common(1)[0]
    assert (country, code) in CODES, (area, name, cities)
    return code if count >= 0.95 * sum(cities.values()) else None


def zones_of(area):
    """Lists the time zones of an area code and of its parts."""
    own = TIMEZONE_DATA.get(f"1{area}", ())
    parts = Counter(zone for prefix, zones in TIMEZONE_DATA.items() if prefix.startswith(f"1{area}") for zone in zones)
    return (*own, *(zone for zone, _ in sorted(parts.items(), key=lambda entry: (-entry[1], entry[0])) if zone not in own))


def countries():
    """Lists prefixes with their countries, longest match wins. Checks those within a shared code on random numbers."""
    rows = []
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        if code == 1:
            continue
        rows.append((str(code), None if code in SHARED else regions[0], SHARED.get(code, "Ordinary")))
        for country, prefixes in WITHIN.get(str(code), {}).items():
            assert country in regions
            for prefix in prefixes:
                check(prefix, country)
                rows.append((prefix, country, "Ordinary"))
    return sorted(rows)


def check(prefix, country):
    draw = random.Random(prefix)
    seen = Counter()
    for _ in range(4000):
        length = draw.randint(len(prefix) + 2, 13)
        digits = prefix + "".join(draw.choice("0123456789") for _ in range(length - len(prefix)))
        seen[phonenumbers.region_code_for_number(phonenumbers.parse(f"+{digits}"))] += 1
    seen.pop(None, None)
    assert set(seen) == {country}, (prefix, country, seen)


def write(areas, rows):
    text = lambda value: "None" if value is None else f'Some("{value}")'
    by = f"Written by `tables.py` from the metadata of libphonenumber {phonenumbers.__version__} (Apache-2.0)."
    area = lambda kind, country, region, zones, codes: (
        f"area({kind}, {text(country)}, {text(region and f'{country}-{region}')}, "
        f"&[{', '.join(f'{chr(34)}{zone}{chr(34)}' for zone in zones)}], &{codes}),")
    key = lambda entry: tuple(map(str, entry[0]))
    save("area_codes.rs", [
        f"//! Area codes of the North American plan. {by}", "",
        "use super::area::Area;", "use super::line_kind::LineKind::{self, Network, Ordinary, Personal, Premium, TollFree};", "",
        "/// States and provinces by country and postal code, sorted.",
        "pub(super) const REGIONS: &[(&str, &str)] = &[",
        *(f'("{country}-{code}", "{WRITTEN.get(name, name)}"),' for (country, code), name in sorted(CODES.items())), "];", "",
        "/// Area codes by what they stand for.",
        "pub(super) const AREAS: &[Area] = &[", *(area(*entry, codes) for entry, codes in sorted(areas.items(), key=key)), "];", "",
        "const fn area(", "kind: LineKind, country: Option<&'static str>, region: Option<&'static str>,",
        "time_zones: &'static [&'static str], codes: &'static [u16]", ") -> Area {",
        "Area { kind, country, region, time_zones, codes }", "}", "",
    ])
    save("prefixes.rs", [
        f"//! Prefixes of the numbers of all other countries. {by}", "",
        "use super::line_kind::LineKind::{self, Network, Ordinary, Personal, Premium, SharedCost, TollFree};", "",
        "/// Prefix, country, and what for, sorted. The longest that fits counts.",
        "pub(super) const PREFIXES: &[(&str, Option<&str>, LineKind)] = &[",
        *(f'("{prefix}", {text(country)}, {kind}),' for prefix, country, kind in rows), "];", "",
    ])


def save(name, lines):
    Path(__file__).with_name(name).write_text("\n".join(lines), encoding="utf-8")


main()
