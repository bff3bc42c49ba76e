//! What can be wrong with a list of rules.

use core::fmt;

use serde::Serialize;

/// One thing that is wrong with a list of rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleFinding {
    /// The kind of fault.
    pub code: RuleFault,
    /// Where: `source_rules.spring-flyer.when.name`.
    pub place: String,
    /// What is wrong.
    pub sentence: String,
    /// What to do about it.
    pub repair: String,
}

/// Declares the faults from one table: stable code, and whether the rules work nevertheless.
macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident = $code:literal, $is_error:literal;)*) => {
        /// The kinds of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum RuleFault { $($(#[$doc])* $fault,)* }

        impl RuleFault {
            /// Returns the stable code for machines.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$fault => $code,)* }
            }

            /// Says whether rules with this fault must not be published. Otherwise they work; they may not be what the
            /// owner means.
            pub const fn is_error(self) -> bool {
                match self { $(Self::$fault => $is_error,)* }
            }
        }
    };
}

faults! {
    /// There are too many rules.
    TooManyRules = "too_many_rules", true;
    /// Two rules have one id.
    RuleTwice = "rule_twice", true;
    /// A text is empty.
    EmptyText = "empty_text", true;
    /// A text is too long.
    TextTooLong = "text_too_long", true;
    /// No address can have a parameter of this name.
    BadParameterName = "bad_parameter_name", true;
    /// It is no host, or none is given where one must be.
    BadHost = "bad_host", true;
    /// It is no path as browsers write it.
    BadPath = "bad_path", true;
    /// Two fields say the same thing in different ways.
    SaidTwice = "said_twice", true;
    /// The condition asks for nothing.
    MatchesEverything = "matches_everything", true;
    /// The site has no such target.
    NoSuchTarget = "no_such_target", true;
    /// A target is listed twice.
    TargetTwice = "target_twice", true;
    /// The number is none of the site's source numbers.
    NoSuchSourceNumber = "no_such_source_number", true;
    /// The site has no such pool.
    NoSuchPool = "no_such_pool", true;
    /// The site has no page at this host.
    HostElsewhere = "host_elsewhere", true;
    /// The referrer is one of the site's own pages.
    OwnReferrer = "own_referrer", true;
    /// Earlier rules take every visitor.
    UnreachableRule = "unreachable_rule", true;
    /// Another rule matches some of the same visitors.
    OverlappingRule = "overlapping_rule", false;
    /// Browsers rarely tell the path of the page before.
    ReferrerPath = "referrer_path", false;
}

impl fmt::Display for RuleFinding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.sentence, self.repair)
    }
}
