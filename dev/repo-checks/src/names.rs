//! What a source file names: its modules, its imports and every path, without what is compiled for tests alone.

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// `use`: `alias` stands for `path` in this file.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    pub(crate) alias: String,
    /// `use path::*`
    pub(crate) glob: bool,
    /// Hands on to others what it names, and is no need of its own.
    pub(crate) exported: bool,
    pub(crate) line: usize,
}

/// What one file says.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// `mod name;`: a file of its own, and its `#[path]` if it has one.
    pub(crate) modules: Vec<(String, Option<String>)>,
    pub(crate) imports: Vec<Import>,
    pub(crate) paths: Vec<(Vec<String>, usize)>,
    /// Items that the file defines itself.
    pub(crate) items: HashSet<String>,
    /// Public ones, with their lines.
    pub(crate) public: Vec<(String, usize)>,
    /// `pub mod`
    pub(crate) open_modules: HashSet<String>,
}

impl Names {
    pub(crate) fn of(file: &syn::File) -> Self {
        let mut names = Self::default();
        names.visit_file(file);
        names
    }

    fn import(&mut self, tree: &syn::UseTree, before: &[String], exported: bool) {
        let mut add = |name: String, alias: String, glob: bool, line: usize| {
            let mut path = before.to_vec();
            if !glob && name != "self" {
                path.push(name);
            }
            self.imports.push(Import {
                path,
                alias,
                glob,
                exported,
                line,
            });
        };
        match tree {
            syn::UseTree::Path(path) => {
                let mut longer = before.to_vec();
                longer.push(path.ident.to_string());
                self.import(&path.tree, &longer, exported);
            }
            syn::UseTree::Name(name) if name.ident == "self" => {
                let alias = before.last().cloned().unwrap_or_default();
                add("self".into(), alias, false, line_of(&name.ident));
            }
            syn::UseTree::Name(name) => {
                add(
                    name.ident.to_string(),
                    name.ident.to_string(),
                    false,
                    line_of(&name.ident),
                );
            }
            syn::UseTree::Rename(to) => {
                add(
                    to.ident.to_string(),
                    to.rename.to_string(),
                    false,
                    line_of(&to.ident),
                );
            }
            syn::UseTree::Glob(glob) => {
                let line = glob.star_token.spans[0].start().line;
                add(String::new(), String::new(), true, line);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, exported);
                }
            }
        }
    }

    /// Paths inside a macro's words, which are not parsed: `a::b` as it stands there.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut line, mut colons) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.path(std::mem::take(&mut path), line);
                        line = line_of(&ident);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                }
                other => {
                    self.path(std::mem::take(&mut path), line);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.path(path, line);
    }

    fn path(&mut self, path: Vec<String>, line: usize) {
        if !path.is_empty() {
            self.paths.push((path, line));
        }
    }

    fn define(&mut self, name: &syn::Ident, visibility: &syn::Visibility) {
        self.items.insert(name.to_string());
        if matches!(visibility, syn::Visibility::Public(_)) {
            self.public.push((name.to_string(), line_of(name)));
        }
    }
}

fn line_of(ident: &syn::Ident) -> usize {
    ident.span().start().line
}

/// Whether an item is there for tests alone.
fn for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && identifiers(
                    &attribute
                        .meta
                        .require_list()
                        .map(|list| list.tokens.clone())
                        .unwrap_or_default(),
                )
                .contains("test")
    })
}

/// What `#[path = "…"]` says.
fn path_of(attributes: &[syn::Attribute]) -> Option<String> {
    attributes
        .iter()
        .find_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(path),
                    ..
                }) => Some(path.value()),
                _ => None,
            },
            _ => None,
        })
}

/// Every identifier in `tokens`, however deep.
#[must_use]
pub fn identifiers(tokens: &TokenStream) -> HashSet<String> {
    let mut found = HashSet::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => drop(found.insert(ident.to_string())),
            TokenTree::Group(group) => found.extend(identifiers(&group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if for_tests(attributes(item)) {
            return;
        }
        match item {
            syn::Item::Const(item) => self.define(&item.ident, &item.vis),
            syn::Item::Enum(item) => self.define(&item.ident, &item.vis),
            syn::Item::Fn(item) => self.define(&item.sig.ident, &item.vis),
            syn::Item::Static(item) => self.define(&item.ident, &item.vis),
            syn::Item::Struct(item) => self.define(&item.ident, &item.vis),
            syn::Item::Trait(item) => self.define(&item.ident, &item.vis),
            syn::Item::Type(item) => self.define(&item.ident, &item.vis),
            syn::Item::Mod(item) if item.content.is_none() => {
                if matches!(item.vis, syn::Visibility::Public(_)) {
                    self.open_modules.insert(item.ident.to_string());
                }
                self.modules
                    .push((item.ident.to_string(), path_of(&item.attrs)));
            }
            syn::Item::Use(item) => {
                let exported = !matches!(item.vis, syn::Visibility::Inherited);
                if item.leading_colon.is_none() {
                    self.import(&item.tree, &[], exported);
                }
                return;
            }
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if for_tests(&function.attrs) {
            return;
        }
        if matches!(function.vis, syn::Visibility::Public(_)) {
            let name = &function.sig.ident;
            self.public.push((name.to_string(), line_of(name)));
        }
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let names = path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string());
            self.paths
                .push((names.collect(), line_of(&path.segments[0].ident)));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    // Neither who may see an item nor what a derive is told is a need of this file.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}
