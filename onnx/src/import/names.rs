//! Parameter paths out of a file's names.

use crate::proto::NodeProto;

/// The most levels of a path, and the most letters of each.
const MOST_LEVELS: usize = 24;
const MOST_LETTERS: usize = 100;

/// The path that the names of a node's weight and of the node itself suggest; empty if none does.
pub(crate) fn path(node: &NodeProto, weight: Option<&str>) -> Vec<String> {
    let (module, named) = (scope(node).0, weight.and_then(of_weight));
    let path = match named {
        // Tensors that hold the same numbers may be one in the file: the module knows better. A function's weight
        // lies in the module itself.
        Some(named) if module.is_empty() || named.starts_with(&module) => named,
        _ => module,
    };
    kept(path)
}

/// The words of a path; none if it is no path that anybody wrote.
fn kept(path: Vec<String>) -> Vec<String> {
    if path.len() > MOST_LEVELS || path.iter().any(|word| word.len() > MOST_LETTERS) {
        return Vec::new();
    }
    path.iter().map(|word| plain(word)).collect()
}

/// The same for a layer without tensors, whose operator stands in a level itself.
pub(crate) fn level(node: &NodeProto) -> Vec<String> {
    let (path, operator) = scope(node);
    let mut path = kept(path);
    if operator {
        path.push(String::new());
    }
    path
}

/// `layer1.0.conv1.weight`, `conv2d_3.w_0`, `model/conv/kernel:0`.
fn of_weight(name: &str) -> Option<Vec<String>> {
    const ENDS: [&str; 20] = [
        "weight",
        "bias",
        "w_0",
        "b_0",
        "w_1",
        "w_2",
        "kernel",
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
        "running_mean",
        "running_var",
        "scale",
        "W",
        "B",
        "slope",
        "alpha",
        "kernel:0",
        "in_proj_weight",
    ];
    let parts: Vec<&str> = name.split(if name.contains('/') { '/' } else { '.' }).collect();
    let (last, levels) = parts.split_last()?;
    if levels.is_empty() || name.contains("::") {
        return None;
    }
    // A tensor of another name is a parameter of its own.
    let path = if ENDS.contains(last) { levels } else { &parts[..] };
    Some(path.iter().map(|&part| part.to_owned()).collect())
}

/// `/layer1/layer1.0/conv1/Conv`, where a level that begins with the one around it is that level's part; and whether an
/// operator's name came after it.
fn scope(node: &NodeProto) -> (Vec<String>, bool) {
    if let Some(modules) = modules(node) {
        return (modules, true);
    }
    if !node.name.contains('/') {
        return (Vec::new(), false);
    }
    let mut path: Vec<String> = Vec::new();
    let mut before = "";
    for part in node.name.split('/').filter(|p| !p.is_empty()) {
        let own = match part.strip_prefix(before).and_then(|rest| rest.strip_prefix('.')) {
            Some(rest) if !before.is_empty() => rest,
            _ => part,
        };
        path.extend(own.split('.').map(str::to_owned));
        before = part;
    }
    // TensorFlow's operators stand in the level of their layer.
    const TENSORFLOW: [&str; 5] =
        ["BiasAdd", "Conv2D", "depthwise", "FusedBatchNormV3", "separable_conv2d"];
    if path.len() > 1 && path.last().is_some_and(|last| TENSORFLOW.contains(&last.as_str())) {
        path.pop();
        return (path, false);
    }
    let operator = path.last().is_some_and(|last| {
        let word = last.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
        word.eq_ignore_ascii_case(&node.op_type) || word.is_empty()
    });
    if operator {
        path.pop();
    }
    (path, operator)
}

/// The module that PyTorch says a node is of: `['', 'layer1', 'layer1.0', 'add']`, the operator last.
fn modules(node: &NodeProto) -> Option<Vec<String>> {
    let said =
        node.metadata_props.iter().find(|entry| entry.key == "pkg.torch.onnx.name_scopes")?;
    let list = said.value.strip_prefix('[')?.strip_suffix(']')?;
    let mut words = list.split(',').map(|word| word.trim().trim_matches(['\'', '"']));
    words.next_back()?;
    let module = words.next_back()?;
    Some(module.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

/// A word that a label may be.
pub(crate) fn plain(word: &str) -> String {
    let mut made: String =
        word.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let number = !made.is_empty() && made.chars().all(|c| c.is_ascii_digit());
    // What is no number may not begin with a digit; a number is written without zeros before it.
    let odd = made.starts_with(|c: char| c.is_ascii_digit()) && !number
        || number && made.len() > 1 && made.starts_with('0');
    if odd || made.is_empty() || made.chars().all(|c| c == '_') {
        made.insert(0, 'n');
    }
    if ["if", "for", "else", "in", "self", "super", "crate", "Self", "train", "pub"]
        .contains(&made.as_str())
    {
        made.push('_');
    }
    made
}
