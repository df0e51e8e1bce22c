//! A network's plan as text: compiled anew from the text of its module.

use super::args::Plan;
use super::{Result, show};
use cnn_compiler::explain::{self, Request};
use cnn_compiler::report::Message;
use cnn_zoo::registry::NETWORKS;
use proc_macro2::TokenStream;

/// Prints the plan.
pub(super) fn plan(asked: &Plan) -> Result<()> {
    let net = asked.net;
    let floats = |plan, entry| (net.scratch)(plan, entry, asked.batch).map(|floats| 4 * floats);
    let request =
        Request { training: asked.training, batch: asked.batch, why: asked.why, scratch: &floats };
    let name = net.place[1];
    for call in cnn_compiler::calls(net.source).map_err(words)? {
        let nets = cnn_compiler::compile_tokens(call, module).map_err(words)?;
        if let Some(found) = nets.iter().find(|found| found.name == name) {
            return show::text(&explain::plan(found, request));
        }
    }
    Err(format!("found no network `{name}` in the text of its module").into())
}

/// The macro call of the module that a path names: `crate::cifar_resnet::zero_padded`.
fn module(path: &syn::Path) -> Option<TokenStream> {
    let mut names = path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let (name, module) = (names.next()?, names.next()?);
    let source = NETWORKS.iter().find(|net| net.place[0] == module)?.source;
    let calls = cnn_compiler::calls(source).ok()?;
    calls.into_iter().find(|call| call.to_string().contains(&name))
}

fn words(errors: Vec<Message>) -> String {
    let texts: Vec<String> = errors.into_iter().map(|error| error.text).collect();
    texts.join("\n")
}
