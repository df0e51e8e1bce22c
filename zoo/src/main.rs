//! `cnn-zoo`: lists, summarizes, runs and times the networks of the zoo.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Command::parse(lexopt::Parser::from_env()).and_then(cli::Command::execute) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
