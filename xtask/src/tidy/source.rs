//! Source files as the rules see them.

use std::str::FromStr;

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A file whose lines are enough to judge it.
pub struct TextFile {
    /// Relative to the root, with `/` between folders.
    pub path: String,
    pub text: String,
}

impl TextFile {
    /// A file with its text.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The lines with their numbers, counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The lines that hold more than a JavaScript comment.
    pub fn script_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_, line)| {
            let line = line.trim_start();
            !["//", "/*", "*"].iter().any(|comment| line.starts_with(comment))
        })
    }
}

/// A Rust file, split into tokens: comments are gone, strings are one token.
pub struct RustFile {
    /// Relative to the root, with `/` between folders.
    pub path: String,
    pub text: String,
    pub tokens: Vec<Token>,
}

/// One token in the order of the text; brackets are tokens of their own.
#[derive(Clone)]
pub struct Token {
    pub text: String,
    pub kind: Kind,
    /// Counts from 1.
    pub line: usize,
    /// Whether it stands in an item under `#[cfg(test)]`, or in a file of tests.
    pub in_test: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word,
    Mark,
    Literal,
}

impl RustFile {
    /// Splits a file into tokens.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let stream = TokenStream::from_str(text).map_err(|error| {
            let line = error.span().start().line;
            anyhow!("{path}:{line}: this is not Rust ({error})")
        })?;
        let mut reader = Reader { tokens: Vec::new() };
        reader.read(stream, is_test_file(path));
        Ok(Self { path: path.to_owned(), text: text.to_owned(), tokens: reader.tokens })
    }

    /// The tokens outside tests, each with those that follow it.
    pub fn product(&self) -> impl Iterator<Item = (&Token, &[Token])> {
        self.tokens.iter().enumerate().filter_map(|(index, token)| {
            let rest = self.tokens.get(index + 1..)?;
            (!token.in_test).then_some((token, rest))
        })
    }

    /// Whether the file lies in one of the folders.
    pub fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }
}

impl Token {
    /// What stands between the quotes, if this is a string.
    pub fn string(&self) -> Option<&str> {
        if self.kind != Kind::Literal {
            return None;
        }
        let (_, rest) = self.text.split_once('"')?;
        let (content, _) = rest.rsplit_once('"')?;
        Some(content)
    }

    pub fn is_word(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.contains(&self.text.as_str())
    }
}

/// Whether the tokens begin with these texts.
pub fn begins(tokens: &[Token], texts: &[&str]) -> bool {
    tokens.len() >= texts.len() && tokens.iter().zip(texts).all(|(token, text)| token.text == *text)
}

/// The tokens up to the end of the statement.
pub fn statement(tokens: &[Token]) -> impl Iterator<Item = &Token> {
    tokens.iter().take_while(|token| token.text != ";")
}

/// The tokens of a bracketed group, where the first one opens it.
pub fn group(tokens: &[Token]) -> impl Iterator<Item = &Token> {
    let mut depth = 0_usize;
    tokens.iter().take_while(move |token| {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 0
    })
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("tests/")
}

struct Reader {
    tokens: Vec<Token>,
}

impl Reader {
    fn read(&mut self, stream: TokenStream, in_test: bool) {
        // Under `#[cfg(test)]` until the item ends: at its braces or its semicolon.
        let mut test_item = false;
        let mut mark = String::new();
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        for (index, tree) in trees.iter().enumerate() {
            let in_test = in_test || test_item;
            let line = tree.span().start().line;
            match tree {
                TokenTree::Group(group) => {
                    let (open, close) = brackets(group.delimiter());
                    self.push(open, Kind::Mark, line, in_test);
                    self.read(group.stream(), in_test);
                    self.push(close, Kind::Mark, group.span_close().start().line, in_test);
                    test_item |= is_test_attribute(tree, index.checked_sub(1).and_then(|i| trees.get(i)));
                    test_item &= group.delimiter() != Delimiter::Brace;
                }
                TokenTree::Punct(punct) => {
                    mark.push(punct.as_char());
                    // `::` is one mark; every other sign is one by itself.
                    let joins = punct.spacing() == Spacing::Joint
                        && matches!(
                            (punct.as_char(), trees.get(index + 1)),
                            (':', Some(TokenTree::Punct(next))) if next.as_char() == ':' && mark.len() == 1
                        );
                    if !joins {
                        self.push(&mark, Kind::Mark, line, in_test);
                        mark.clear();
                    }
                    test_item &= punct.as_char() != ';';
                }
                TokenTree::Ident(word) => self.push(&word.to_string(), Kind::Word, line, in_test),
                // To the compiler a doc comment is an attribute with a string; here it is a comment.
                TokenTree::Literal(_) if self.ends_with(&["doc", "="]) => {}
                TokenTree::Literal(literal) => {
                    self.push(&literal.to_string(), Kind::Literal, line, in_test);
                }
            }
        }
    }

    fn ends_with(&self, texts: &[&str]) -> bool {
        let start = self.tokens.len().saturating_sub(texts.len());
        self.tokens.get(start..).is_some_and(|end| begins(end, texts))
    }

    fn push(&mut self, text: &str, kind: Kind, line: usize, in_test: bool) {
        if !text.is_empty() {
            self.tokens.push(Token { text: text.to_owned(), kind, line, in_test });
        }
    }
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// Whether a tree is the bracket of `#[cfg(test)]`.
fn is_test_attribute(tree: &TokenTree, before: Option<&TokenTree>) -> bool {
    let TokenTree::Group(group) = tree else {
        return false;
    };
    let after_hash = matches!(before, Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
    let text: String = group.stream().to_string().chars().filter(|c| !c.is_whitespace()).collect();
    after_hash && group.delimiter() == Delimiter::Bracket && text == "cfg(test)"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_product_from_test() {
        let text = "fn a() { one(); }\n// comment();\n#[cfg(test)]\nuse x;\nfn b() {}\n#[cfg(test)]\nmod tests {\n    fn c() {}\n}\nfn d() {}\n";
        let file = RustFile::parse("x/src/lib.rs", text).unwrap();
        let words: Vec<(&str, usize)> = file
            .product()
            .filter(|(token, _)| token.kind == Kind::Word)
            .map(|(token, _)| (token.text.as_str(), token.line))
            .collect();
        let expected = [
            ("fn", 1),
            ("a", 1),
            ("one", 1),
            ("cfg", 3),
            ("test", 3),
            ("fn", 5),
            ("b", 5),
            ("cfg", 6),
            ("test", 6),
            ("fn", 10),
            ("d", 10),
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn joins_paths_and_opens_strings() {
        let file = RustFile::parse("x/src/lib.rs", "use a::b; const S: &str = r#\"q \"x\"\"#;").unwrap();
        assert!(begins(&file.tokens, &["use", "a", "::", "b", ";", "const", "S", ":", "&"]));
        let string = file.tokens.iter().find_map(Token::string);
        assert_eq!(string, Some(r#"q "x""#));
    }

    #[test]
    fn a_file_of_tests_has_no_product() {
        let file = RustFile::parse("x/tests/a.rs", "fn a() {}").unwrap();
        assert_eq!(file.product().count(), 0);
    }

    #[test]
    fn refuses_what_is_not_rust() {
        let error = RustFile::parse("x/src/lib.rs", "\nfn a() {").err().unwrap();
        assert!(error.to_string().starts_with("x/src/lib.rs:"));
    }
}
