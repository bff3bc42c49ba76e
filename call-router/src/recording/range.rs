//! Which part of a recording a player asks for (RFC 9110, section 14).

/// Longest `Range` header that is looked at, in bytes. A range of two 20-digit numbers stays below.
const MAX_HEADER: usize = 64;

/// The part of a file that is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangePart {
    /// All of it.
    Whole,
    /// So many bytes from an offset on.
    Some {
        /// The first byte.
        offset: u64,
        /// How many; at least one.
        length: u64,
    },
    /// None: what was asked for lies beyond its end.
    None,
}

/// Says which part of a file of `size` bytes a `Range` header asks for.
///
/// What is no range of bytes asks for all, as the standard has it, and so do several ranges at once, which no player sends.
///
/// ```
/// use call_router::recording::{RangePart, part_of};
///
/// assert_eq!(part_of("bytes=100-", 300), RangePart::Some { offset: 100, length: 200 });
/// assert_eq!(part_of("bytes=300-", 300), RangePart::None);
/// assert_eq!(part_of("", 300), RangePart::Whole);
/// ```
pub fn part_of(range: &str, size: u64) -> RangePart {
    if range.len() > MAX_HEADER {
        return RangePart::Whole;
    }
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return RangePart::Whole;
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => RangePart::Whole,
        (Some(first), _) if first >= size && (last.is_empty() || number(last).is_some()) => RangePart::None,
        (Some(first), Some(last)) => RangePart::Some { offset: first, length: last.min(size - 1) - first + 1 },
        (Some(first), None) if last.is_empty() => RangePart::Some { offset: first, length: size - first },
        (None, Some(suffix)) if first.is_empty() => match suffix.min(size) {
            0 => RangePart::None,
            length => RangePart::Some { offset: size - length, length },
        },
        _ => RangePart::Whole,
    }
}

fn number(text: &str) -> Option<u64> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts() {
        let some = |offset, length| RangePart::Some { offset, length };
        let cases = [
            ("", 10, RangePart::Whole),
            ("bytes=0-", 10, some(0, 10)),
            ("bytes=0-0", 10, some(0, 1)),
            ("bytes=3-5", 10, some(3, 3)),
            ("bytes=3-50", 10, some(3, 7)),
            ("bytes=9-", 10, some(9, 1)),
            ("bytes=-4", 10, some(6, 4)),
            ("bytes=-40", 10, some(0, 10)),
            ("bytes=10-", 10, RangePart::None),
            ("bytes=10-20", 10, RangePart::None),
            ("bytes=-0", 10, RangePart::None),
            ("bytes=0-", 0, RangePart::None),
            ("bytes=-1", 0, RangePart::None),
            ("bytes=5-3", 10, RangePart::Whole),
            ("bytes=0-1,4-5", 10, RangePart::Whole),
            ("bytes=a-b", 10, RangePart::Whole),
            ("bytes=20-b", 10, RangePart::Whole),
            ("bytes=-", 10, RangePart::Whole),
            ("bytes", 10, RangePart::Whole),
            ("items=0-1", 10, RangePart::Whole),
            ("bytes=+1-2", 10, RangePart::Whole),
            ("bytes=99999999999999999999-", 10, RangePart::Whole),
            ("bytes=0-18446744073709551615", 10, some(0, 10)),
        ];
        for (range, size, expected) in cases {
            assert_eq!(part_of(range, size), expected, "{range:?} of {size}");
        }
    }

    proptest! {
        #[test]
        fn every_part_lies_within(range in "(bytes=)?[0-9]{0,20}-?[0-9]{0,20}.{0,3}", size in any::<u64>()) {
            if let RangePart::Some { offset, length } = part_of(&range, size) {
                prop_assert!(length > 0);
                prop_assert!(offset.checked_add(length).is_some_and(|end| end <= size));
            }
        }
    }
}
