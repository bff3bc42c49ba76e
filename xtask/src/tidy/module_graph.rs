//! Which module of a crate uses which: the graph that [`super::acyclic`] looks for circles in.
//!
//! A node is a file; a module written inside a file belongs to that file's node, and what stands under `#[cfg(test)]` is
//! left out. An edge is a path in the code that names an item of another file: in a `use`, in a type, in an expression, in
//! the tokens of a macro or in the string of an attribute. A re-export is no edge by itself: who names an item through
//! it uses the file that defines the item. Methods called on a value are not seen, as the type of a value is not known.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use anyhow::{Context, Result, anyhow};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemMod, ItemUse, Meta, UseTree, Visibility};

/// The graph of one crate.
pub struct ModuleGraph {
    pub files: Vec<File>,
    /// From and to, as places in `files`, each with the first path that makes it so.
    pub edges: BTreeMap<(usize, usize), Example>,
}

/// One node.
pub struct File {
    /// Relative to the root of the project.
    pub path: String,
    /// As code names it: `crate`, `crate::pool::lease`.
    pub module: String,
    /// The file that declares this one; the root has none.
    pub parent: Option<usize>,
}

/// A path that uses another file.
pub struct Example {
    /// Counts from 1.
    pub line: usize,
    pub path: String,
}

impl ModuleGraph {
    /// Reads a crate from the file of its root on; `text_of` answers what a file holds, if there is one.
    ///
    /// # Errors
    ///
    /// A declared module has no file, or a file is no Rust.
    pub fn read<'a>(root: &str, text_of: &dyn Fn(&str) -> Option<&'a str>) -> Result<Self> {
        let mut reader =
            Reader { text_of, files: Vec::new(), modules: Vec::new(), mentions: Vec::new(), at: 0, failure: None };
        reader.read_file(root, folder_of(root), "crate", None)?;
        Ok(reader.finish())
    }
}

impl fmt::Display for ModuleGraph {
    /// One line for each file that uses others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |file: usize| self.files.get(file).map_or("", |file| file.module.as_str());
        for from in 0..self.files.len() {
            let used: Vec<&str> = self.edges.keys().filter(|edge| edge.0 == from).map(|edge| name(edge.1)).collect();
            if !used.is_empty() {
                writeln!(f, "{} -> {}", name(from), used.join(", "))?;
            }
        }
        Ok(())
    }
}

/// What a name can stand for.
#[derive(Clone, Copy)]
enum Target {
    Module(usize),
    /// Something that this module defines.
    ItemOf(usize),
    /// Something of another crate, or a name that only the compiler knows.
    Elsewhere,
}

#[derive(Default)]
struct Module {
    parent: Option<usize>,
    file: usize,
    /// The names as code outside calls it.
    name: String,
    /// Where the files of its modules lie.
    folder: String,
    items: HashSet<String>,
    children: HashMap<String, usize>,
    /// Names brought in by `use`, each with its whole path.
    imports: HashMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
}

/// A path as it stands in the code.
struct Mention {
    module: usize,
    path: Vec<String>,
    line: usize,
    /// Whether naming a module means to use it: by `*`, or in the string of an attribute.
    whole_module: bool,
}

struct Reader<'a, 't> {
    text_of: &'a dyn Fn(&str) -> Option<&'t str>,
    files: Vec<File>,
    modules: Vec<Module>,
    mentions: Vec<Mention>,
    /// The module that is being read.
    at: usize,
    failure: Option<anyhow::Error>,
}

impl Reader<'_, '_> {
    fn read_file(&mut self, path: &str, folder: &str, name: &str, parent: Option<usize>) -> Result<usize> {
        let text = (self.text_of)(path).with_context(|| format!("{path} is not there"))?;
        let syntax = syn::parse_file(text)
            .map_err(|error| anyhow!("{path}:{}: this is not Rust ({error})", error.span().start().line))?;
        let file = self.files.len();
        let parent_file = parent.and_then(|parent| self.modules.get(parent)).map(|module| module.file);
        self.files.push(File { path: path.to_owned(), module: name.to_owned(), parent: parent_file });
        let module = self.add_module(Module {
            parent,
            file,
            name: name.to_owned(),
            folder: folder.to_owned(),
            ..Module::default()
        });
        self.inside(module, |reader| reader.visit_file(&syntax));
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(module),
        }
    }

    fn add_module(&mut self, module: Module) -> usize {
        self.modules.push(module);
        self.modules.len() - 1
    }

    fn inside(&mut self, module: usize, read: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.at, module);
        read(self);
        self.at = outer;
    }

    fn read_module(&mut self, item: &ItemMod) -> Result<()> {
        let name = item.ident.to_string();
        let at = self.at;
        let Some(outer) = self.modules.get(at) else {
            return Ok(());
        };
        let full_name = format!("{}::{name}", outer.name);
        let folder = format!("{}/{name}", outer.folder);
        let child = if let Some((_, items)) = &item.content {
            let file = outer.file;
            let child =
                self.add_module(Module { parent: Some(at), file, name: full_name, folder, ..Module::default() });
            self.inside(child, |reader| items.iter().for_each(|item| reader.visit_item(item)));
            child
        } else {
            let beside = format!("{folder}.rs");
            let path = if (self.text_of)(&beside).is_some() { beside } else { format!("{folder}/mod.rs") };
            self.read_file(&path, &folder, &full_name, Some(at))?
        };
        if let Some(outer) = self.modules.get_mut(at) {
            outer.children.insert(name, child);
        }
        Ok(())
    }

    fn read_use(&mut self, item: &ItemUse) {
        if item.leading_colon.is_some() {
            return;
        }
        let mut leaves = Vec::new();
        collect_leaves(&item.tree, &mut Vec::new(), &mut leaves);
        let is_private = matches!(item.vis, Visibility::Inherited);
        for Leaf { path, name, line } in leaves {
            let Some(module) = self.modules.get_mut(self.at) else {
                continue;
            };
            match &name {
                Some(name) if name != "_" => drop(module.imports.insert(name.clone(), path.clone())),
                Some(_) => {}
                None => module.globs.push(path.clone()),
            }
            if is_private {
                self.mentions.push(Mention { module: self.at, path, line, whole_module: name.is_none() });
            }
        }
    }

    fn add_item(&mut self, name: &str) {
        if let Some(module) = self.modules.get_mut(self.at) {
            module.items.insert(name.to_owned());
        }
    }

    fn mention(&mut self, path: Vec<String>, span: Span, whole_module: bool) {
        self.mentions.push(Mention { module: self.at, path, line: span.start().line, whole_module });
    }

    /// Finds the paths among tokens, of which nobody knows what they mean.
    fn read_tokens(&mut self, tokens: TokenStream, is_attribute: bool) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut index = 0;
        while let Some(tree) = trees.get(index) {
            index += 1;
            match tree {
                TokenTree::Group(group) => self.read_tokens(group.stream(), is_attribute),
                TokenTree::Ident(word) => {
                    let mut path = vec![word.to_string()];
                    let first = index - 1;
                    while let Some([TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(next)]) =
                        trees.get(index..index + 3)
                        && a.as_char() == ':'
                        && b.as_char() == ':'
                    {
                        path.push(next.to_string());
                        index += 3;
                    }
                    // After a dot it is a field or a method, after `::` it belongs to a type; after `:` stands a type.
                    let belongs_to_another = match first.checked_sub(1).and_then(|before| trees.get(before)) {
                        Some(TokenTree::Punct(mark)) => match mark.as_char() {
                            '.' | '\'' => true,
                            ':' => is_double_colon(&trees, first),
                            _ => false,
                        },
                        _ => false,
                    };
                    if !belongs_to_another {
                        self.mention(path, word.span(), false);
                    }
                }
                TokenTree::Literal(literal) if is_attribute => {
                    let text = literal.to_string();
                    let path = text.trim_matches('"');
                    let is_path = path.contains("::") && path.chars().all(|c| c.is_alphanumeric() || "_:".contains(c));
                    if is_path {
                        self.mention(path.split("::").map(str::to_owned).collect(), literal.span(), true);
                    }
                }
                TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    fn finish(self) -> ModuleGraph {
        let names = Names { modules: &self.modules };
        let mut edges = BTreeMap::new();
        for mention in &self.mentions {
            let used = match names.resolve(mention.module, &mention.path, &mut Vec::new()) {
                Target::ItemOf(module) => module,
                Target::Module(module) if mention.whole_module => module,
                Target::Module(_) | Target::Elsewhere => continue,
            };
            let file_of = |module: usize| self.modules.get(module).map(|module| module.file);
            if let (Some(from), Some(to)) = (file_of(mention.module), file_of(used))
                && from != to
            {
                let path = mention.path.join("::");
                edges.entry((from, to)).or_insert(Example { line: mention.line, path });
            }
        }
        ModuleGraph { files: self.files, edges }
    }
}

impl<'ast> Visit<'ast> for Reader<'_, '_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (name, attributes) = name_and_attributes(item);
        if attributes.iter().any(is_test) {
            return;
        }
        if let Some(name) = name {
            self.add_item(&name);
        }
        match item {
            Item::Mod(module) => {
                for attribute in attributes {
                    self.visit_attribute(attribute);
                }
                if let Err(failure) = self.read_module(module) {
                    self.failure.get_or_insert(failure);
                }
            }
            Item::Use(item) => self.read_use(item),
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let is_for_tests = matches!(item, ImplItem::Fn(function) if function.attrs.iter().any(is_test));
        if !is_for_tests {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none()
            && let Some(first) = path.segments.first()
        {
            let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.mention(names, first.ident.span(), false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.read_tokens(call.tokens.clone(), false);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.visit_path(attribute.path());
        if let Meta::List(list) = &attribute.meta {
            self.read_tokens(list.tokens.clone(), true);
        }
    }
}

/// What the names in a crate mean, as far as its own modules say.
struct Names<'a> {
    modules: &'a [Module],
}

impl Names<'_> {
    /// What a path means in a module; `open` holds the names that are being looked up, as imports can go in a circle.
    fn resolve(&self, from: usize, path: &[String], open: &mut Vec<(usize, String)>) -> Target {
        let Some((first, mut rest)) = path.split_first() else {
            return Target::Elsewhere;
        };
        let mut target = match first.as_str() {
            "crate" => Target::Module(0),
            "self" => Target::Module(from),
            "super" => self.parent(from),
            name => self.look_up(from, name, !rest.is_empty(), open),
        };
        while let (Target::Module(module), Some((name, after))) = (target, rest.split_first()) {
            target = match name.as_str() {
                "self" => target,
                "super" => self.parent(module),
                // What a macro has made, or what comes from another crate, belongs to the module that it is named by.
                _ => match self.look_up(module, name, !after.is_empty(), open) {
                    Target::Elsewhere => Target::ItemOf(module),
                    found => found,
                },
            };
            rest = after;
        }
        target
    }

    fn parent(&self, module: usize) -> Target {
        self.modules.get(module).and_then(|module| module.parent).map_or(Target::Elsewhere, Target::Module)
    }

    fn look_up(&self, at: usize, name: &str, as_module: bool, open: &mut Vec<(usize, String)>) -> Target {
        let key = (at, name.to_owned());
        let Some(module) = self.modules.get(at).filter(|_| !open.contains(&key)) else {
            return Target::Elsewhere;
        };
        let child = module.children.get(name).map(|child| Target::Module(*child));
        let item = module.items.contains(name).then_some(Target::ItemOf(at));
        open.push(key);
        let import = || module.imports.get(name).map(|path| (path, self.resolve(at, path, &mut open.clone())));
        let found = if as_module { child.or(item) } else { item }
            .or_else(|| import().map(|(_, target)| target))
            .or(child)
            .or_else(|| {
                module.globs.iter().find_map(|path| {
                    let Target::Module(source) = self.resolve(at, path, &mut open.clone()) else {
                        return None;
                    };
                    match self.look_up(source, name, as_module, &mut open.clone()) {
                        Target::Elsewhere => None,
                        found => Some(found),
                    }
                })
            });
        open.pop();
        found.unwrap_or(Target::Elsewhere)
    }
}

struct Leaf {
    path: Vec<String>,
    /// None for `*`.
    name: Option<String>,
    line: usize,
}

fn collect_leaves(tree: &UseTree, before: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
    let mut add = |last: &syn::Ident, name: String| {
        let mut path = before.clone();
        let last_name = last.to_string();
        // `a::{self}` is `a` under its own name.
        let name = if last_name == "self" && name == "self" { before.last().cloned() } else { Some(name) };
        if last_name != "self" || path.is_empty() {
            path.push(last_name);
        }
        leaves.push(Leaf { path, name: Some(name.unwrap_or_default()), line: last.span().start().line });
    };
    match tree {
        UseTree::Name(name) => add(&name.ident, name.ident.to_string()),
        UseTree::Rename(rename) => add(&rename.ident, rename.rename.to_string()),
        UseTree::Glob(glob) => {
            let line = glob.star_token.spans[0].start().line;
            leaves.push(Leaf { path: before.clone(), name: None, line });
        }
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            collect_leaves(&path.tree, before, leaves);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|item| collect_leaves(item, before, leaves)),
    }
}

fn name_and_attributes(item: &Item) -> (Option<String>, &[Attribute]) {
    let (name, attributes) = match item {
        Item::Const(item) => (Some(&item.ident), &item.attrs),
        Item::Enum(item) => (Some(&item.ident), &item.attrs),
        Item::ExternCrate(item) => (Some(&item.ident), &item.attrs),
        Item::Fn(item) => (Some(&item.sig.ident), &item.attrs),
        Item::ForeignMod(item) => (None, &item.attrs),
        Item::Impl(item) => (None, &item.attrs),
        Item::Macro(item) => (item.ident.as_ref(), &item.attrs),
        Item::Mod(item) => (None, &item.attrs),
        Item::Static(item) => (Some(&item.ident), &item.attrs),
        Item::Struct(item) => (Some(&item.ident), &item.attrs),
        Item::Trait(item) => (Some(&item.ident), &item.attrs),
        Item::TraitAlias(item) => (Some(&item.ident), &item.attrs),
        Item::Type(item) => (Some(&item.ident), &item.attrs),
        Item::Union(item) => (Some(&item.ident), &item.attrs),
        Item::Use(item) => (None, &item.attrs),
        _ => return (None, &[]),
    };
    (name.map(ToString::to_string), attributes)
}

fn is_test(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else {
        return attribute.path().is_ident("test");
    };
    list.path.is_ident("cfg") && list.tokens.to_string() == "test"
}

fn is_double_colon(trees: &[TokenTree], word: usize) -> bool {
    let before = word.checked_sub(2).and_then(|index| trees.get(index));
    matches!(before, Some(TokenTree::Punct(mark)) if mark.as_char() == ':')
}

/// The folder in which the modules of a crate's root lie.
fn folder_of(root: &str) -> &str {
    root.rsplit_once('/').map_or("", |(folder, _)| folder)
}
