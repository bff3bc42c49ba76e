//! The letters on the keys of a telephone.

/// The key of each letter from A to Z (ITU-T E.161).
const KEYS: &[u8; 26] = b"22233344455566677778889999";

/// Returns the digit that a letter of either case stands for, as an ASCII byte.
pub(super) fn keypad(letter: char) -> Option<u8> {
    let place = u32::from(letter.to_ascii_uppercase()).checked_sub(u32::from('A'))?;
    KEYS.get(usize::try_from(place).ok()?).copied()
}

/// Returns the letters on the key of a digit, an ASCII byte.
pub(super) fn letters_on(digit: u8) -> &'static str {
    match digit {
        b'2' => "abc",
        b'3' => "def",
        b'4' => "ghi",
        b'5' => "jkl",
        b'6' => "mno",
        b'7' => "pqrs",
        b'8' => "tuv",
        b'9' => "wxyz",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_keys() {
        let word: Vec<u8> = "FlowersQZ".chars().filter_map(keypad).collect();
        assert_eq!(word, b"356937779");
        for digit in b'0'..=b'9' {
            assert!(letters_on(digit).chars().all(|letter| keypad(letter) == Some(digit)));
        }
        assert_eq!((b'0'..=b'9').map(letters_on).map(str::len).sum::<usize>(), KEYS.len());
        for other in "0 @[`{\u{e9}\u{ff26}".chars() {
            assert_eq!(keypad(other), None, "{other:?}");
        }
    }
}
