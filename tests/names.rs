//! Whatever stands in a public signature can be named through `cnn`.

use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::{Attribute, Fields, ImplItem, Item, TraitItem, UseTree, Visibility};

type Names = BTreeSet<String>;

fn parse(path: &Path) -> Vec<Item> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())).items
}

fn all_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

/// Whether documentation leaves it out.
fn hidden(attrs: &[Attribute]) -> bool {
    let text = |a: &Attribute| a.to_token_stream().to_string().replace(' ', "");
    attrs.iter().any(|a| ["#[doc(hidden)]", "#[cfg(test)]"].contains(&&*text(a)))
}

/// The words of some code.
fn words(code: impl ToTokens) -> Names {
    let text = code.to_token_stream().to_string();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|w| w.starts_with(char::is_uppercase)).map(str::to_owned).collect()
}

fn leaves(tree: &UseTree, found: &mut Names) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, found)),
        UseTree::Name(name) => {
            found.insert(name.ident.to_string());
        }
        UseTree::Rename(_) | UseTree::Glob(_) => {}
    }
}

/// What the public interface of the runtime's types says: by the type's name, the names in it.
#[derive(Default)]
struct Interface {
    /// Types and traits that are public somewhere in the runtime.
    types: Names,
    mentions: BTreeMap<String, Names>,
}

impl Interface {
    fn add(&mut self, name: &str, code: impl ToTokens) {
        self.mentions.entry(name.to_owned()).or_default().extend(words(code));
    }

    fn fields(&mut self, name: &str, fields: &Fields, all: bool) {
        for field in fields.iter().filter(|f| (all || public(&f.vis)) && !hidden(&f.attrs)) {
            self.add(name, &field.ty);
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Struct(item) if public(&item.vis) && !hidden(&item.attrs) => {
                self.types.insert(item.ident.to_string());
                self.fields(&item.ident.to_string(), &item.fields, false);
            }
            Item::Enum(item) if public(&item.vis) && !hidden(&item.attrs) => {
                let name = item.ident.to_string();
                item.variants.iter().for_each(|v| self.fields(&name, &v.fields, true));
                self.types.insert(name);
            }
            Item::Trait(item) if public(&item.vis) && !hidden(&item.attrs) => {
                let name = item.ident.to_string();
                self.add(&name, &item.supertraits);
                for item in &item.items {
                    match item {
                        TraitItem::Fn(f) if !hidden(&f.attrs) => self.add(&name, &f.sig),
                        TraitItem::Const(c) if !hidden(&c.attrs) => self.add(&name, &c.ty),
                        TraitItem::Type(t) if !hidden(&t.attrs) => self.add(&name, &t.bounds),
                        _ => {}
                    }
                }
                self.types.insert(name);
            }
            Item::Fn(item) if public(&item.vis) && !hidden(&item.attrs) => {
                self.add(&item.sig.ident.to_string(), &item.sig);
            }
            Item::Impl(item) if !hidden(&item.attrs) => {
                let syn::Type::Path(path) = &*item.self_ty else { return };
                let Some(last) = path.path.segments.last() else { return };
                let name = last.ident.to_string();
                for inner in &item.items {
                    match inner {
                        ImplItem::Fn(f) if public(&f.vis) && !hidden(&f.attrs) => {
                            self.add(&name, &f.sig);
                        }
                        ImplItem::Const(c) if public(&c.vis) && !hidden(&c.attrs) => {
                            self.add(&name, &c.ty);
                        }
                        ImplItem::Type(t) => self.add(&name, &t.ty),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// The names in a public module of the runtime, given by its file.
fn module(file: &Path, found: &mut Names) {
    let folder = match file.file_stem() {
        Some(stem) if stem != "mod" && stem != "lib" => file.with_file_name(stem),
        _ => file.with_file_name(""),
    };
    for item in parse(file) {
        match item {
            Item::Use(item) if public(&item.vis) => leaves(&item.tree, found),
            Item::Mod(item) if public(&item.vis) && !hidden(&item.attrs) => {
                module(&folder.join(format!("{}.rs", item.ident)), found);
            }
            Item::Struct(item) if public(&item.vis) => {
                found.insert(item.ident.to_string());
            }
            Item::Enum(item) if public(&item.vis) => {
                found.insert(item.ident.to_string());
            }
            Item::Trait(item) if public(&item.vis) => {
                found.insert(item.ident.to_string());
            }
            Item::Fn(item) if public(&item.vis) => {
                found.insert(item.sig.ident.to_string());
            }
            _ => {}
        }
    }
}

#[test]
fn whatever_stands_in_a_public_signature_has_a_name() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let runtime = root.join("runtime/src");
    let mut files = Vec::new();
    all_files(&runtime, &mut files);
    all_files(&root.join("ir/src"), &mut files);
    let mut interface = Interface::default();
    for file in &files {
        parse(file).iter().for_each(|item| interface.item(item));
    }

    let mut exported = Names::new();
    for item in parse(&root.join("src/lib.rs")) {
        if let Item::Use(item) = item
            && !hidden(&item.attrs)
        {
            leaves(&item.tree, &mut exported);
        }
    }
    for (name, file) in [
        ("data", "runtime/src/data/mod.rs"),
        ("explain", "runtime/src/explain/mod.rs"),
        ("train", "runtime/src/train/mod.rs"),
        ("custom", "runtime/src/layers/custom/mod.rs"),
        ("ir", "ir/src/lib.rs"),
    ] {
        assert!(exported.remove(name), "the facade has a module `{name}`");
        module(&root.join(file), &mut exported);
    }
    assert!(exported.len() > 40 && interface.types.len() > 100, "{exported:?}");

    let mut nameless = Names::new();
    for name in &exported {
        let mentioned = interface.mentions.get(name).into_iter().flatten();
        for other in mentioned.filter(|other| interface.types.contains(*other)) {
            if !exported.contains(other) {
                nameless.insert(format!("`{other}`, in the interface of `{name}`"));
            }
        }
    }
    // What every network has: the lists of its constants and methods.
    let mut seen = Names::new();
    for list in ["describe/mod.rs", "network.rs"] {
        let text = fs::read_to_string(runtime.join(list)).expect("a file");
        for part in text.split("$crate::").skip(1) {
            let part = part.strip_prefix("ir::").unwrap_or(part);
            let end = part.find(|c: char| !c.is_alphanumeric()).unwrap_or(part.len());
            let other = &part[..end];
            seen.insert(other.to_owned());
            // The program is hidden.
            let public = interface.types.contains(other) && other != "Program";
            if public && !exported.contains(other) {
                nameless.insert(format!("`{other}`, in the interface of a network"));
            }
        }
    }
    for name in ["Graph", "TensorSpec", "LayerInfo", "Params", "Session", "AsArray", "Error"] {
        assert!(seen.contains(name), "a network's interface has `{name}`");
    }
    assert!(nameless.is_empty(), "`cnn` does not export {nameless:#?}");
}
