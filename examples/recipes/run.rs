//! What one sees of a training run.

use cnn::Network;
use cnn::data::Dataset;
use cnn::train::Metrics;
use cnn_report::Log;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Runs a program and prints its error, if there is one.
pub(crate) fn report(program: impl FnOnce() -> Result<(), Box<dyn Error>>) -> ExitCode {
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The log of a run, which keeps `metrics.csv` in the folder, if there is one.
pub(crate) fn log(
    folder: Option<&Path>,
    epochs: u64,
    steps: u64,
) -> Result<Log, cnn_report::Error> {
    match folder {
        Some(folder) => Log::to(folder, epochs, steps),
        None => Ok(Log::new(epochs, steps)),
    }
}

/// Ends the log, and writes `report.html` into the folder, if there is one. Without names, classes are their numbers.
pub(crate) fn end<N: Network, D: Dataset<Target = usize>>(
    log: &Log,
    folder: Option<&Path>,
    net: &N,
    (metrics, test): (&Metrics, &D),
    names: &[&str],
    options: &crate::args::Training,
) -> Result<(), cnn_report::Error> {
    log.end();
    let Some(folder) = folder else { return Ok(()) };
    let path = folder.join("report.html");
    log.report(net)
        .seed(options.seed)
        .detail("Batch", options.batch.to_string())
        .detail("Highest learning rate", options.rate.to_string())
        .classes(names.iter().copied())
        .validated(metrics, test)
        .save(&path)?;
    println!("the report is {}", path.display());
    Ok(())
}
