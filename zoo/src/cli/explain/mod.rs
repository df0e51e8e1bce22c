//! `explain`: maps of what the score of a class is sensitive to.

mod draw;
mod images;
mod options;

pub(super) use options::{Explain, Source, list, question};

use super::run::progress;
use super::{Result, dims, npy};
use images::Prepared;
use std::io::Write;
use std::path::Path;

/// Probabilities of images that are printed; of more, the last are left out.
const MOST_LINES: usize = 1000;

pub(super) fn explain(request: &Explain) -> Result<()> {
    for out in [&request.out, &request.npy].into_iter().flatten() {
        writable(out)?;
    }
    let pixels = match &request.source {
        Source::Image(path) => images::read(path, request.net)?,
        Source::Input(path) => images::array(path)?,
    };
    let network = (request.net.explains)(&request.weights)?;
    let Prepared { images, values, note } = pixels.prepared(request.net, &*network);

    let mut bar = None;
    let mut report = |done: usize, all: usize| {
        let bar = bar.get_or_insert_with(|| progress(all as u64, "covered images"));
        bar.set_position(done as u64);
    };
    let explained = network.explain(images.view(), &request.question, &mut report)?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }

    let mut text = format!("{note}\n");
    let rows = explained.classes.iter().zip(&explained.probabilities).zip(&explained.scores);
    for (image, ((class, probability), score)) in rows.enumerate().take(MOST_LINES) {
        text += &format!(
            "image {image}: class {class}, probability {probability:.4}, score {score:.4}\n"
        );
    }
    if explained.classes.len() > MOST_LINES {
        text += &format!("… and {} more images\n", explained.classes.len() - MOST_LINES);
    }
    if explained.maps.iter().all(|&x| x == 0.0) {
        text += "all maps are 0: at this label, or for these pixels, the method finds nothing\n";
    }
    text += &format!("{}: {}\n", request.question.method.name(), request.question.method.line());
    if let Some(path) = &request.npy {
        npy::write(path, &explained.maps.clone().into_dyn())
            .map_err(|e| format!("{}: cannot write: {e}", path.display()))?;
        text += &format!("{}: {}\n", path.display(), dims(explained.maps.shape()));
    }
    if let Some(path) = &request.out {
        let picture = draw::picture(request, &images, &values, &explained)?;
        picture.save_png(path)?;
        text += &format!("{}: {}×{} pixels\n", path.display(), picture.width(), picture.height());
    }
    super::show::text(&text)?;
    Ok(std::io::stdout().flush()?)
}

/// Refuses a file that could not be written, before there is much work.
fn writable(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let what = match folder {
        Some(folder) if !folder.is_dir() => "found no such folder",
        _ if path.is_dir() => "found a folder",
        _ => return Ok(()),
    };
    Err(format!("{}: cannot write: {what}, expected a file in one", path.display()).into())
}
