//! The command line: what is asked for, and the doing of it.

#[cfg(feature = "onnx")]
mod against;
mod args;
mod bench;
#[cfg(feature = "train")]
mod explain;
#[cfg(feature = "onnx")]
mod export;
#[cfg(feature = "onnx")]
mod from_onnx;
mod graph;
#[cfg(feature = "onnx")]
mod machine;
mod manifest;
mod near;
mod npy;
mod plan;
mod run;
mod show;

pub(crate) use args::Command;

/// A message for whoever typed the command.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

impl Command {
    /// Does what was asked for.
    pub(crate) fn execute(self) -> Result<()> {
        match self {
            Self::Help => show::text(args::HELP),
            Self::Version => show::text(concat!("cnn-zoo ", env!("CARGO_PKG_VERSION"), "\n")),
            Self::List => show::text(&show::list()),
            Self::Summary { net } => show::text(&format!("{}\n", (net.summary)())),
            Self::Graph { net, out } => graph::graph(net, &out),
            Self::Plan(asked) => plan::plan(&asked),
            Self::Run(request) => run::run(&request),
            #[cfg(feature = "onnx")]
            Self::Export(request) => export::export(&request),
            #[cfg(feature = "onnx")]
            Self::FromOnnx(request) => from_onnx::from_onnx(&request),
            #[cfg(feature = "train")]
            Self::Methods { net } => show::text(&explain::list(net)),
            #[cfg(feature = "train")]
            Self::Explain(request) => explain::explain(&request),
            Self::Bench(request) => bench::bench(&request),
            #[cfg(feature = "onnx")]
            Self::Against(request) => against::against(&request),
            Self::Manifest { weights, out } => manifest::manifest(&weights, &out),
        }
    }
}

/// `2×3×32×32`.
fn dims(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}
