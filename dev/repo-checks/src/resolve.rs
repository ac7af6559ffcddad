//! Which file a path leads to. A name that a module only hands on (`pub use`) leads to the file that has it.

use crate::crates::Crate;

/// Imports of imports end here; real ones are two or three deep.
const IMPORTS_MAX: usize = 8;

impl Crate {
    /// What the file `from` needs of others: the other file, the line, and the path as it is written.
    pub(crate) fn needs(&self, from: usize) -> Vec<(usize, usize, String)> {
        let names = &self.modules[from].names;
        let imports = names.imports.iter().filter(|import| !import.exported);
        let imports = imports.map(|import| (&import.path, import.line, import.glob));
        let paths = names.paths.iter().map(|(path, line)| (path, *line, false));
        imports
            .chain(paths)
            .filter_map(|(path, line, glob)| {
                let (to, item) = self.resolve(from, path, 0)?;
                // A module by itself is only a way to its items.
                (to != from && (item || glob)).then(|| (to, line, path.join("::")))
            })
            .collect()
    }

    /// Where `path`, written in the module `at`, leads: the module, and whether to an item in it.
    fn resolve(&self, at: usize, path: &[String], depth: usize) -> Option<(usize, bool)> {
        let place = &self.modules[at].place;
        let first = path.first()?.as_str();
        match first {
            "crate" => self.walk(self.places[&Vec::new()], &path[1..], depth),
            "self" => self.walk(at, &path[1..], depth),
            "super" => {
                let above = place.split_last()?.1.to_vec();
                let above = self.places[&above];
                match path.get(1) {
                    Some(next) if next == "super" => self.resolve(above, &path[1..], depth),
                    _ => self.walk(above, &path[1..], depth),
                }
            }
            _ if self.child(at, first).is_some() || self.alias(at, first).is_some() => {
                self.walk(at, path, depth)
            }
            _ => None,
        }
    }

    /// From the module `at` down along `rest`, through imports that hand on.
    fn walk(&self, at: usize, rest: &[String], depth: usize) -> Option<(usize, bool)> {
        let Some(next) = rest.first() else {
            return Some((at, false));
        };
        if let Some(child) = self.child(at, next) {
            return self.walk(child, &rest[1..], depth);
        }
        if self.modules[at].names.items.contains(next) || depth > IMPORTS_MAX {
            return Some((at, true));
        }
        if let Some(path) = self.alias(at, next) {
            let longer = [path, &rest[1..]].concat();
            return self.resolve(at, &longer, depth + 1);
        }
        let globs = self.modules[at]
            .names
            .imports
            .iter()
            .filter(|import| import.glob);
        for import in globs {
            if let Some((module, false)) = self.resolve(at, &import.path, depth + 1)
                && self.modules[module].names.items.contains(next)
            {
                return Some((module, true));
            }
        }
        Some((at, true))
    }

    fn child(&self, at: usize, name: &str) -> Option<usize> {
        let mut place = self.modules[at].place.clone();
        place.push(name.to_owned());
        self.places.get(&place).copied()
    }

    fn alias(&self, at: usize, name: &str) -> Option<&[String]> {
        let imports = &self.modules[at].names.imports;
        let import = imports
            .iter()
            .find(|import| !import.glob && import.alias == name)?;
        // `use bus::…` of a crate of that name leads out of here.
        let circular = import.path.first().is_some_and(|first| first == name);
        (!circular || self.child(at, name).is_some()).then_some(&import.path)
    }
}
