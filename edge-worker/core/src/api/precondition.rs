//! On what a change depends: the version that whoever changes something has seen (RFC 9110, section 13.1).

/// Most versions read of one header.
const MAX_TAGS: usize = 16;

/// What must hold for a change to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    /// `*`.
    Any,
    /// Those named.
    These(Vec<String>),
}

impl Precondition {
    /// Reads the headers `If-Match` and `If-None-Match`; empty ones are none.
    ///
    /// ```
    /// use edge_core::api::Precondition;
    ///
    /// let seen_seven = Precondition::parse("\"7\"", "");
    /// assert!(seen_seven.holds(Some(7)) && !seen_seven.holds(Some(8)) && !seen_seven.holds(None));
    /// let create_only = Precondition::parse("", "*");
    /// assert!(create_only.holds(None) && !create_only.holds(Some(1)));
    /// ```
    pub fn parse(if_match: &str, if_none_match: &str) -> Self {
        Self { if_match: tags(if_match), if_none_match: tags(if_none_match) }
    }

    /// Says whether there is none, so that the last one who writes wins.
    pub const fn is_none(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none()
    }

    /// Says whether it holds for what there is in this version, or is not.
    pub fn holds(&self, version: Option<u32>) -> bool {
        let is_one_of = |tags: &Tags| match (tags, version) {
            (_, None) => false,
            (Tags::Any, Some(_)) => true,
            (Tags::These(tags), Some(version)) => tags.contains(&entity_tag(version)),
        };
        self.if_match.as_ref().is_none_or(is_one_of) && !self.if_none_match.as_ref().is_some_and(is_one_of)
    }
}

/// Writes a version as a strong entity tag.
pub fn entity_tag(version: u32) -> String {
    format!("\"{version}\"")
}

/// A weak tag stays as it is written, and so is none that a version has: what is alike is not the same.
fn tags(header: &str) -> Option<Tags> {
    match header.trim() {
        "" => None,
        "*" => Some(Tags::Any),
        list => Some(Tags::These(list.split(',').take(MAX_TAGS).map(|tag| tag.trim().to_owned()).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(if_match: &str, if_none_match: &str, [new, first, second]: [bool; 3]) {
        let condition = Precondition::parse(if_match, if_none_match);
        let found = [None, Some(1), Some(2)].map(|version| condition.holds(version));
        assert_eq!(found, [new, first, second], "{if_match} {if_none_match}");
        assert_eq!(condition.is_none(), if_match.trim().is_empty() && if_none_match.is_empty());
    }

    #[test]
    fn a_change_is_made_to_what_was_seen_alone() {
        check("", "", [true, true, true]);
        check(" ", "", [true, true, true]);
        check("*", "", [false, true, true]);
        check("\"1\"", "", [false, true, false]);
        check("\"0\", \"2\"", "", [false, false, true]);
        check("W/\"1\"", "", [false, false, false]);
        check("1", "", [false, false, false]);
        check("\"01\"", "", [false, false, false]);
        check("", "*", [true, false, false]);
        check("", "\"1\"", [true, false, true]);
        check("*", "\"1\"", [false, false, true]);
    }
}
