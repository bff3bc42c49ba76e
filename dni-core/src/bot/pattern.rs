//! The little of regular expressions that the patterns need.

/// Most steps of one search. The longest honest search takes about a tenth of it; whoever makes a longer one is let pass.
const MAX_STEPS: u32 = 200_000;

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum PatternPiece {
    /// This text.
    Text(&'static str),
    /// A byte out of a set, so many times: bits of the ASCII bytes, whether all others are in it too, fewest and most times.
    Set(u128, bool, u8, u8),
    /// One of several sequences, so many times.
    Group(&'static [&'static [PatternPiece]], u8, u8),
    /// None of these texts follows.
    NotBefore(&'static [&'static str]),
    /// None of these texts stands before.
    NotAfter(&'static [&'static str]),
    /// The start.
    Start,
    /// The end.
    End,
    /// The edge of a word.
    Edge,
}

/// What "as often as you like" is written as.
const FOREVER: u8 = u8::MAX;

/// A search through one text, in lower case.
pub(super) struct Search<'a> {
    text: &'a [u8],
    steps: u32,
}

impl<'a> Search<'a> {
    /// Begins a search.
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, steps: 0 }
    }

    /// Says whether the pattern is found anywhere.
    pub(super) fn finds(&mut self, pattern: &[PatternPiece]) -> bool {
        let places = if matches!(pattern.first(), Some(PatternPiece::Start)) { 0 } else { self.text.len() };
        (0..=places).any(|at| self.matches(pattern, at, &mut |_, _| true))
    }

    /// Matches the pieces from `at`, and then whatever `next` wants from the place behind them.
    fn matches(&mut self, pieces: &[PatternPiece], at: usize, next: &mut Next<'_>) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return false;
        }
        let Some((piece, rest)) = pieces.split_first() else { return next(self, at) };
        match piece {
            PatternPiece::Text(text) => self.is_at(text, at) && self.matches(rest, at + text.len(), next),
            PatternPiece::Set(bits, others, min, max) => {
                let run = self.run(*bits, *others, *max, at);
                (usize::from(*min)..=run).rev().any(|len| self.matches(rest, at + len, next))
            }
            PatternPiece::Group(alternatives, min, max) => self.group(alternatives, (*min, *max), rest, at, next),
            PatternPiece::NotBefore(texts) => {
                !texts.iter().any(|text| self.is_at(text, at)) && self.matches(rest, at, next)
            }
            PatternPiece::NotAfter(texts) => {
                !texts.iter().any(|text| at.checked_sub(text.len()).is_some_and(|start| self.is_at(text, start)))
                    && self.matches(rest, at, next)
            }
            PatternPiece::Start => at == 0 && self.matches(rest, at, next),
            PatternPiece::End => at == self.text.len() && self.matches(rest, at, next),
            PatternPiece::Edge => self.is_edge(at) && self.matches(rest, at, next),
        }
    }

    fn group(
        &mut self,
        alternatives: &[&[PatternPiece]],
        (min, max): (u8, u8),
        rest: &[PatternPiece],
        at: usize,
        next: &mut Next<'_>,
    ) -> bool {
        let fewer = (min.saturating_sub(1), if max == FOREVER { FOREVER } else { max.saturating_sub(1) });
        let once_more = max > 0
            && alternatives.iter().any(|pieces| {
                self.matches(pieces, at, &mut |search, end| {
                    // Once more of nothing leads nowhere.
                    (end > at || min > 0) && search.group(alternatives, fewer, rest, end, next)
                })
            });
        once_more || (min == 0 && self.matches(rest, at, next))
    }

    fn run(&self, bits: u128, others: bool, max: u8, at: usize) -> usize {
        let has = |byte: &u8| if byte.is_ascii() { bits >> byte & 1 == 1 } else { others };
        let most = if max == FOREVER { usize::MAX } else { usize::from(max) };
        self.text.iter().skip(at).take(most).take_while(|byte| has(byte)).count()
    }

    fn is_at(&self, text: &str, at: usize) -> bool {
        self.text.get(at..at + text.len()) == Some(text.as_bytes())
    }

    fn is_edge(&self, at: usize) -> bool {
        let is_word = |at: usize| self.text.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        at.checked_sub(1).is_some_and(is_word) != is_word(at)
    }
}

/// What is to follow behind a match.
type Next<'n> = dyn FnMut(&mut Search<'_>, usize) -> bool + 'n;

#[cfg(test)]
mod tests {
    use super::PatternPiece::{Edge, End, Group, NotAfter, NotBefore, Set, Start, Text};
    use super::*;

    const DIGITS: u128 = 0x3ff << 48;

    #[test]
    fn pieces() {
        // `ab`, `^ab`, `ab$`, `\bab\b`
        check(&[Text("ab")], &["ab", "xabx"], &["", "a", "ba"]);
        check(&[Start, Text("ab")], &["ab", "abx"], &["xab"]);
        check(&[Text("ab"), End], &["ab", "xab"], &["abx"]);
        check(&[Edge, Text("ab"), Edge], &["ab", "x ab", "ab-x"], &["xab", "abx", "ab_", "1ab"]);
        // `a(?!b|cd)`, `(?<!b|cd)a`
        check(&[Text("a"), NotBefore(&["b", "cd"])], &["a", "ac", "aba"], &["ab", "acd"]);
        check(&[NotAfter(&["b", "cd"]), Text("a")], &["a", "da", "baa"], &["ba", "cda"]);
        // `^\d+$`, `x\d{2,3}y`, `[^0-9]`
        check(&[Start, Set(DIGITS, false, 1, 255), End], &["0", "0123456789"], &["", "a", "1a"]);
        check(&[Text("x"), Set(DIGITS, false, 2, 3), Text("y")], &["x12y", "x123y"], &["x1y", "x1234y"]);
        check(&[Set(!DIGITS, true, 1, 1)], &["a", "1ä"], &["", "12"]);
        // Gives back what it took too much of: `\d+1`
        check(&[Set(DIGITS, false, 1, 255), Text("1")], &["11", "0121"], &["1", "23"]);
        // `^(?:a|bc)*$`, `^(?:a|bc)?d`, `^(?:a|)+b`
        check(&[Start, Group(&[&[Text("a")], &[Text("bc")]], 0, 255), End], &["", "a", "abca"], &["b", "abd"]);
        check(&[Start, Group(&[&[Text("a")], &[Text("bc")]], 0, 1), Text("d")], &["d", "ad", "bcd"], &["aad", "bd"]);
        check(&[Start, Group(&[&[Text("a")], &[]], 1, 255), Text("b")], &["b", "ab", "aaab"], &["ac"]);
    }

    fn check(pattern: &[PatternPiece], found: &[&str], not_found: &[&str]) {
        for (texts, expected) in [(found, true), (not_found, false)] {
            for text in texts {
                assert_eq!(Search::new(text.as_bytes()).finds(pattern), expected, "{pattern:?} in {text:?}");
            }
        }
    }

    #[test]
    fn a_search_without_end_is_given_up() {
        let twice = &[Set(DIGITS, false, 1, 255), Set(DIGITS, false, 1, 255), Set(DIGITS, false, 1, 255), Text("x")];
        let text = [b'1'; 1000];
        let mut search = Search::new(&text);
        assert!(!search.finds(twice));
        assert!(search.steps > MAX_STEPS, "the limit is what ended it");
    }
}
