//! One crate's files as modules: from its root along every `mod name;`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::circles::Arrow;
use crate::files::{read, relative, root};
use crate::names::Names;

/// A source file that is a module.
#[derive(Debug)]
pub struct Module {
    /// Its file, from the top of the repository.
    pub file: String,
    /// Its place in the crate; the root's is empty.
    pub place: Vec<String>,
    pub(crate) names: Names,
    /// Whether every module above it is `pub`.
    open: bool,
}

impl Module {
    /// The paths and imports of this file as they are written, each with its line.
    pub fn written(&self) -> impl Iterator<Item = (String, usize)> + '_ {
        let paths = self.names.paths.iter().map(|(path, line)| (path, *line));
        let imports = self
            .names
            .imports
            .iter()
            .map(|import| (&import.path, import.line));
        paths
            .chain(imports)
            .map(|(path, line)| (path.join("::"), line))
    }

    /// Public items (and methods) that another crate could name, with their lines.
    #[must_use]
    pub fn public(&self) -> &[(String, usize)] {
        if self.open { &self.names.public } else { &[] }
    }

    /// The top-level room of the crate that this file stands in; the crate's own root has none.
    #[must_use]
    pub fn room(&self) -> &str {
        self.place.first().map_or("", String::as_str)
    }
}

/// A crate: everything that its root leads to, without what is compiled for tests alone.
#[derive(Debug)]
pub struct Crate {
    /// Its files, the root first.
    pub modules: Vec<Module>,
    pub(crate) places: HashMap<Vec<String>, usize>,
}

impl Crate {
    /// Reads the crate whose root file is `root_file`, from the top of the repository.
    ///
    /// # Panics
    /// If a file is missing or is no Rust.
    #[must_use]
    pub fn read(root_file: &str) -> Self {
        let mut read = Self {
            modules: Vec::new(),
            places: HashMap::new(),
        };
        let path = root().join(root_file);
        let directory = path.parent().expect("a file").to_owned();
        read.add(&path, &directory, &[], true);
        read
    }

    fn add(&mut self, file: &Path, directory: &Path, place: &[String], open: bool) {
        let text = read(file);
        let parsed =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let names = Names::of(&parsed);
        let modules = names.modules.clone();
        let public = names.open_modules.clone();
        self.places.insert(place.to_vec(), self.modules.len());
        let module = Module {
            file: relative(file),
            place: place.to_vec(),
            names,
            open,
        };
        self.modules.push(module);
        for (name, elsewhere) in modules {
            let place = [place, std::slice::from_ref(&name)].concat();
            let open = open && public.contains(&name);
            match elsewhere {
                None => self.add(
                    &file_of(directory, &name),
                    &directory.join(&name),
                    &place,
                    open,
                ),
                // Beside the file that says so, and its own modules beside it.
                Some(path) => {
                    let path = file.parent().expect("a file").join(path);
                    self.add(&path, path.parent().expect("a file"), &place, open);
                }
            }
        }
    }

    /// Every import of one file by another, each pair once.
    #[must_use]
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows: Vec<Arrow> = Vec::new();
        for (from, module) in self.modules.iter().enumerate() {
            for (to, line, name) in self.needs(from) {
                let known = |arrow: &&mut Arrow| {
                    arrow.from == module.file && arrow.to == self.modules[to].file
                };
                match arrows.iter_mut().find(known) {
                    Some(arrow) if arrow.line <= line => {}
                    Some(arrow) => (arrow.line, arrow.name) = (line, name),
                    None => arrows.push(Arrow {
                        from: module.file.clone(),
                        to: self.modules[to].file.clone(),
                        rooms: (module.room().to_owned(), self.modules[to].room().to_owned()),
                        line,
                        name,
                    }),
                }
            }
        }
        arrows
    }
}

fn file_of(directory: &Path, name: &str) -> PathBuf {
    let flat = directory.join(format!("{name}.rs"));
    if flat.exists() {
        flat
    } else {
        directory.join(name).join("mod.rs")
    }
}
