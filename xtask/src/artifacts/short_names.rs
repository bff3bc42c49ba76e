//! Short names for what WebAssembly and its JavaScript call each other.
//!
//! wasm-bindgen names each import with a hash, and no compression shortens a hash: in both files together they weigh a kilobyte.
//! The names matter to nobody but the two files, so they are counted through instead.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// `\0asm` and the version.
const HEADER: usize = 8;
/// The numbers of the sections with names in them.
const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
/// The kind of an imported function; wasm-bindgen imports nothing else.
const FUNCTION: u8 = 0;

/// Renames imports and exports in both files. An export that the JavaScript never reads keeps its name.
///
/// # Errors
///
/// The WebAssembly is not of the form that wasm-bindgen writes.
pub fn shorten(script: &str, wasm: &[u8]) -> Result<(String, Vec<u8>)> {
    let mut names = Names { script: script.to_owned(), given: BTreeMap::new() };
    let mut rest = Reader(wasm.get(HEADER..).context("no WebAssembly")?);
    let mut written = wasm.get(..HEADER).unwrap_or_default().to_vec();
    while !rest.0.is_empty() {
        let id = rest.byte()?;
        let size = rest.number()?;
        let section = rest.bytes(size)?;
        let section = match id {
            IMPORTS => imports(section, &mut names)?,
            EXPORTS => exports(section, &mut names)?,
            _ => section.to_vec(),
        };
        written.push(id);
        write_bytes(&mut written, &section);
    }
    Ok((names.script, written))
}

fn imports(section: &[u8], names: &mut Names) -> Result<Vec<u8>> {
    let mut reader = Reader(section);
    let count = reader.number()?;
    let mut written = Vec::new();
    write_number(&mut written, count);
    for _ in 0..count {
        let module = names.quoted(reader.name()?);
        let field = names.key(reader.name()?);
        write_bytes(&mut written, module.as_bytes());
        write_bytes(&mut written, field.as_bytes());
        let kind = reader.byte()?;
        if kind != FUNCTION {
            bail!("an import that is no function");
        }
        written.push(kind);
        write_number(&mut written, reader.number()?);
    }
    Ok(written)
}

fn exports(section: &[u8], names: &mut Names) -> Result<Vec<u8>> {
    let mut reader = Reader(section);
    let count = reader.number()?;
    let mut written = Vec::new();
    write_number(&mut written, count);
    for _ in 0..count {
        let name = names.member(reader.name()?);
        write_bytes(&mut written, name.as_bytes());
        written.push(reader.byte()?);
        write_number(&mut written, reader.number()?);
    }
    Ok(written)
}

/// The JavaScript, and the names given so far.
struct Names {
    script: String,
    given: BTreeMap<String, String>,
}

impl Names {
    /// Renames a module, which stands in quotes.
    fn quoted(&mut self, old: &str) -> String {
        self.give(old, |script, new| script.replace(&format!("\"{old}\""), &format!("\"{new}\"")))
    }

    /// Renames an import, which is the key of a function.
    fn key(&mut self, old: &str) -> String {
        self.give(old, |script, new| script.replace(&format!(" {old}: "), &format!(" {new}: ")))
    }

    /// Renames an export, which is read as a member of `wasm`.
    fn member(&mut self, old: &str) -> String {
        self.give(old, |script, new| replace_member(script, old, new))
    }

    fn give(&mut self, old: &str, rename: impl FnOnce(&str, &str) -> String) -> String {
        if let Some(new) = self.given.get(old) {
            return new.clone();
        }
        let new = format!("_{:x}", self.given.len());
        let renamed = rename(&self.script, &new);
        if renamed == self.script {
            return old.to_owned();
        }
        self.script = renamed;
        self.given.insert(old.to_owned(), new.clone());
        new
    }
}

/// Replaces `wasm.old` where the name ends there.
fn replace_member(script: &str, old: &str, new: &str) -> String {
    let member = format!("wasm.{old}");
    let mut parts = script.split(&member);
    let mut renamed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let goes_on = part.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_' || next == '$');
        renamed.push_str("wasm.");
        renamed.push_str(if goes_on { old } else { new });
        renamed.push_str(part);
    }
    renamed
}

/// Reads WebAssembly's binary form.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        Ok(self.bytes(1)?.first().copied().unwrap_or_default())
    }

    /// Reads a number in LEB128.
    fn number(&mut self) -> Result<u32> {
        let mut number = 0;
        for shift in (0..u32::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        bail!("a number in WebAssembly is too long")
    }

    fn bytes(&mut self, count: u32) -> Result<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(count)?).context("the WebAssembly breaks off")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn name(&mut self) -> Result<&'a str> {
        let length = self.number()?;
        Ok(std::str::from_utf8(self.bytes(length)?)?)
    }
}

fn write_bytes(written: &mut Vec<u8>, bytes: &[u8]) {
    write_number(written, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    written.extend_from_slice(bytes);
}

fn write_number(written: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        written.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    written.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "wasm.run(); wasm.run_all(wasm.memory);\nconst import0 = {\n    __wbg_now_4a: function() {},\n};\n\
                          return { \"./a_bg.js\": import0, };";

    fn module(section: &[u8]) -> Vec<u8> {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend_from_slice(section);
        wasm
    }

    #[test]
    fn renames_in_both_files() {
        let mut sections = vec![IMPORTS, 26, 1, 9];
        sections.extend_from_slice(b"./a_bg.js\x0c__wbg_now_4a\0\x05");
        sections.extend_from_slice(&[EXPORTS, 16, 2, 3]);
        sections.extend_from_slice(b"run\0\x01\x06unread\0\x02");
        let (script, wasm) = shorten(SCRIPT, &module(&sections)).unwrap();
        assert!(script.contains(" _1: function"), "{script}");
        assert!(script.contains("\"_0\": import0"), "{script}");
        assert!(script.contains("wasm._2(); wasm.run_all(wasm.memory);"), "{script}");
        let mut expected = vec![IMPORTS, 9, 1, 2];
        expected.extend_from_slice(b"_0\x02_1\0\x05");
        expected.extend_from_slice(&[EXPORTS, 15, 2, 2]);
        expected.extend_from_slice(b"_2\0\x01\x06unread\0\x02");
        assert_eq!(wasm, module(&expected));
    }

    #[test]
    fn leaves_other_sections_alone() {
        let wasm = module(&[1, 3, 7, 8, 9, 0, 2, 4, 4]);
        assert_eq!(shorten(SCRIPT, &wasm).unwrap(), (SCRIPT.to_owned(), wasm));
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        for wasm in [&b"\0as"[..], &module(&[2, 9, 1]), &module(&[2, 5, 1, 1, b'a', 1, b'b'])] {
            assert!(shorten(SCRIPT, wasm).is_err(), "{wasm:?}");
        }
        let memory = module(&[2, 8, 1, 1, b'a', 1, b'b', 2, 0, 1]);
        assert!(shorten(SCRIPT, &memory).is_err());
    }

    #[test]
    fn numbers_survive() {
        for number in [0, 1, 127, 128, 300, u32::MAX] {
            let mut bytes = Vec::new();
            write_number(&mut bytes, number);
            assert_eq!(Reader(&bytes).number().unwrap(), number);
        }
    }
}
