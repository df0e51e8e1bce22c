//! Blocks and networks that other macro calls use, in this crate or another.
//!
//! A macro sees nothing but its own tokens, so a call hands its text over by a macro of its own. For
//! `pub block basic` and for every network it emits, under the same name,
//!
//! ```text
//! macro_rules! basic { (@(path of cnn) $($tokens:tt)*) => { cnn! { @{ basic its text } $($tokens)* } } }
//! ```
//!
//! A call that says `use blocks::basic;` or `net(trunk::Backbone => 256x8x8)` expands to
//! `blocks::basic! { its own tokens }`, and so comes back with an answer `@{ … }` before them, until
//! all are answered. What it then compiles is one network: planned as if written in one place. The crate
//! `cnn` goes by the name that it has where the call stands, which comes first among the tokens.

use crate::ast::{Block, Import, Input, Network, Node, Unit, Use};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Path, Visibility};

/// A path without blanks, by which an import is known.
pub(crate) fn key(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}

impl Input {
    /// What the call needs from others, in the order in which it is asked for and answered: what it
    /// names by `use`, then the networks that it splices by their path.
    pub(crate) fn requests(&self) -> Vec<Path> {
        let mut paths: Vec<Path> = self.uses.iter().map(|u| u.path.clone()).collect();
        for network in &self.networks {
            for chain in &network.chains {
                self.spliced(&chain.units, &mut paths);
            }
        }
        for block in &self.blocks {
            self.spliced(&block.body, &mut paths);
        }
        let mut seen = Vec::new();
        paths.retain(|path| {
            let fresh = !seen.contains(&key(path));
            seen.push(key(path));
            fresh
        });
        paths
    }

    /// Paths of spliced networks that are neither in the call nor named by `use`.
    fn spliced(&self, units: &[Unit], paths: &mut Vec<Path>) {
        walk(units, &mut |node| {
            if let Node::Splice(splice) = node
                && splice.name == "net"
                && let Some(path) = splice.path()
            {
                let known = |name: &Ident| {
                    self.network(name).is_some() || self.used(&name.unraw().to_string()).is_some()
                };
                if !path.get_ident().is_some_and(known) {
                    paths.push(path.clone());
                }
            }
        });
    }

    /// The block of that name.
    pub(crate) fn block(&self, name: &str) -> Option<&Block> {
        self.blocks.iter().find(|b| b.name == name)
    }

    /// The network of that name.
    pub(crate) fn network(&self, name: &Ident) -> Option<&Network> {
        let name = name.unraw();
        self.networks.iter().find(|n| n.name.as_ref() == Some(&name))
    }

    /// The name by which `use` makes something known.
    pub(crate) fn used(&self, name: &str) -> Option<&Use> {
        self.uses.iter().find(|u| u.name == name)
    }

    /// What came for a path.
    pub(crate) fn import(&self, path: &Path) -> Option<&Import> {
        let wanted = key(path);
        self.imports.iter().find(|i| i.key == wanted)
    }

    /// Blocks that others may use, and those that these call.
    pub(crate) fn shared(&self) -> Vec<&Block> {
        let mut blocks: Vec<&Block> = self.blocks.iter().filter(|b| b.is_shared()).collect();
        let mut looked_at = 0;
        while looked_at < blocks.len() {
            walk(&blocks[looked_at].body, &mut |node| {
                if let Node::Call(call) = node
                    && let Some(block) = self.block(&call.name.to_string())
                    && blocks.iter().all(|b| b.name != block.name)
                {
                    blocks.push(block);
                }
            });
            looked_at += 1;
        }
        blocks
    }

    /// The part of the call that these blocks and networks need, as tokens.
    fn part(&self, blocks: Vec<&Block>, networks: Vec<&Network>) -> TokenStream {
        let (mut blocks, mut networks, mut uses) = (blocks, networks, Vec::<&Use>::new());
        let mut answers: Vec<&Import> = Vec::new();
        let (mut b, mut n) = (0, 0);
        // Everything that is reached is looked at once.
        while b < blocks.len() || n < networks.len() {
            let bodies: Vec<&[Unit]> = if b < blocks.len() {
                b += 1;
                vec![&blocks[b - 1].body]
            } else {
                n += 1;
                networks[n - 1].chains.iter().map(|c| c.units.as_slice()).collect()
            };
            let mut reach = |name: &Ident| {
                let text = name.unraw().to_string();
                if let Some(block) = self.block(&text) {
                    if !blocks.iter().any(|x| x.name == block.name) {
                        blocks.push(block);
                    }
                } else if let Some(used) = self.used(&text) {
                    if !uses.iter().any(|x| x.name == used.name) {
                        uses.push(used);
                    }
                } else if let Some(network) = self.network(name)
                    && !networks.iter().any(|x| x.name == network.name)
                {
                    networks.push(network);
                }
            };
            for body in bodies {
                walk(body, &mut |node| match node {
                    Node::Call(call) => reach(&call.name),
                    Node::Splice(splice) => {
                        if let Some(path) = splice.path() {
                            path.get_ident().into_iter().for_each(&mut reach);
                            answers.extend(self.import(path));
                        }
                    }
                    _ => {}
                });
            }
        }
        answers.extend(uses.iter().filter_map(|u| self.import(&u.path)));
        let uses = uses.iter().map(|u| {
            let (path, name) = (&u.path, rust_name(&u.name));
            quote!(use #path as #name;)
        });
        let blocks = blocks.iter().map(|b| &b.tokens);
        let networks = networks.iter().map(|n| &n.tokens);
        let mut seen = Vec::new();
        answers.retain(|a| {
            let fresh = !seen.contains(&&a.key);
            seen.push(&a.key);
            fresh
        });
        let answers = answers.iter().map(|a| {
            let (key, tokens) = (&a.key, &a.tokens);
            quote!(@{ #key #tokens })
        });
        let lets = self.lets.iter().map(|l| &l.tokens);
        quote!(#(#answers)* #(#lets)* #(#uses)* #(#blocks)* #(#networks ;)*)
    }

    /// What another call gets that asks for the block or network of that name.
    pub(crate) fn answer(&self, name: &Ident) -> Option<TokenStream> {
        let text = match (self.block(&name.unraw().to_string()), self.network(name)) {
            (Some(block), _) => self.part(vec![block], Vec::new()),
            (None, network) => self.part(Vec::new(), vec![network?]),
        };
        Some(quote!(@{ #name #text }))
    }

    /// The macros that hand the call's blocks and networks to others.
    pub(crate) fn exports(&self) -> TokenStream {
        let blocks = self.blocks.iter().filter(|b| b.is_shared()).map(|b| {
            let text = self.part(vec![b], Vec::new());
            export(&[], &b.vis, &b.name, &text)
        });
        let networks = self.networks.iter().filter_map(|n| {
            let name = n.name.as_ref()?;
            let text = self.part(Vec::new(), vec![n]);
            Some(export(&n.conditions(), &n.vis, name, &text))
        });
        blocks.chain(networks).collect()
    }
}

/// Whether Rust takes a word for a name.
pub(crate) fn is_plain(name: &Ident) -> bool {
    syn::parse2::<Ident>(name.to_token_stream()).is_ok()
}

/// A word as a name in Rust: a keyword becomes `r#type`. None for the few that can't be names.
pub(crate) fn rust_name(word: &Ident) -> Option<Ident> {
    let text = word.unraw().to_string();
    match text.as_str() {
        "self" | "Self" | "super" | "crate" | "_" => None,
        // A keyword since the edition of 2024, of which syn does not know.
        "gen" => Some(Ident::new_raw(&text, word.span())),
        _ if is_plain(word) => Some(word.clone()),
        _ => Some(Ident::new_raw(&text, word.span())),
    }
}

/// The macro that answers with a text.
fn export(
    conditions: &[TokenStream],
    vis: &Visibility,
    name: &Ident,
    text: &TokenStream,
) -> TokenStream {
    let Some(shown) = rust_name(name) else { return TokenStream::new() };
    // What is exported lies at the root of the crate, where names must not meet: the name stands at one
    // place in the text, but a macro around the call may have brought it there more than once.
    let place = format!("{:?} {:?}", name.span(), Span::mixed_site());
    let hash = place.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let hidden = format_ident!("__cnn_{}_{hash:016x}", name.unraw());
    let exported = matches!(vis, Visibility::Public(_)).then(|| quote!(#[macro_export]));
    quote! {
        #(#conditions)*
        #[doc(hidden)]
        #exported
        #[allow(unused_macros, non_local_definitions, clippy::crate_in_macro_def)]
        macro_rules! #hidden {
            (@($($cnn:tt)*) $($tokens:tt)*) => {
                $($cnn)* ::__cnn! { @($($cnn)*) @{ #name #text } $($tokens)* }
            };
        }
        #(#conditions)*
        #[doc(hidden)]
        #[allow(unused_imports, deprecated)]
        #vis use #hidden as #shown;
    }
}

/// Every node of a body, from the outside in.
pub(crate) fn walk<'a>(units: &'a [Unit], see: &mut dyn FnMut(&'a Node)) {
    for unit in units {
        see(&unit.node);
        match &unit.node {
            Node::Group(body) => walk(body, see),
            Node::For(f) => walk(&f.body, see),
            Node::If(arms) => arms.iter().for_each(|(_, body)| walk(body, see)),
            Node::Join(join) => join.branches.iter().for_each(|b| walk(b, see)),
            Node::Shape(_)
            | Node::Call(_)
            | Node::Splice(_)
            | Node::Unchanged(_)
            | Node::Broken => {}
        }
    }
}
