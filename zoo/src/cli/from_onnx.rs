//! `from-onnx`: an ONNX file as text of the language, and its weights under the text's names.

use super::Result;
use super::args::FromOnnx;
use cnn_onnx::import::{self, Request};
use cnn_onnx::{recipe, source};
use safetensors::tensor::{Dtype, TensorView};
use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;

/// A tensor: its name, its dimensions and its numbers.
pub(super) type Tensor = (String, Vec<usize>, Vec<f32>);

/// Writes the text and the weights.
pub(super) fn from_onnx(request: &FromOnnx) -> Result<()> {
    let (text, tensors) = convert(&request.file, &request.inputs, &request.name)?;
    match &request.out {
        Some(out) => std::fs::write(out, &text).map_err(|e| format!("{}: {e}", out.display()))?,
        None => print!("{text}"),
    }
    if let Some(weights) = &request.weights {
        write(&tensors, weights).map_err(|e| format!("{}: {e}", weights.display()))?;
    }
    Ok(())
}

/// The text of a module with the network, and its tensors.
pub(super) fn convert(file: &Path, inputs: &[String], name: &str) -> Result<(String, Vec<Tensor>)> {
    let request = Request { inputs: inputs.iter().map(|i| input(i)).collect::<Result<_>>()? };
    if syn::parse_str::<syn::Ident>(name).is_err() {
        return Err(format!("--name: found `{name}`, expected the name of a struct").into());
    }
    let network = import::read(file, &request).map_err(|problems| listed(file, &problems))?;
    let source = source::write(&network);
    let items = source.items("pub", name);
    let nets = cnn_compiler::compile(&items).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(|e| e.text.clone()).collect();
        // What has been written is no network: the text shows where.
        format!("{}\n\n{items}", listed(file, &errors))
    })?;
    let mut recipes: HashMap<&str, &[recipe::Step]> =
        source.tensors.iter().map(|(name, steps)| (name.as_str(), steps.as_slice())).collect();
    let files: Vec<Vec<u8>> =
        network.files.iter().map(std::fs::read).collect::<std::io::Result<_>>()?;
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let mut tensors = Vec::new();
    for node in &nets[0].nodes {
        for param in node.layer.params.iter().filter(|p| p.role != cnn_ir::Role::Counter) {
            let name = node.tensor(param);
            let steps =
                recipes.remove(name.as_str()).ok_or_else(|| format!("nothing fills `{name}`"))?;
            let numbers =
                recipe::follow(steps, &files).filter(|numbers| numbers.len() == param.len());
            let numbers = numbers
                .ok_or_else(|| format!("`{name}` has other than {} numbers", param.len()))?;
            tensors.push((name, param.dims.clone(), numbers));
        }
    }
    if let Some(left) = recipes.keys().next() {
        return Err(format!("no layer has `{left}`").into());
    }
    let shown = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let indented: String = items
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") })
        .collect();
    // The documentation stands before the struct, after the blocks.
    let indented =
        indented.replacen("    pub struct", &format!("    /// From `{shown}`.\n    pub struct"), 1);
    Ok((format!("cnn::cnn! {{\n{indented}}}\n"), tensors))
}

/// `3x224x224`, `10`, or either with a name before it.
fn input(text: &str) -> Result<(Option<String>, cnn_ir::Shape)> {
    let (name, shape) = match text.rsplit_once('=') {
        Some((name, shape)) => (Some(name.to_owned()), shape),
        None => (None, text),
    };
    let sizes: Option<Vec<usize>> =
        shape.split('x').map(|n| n.parse().ok().filter(|n| *n > 0)).collect();
    let shape = match sizes.as_deref() {
        Some(&[n]) => cnn_ir::Shape::Vector(n),
        Some(&[c, h, w]) => cnn_ir::Shape::volume(c, h, w),
        _ => {
            let expected =
                "expected channels x height x width, such as 3x224x224, or a number of elements";
            return Err(format!("--input: found `{text}`, {expected}").into());
        }
    };
    Ok((name, shape))
}

fn listed(file: &Path, problems: &[impl Display]) -> String {
    let mut text = format!("{} is no network of the language:", file.display());
    for problem in problems {
        text.push_str(&format!("\n  {}", problem.to_string().replace('\n', "\n    ")));
    }
    text
}

fn write(tensors: &[Tensor], path: &Path) -> Result<()> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, n)| n.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let mut views = Vec::new();
    for ((name, dims, _), bytes) in tensors.iter().zip(&bytes) {
        views.push((name.as_str(), TensorView::new(Dtype::F32, dims.clone(), bytes)?));
    }
    Ok(std::fs::write(path, safetensors::serialize(views, None)?)?)
}
