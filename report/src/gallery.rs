//! Pages of pictures and curves, each with a sentence on what it shows.

use crate::error::Error;
use crate::page;
use std::path::Path;

/// A web page of pictures and curves that needs no other file.
///
/// ```
/// use cnn_report::{Curves, Gallery, Pictures, Section};
///
/// let png = Vec::new(); // the bytes of a PNG file
/// let html = Gallery::new("Inside LeNet")
///     .lead("What a network that reads digits has learned.")
///     .section(
///         Section::new("robustness", "Robustness", "How often the network is right when each pixel may change.")
///             .pictures(Pictures::new("Changed by at most 0.1").add("a 3, read as an 8", png))
///             .curves(Curves::new("Accuracy", "largest change of a pixel").percent().curve("FGSM", [(0.0, 0.98), (0.1, 0.4)])),
///     )
///     .html();
/// assert!(html.contains("read as an 8"));
/// ```
#[derive(Clone, Debug)]
pub struct Gallery {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) sections: Vec<Section>,
}

/// A part of a [`Gallery`] under a heading of its own.
#[derive(Clone, Debug)]
pub struct Section {
    pub(crate) id: String,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) figures: Vec<Figure>,
}

#[derive(Clone, Debug)]
pub(crate) enum Figure {
    Pictures(Pictures),
    Curves(Curves),
    Drawing { title: String, svg: String },
    Table { title: String, head: Vec<String>, rows: Vec<Vec<String>> },
}

/// Pictures side by side, each with a line below it.
#[derive(Clone, Debug)]
pub struct Pictures {
    pub(crate) title: String,
    pub(crate) note: String,
    pub(crate) side: usize,
    pub(crate) pictures: Vec<(String, Vec<u8>)>,
}

/// Curves over one axis; up to four can be told apart.
#[derive(Clone, Debug)]
pub struct Curves {
    pub(crate) title: String,
    pub(crate) x: String,
    pub(crate) percent: bool,
    pub(crate) curves: Vec<(String, Vec<(f64, f64)>)>,
}

impl Gallery {
    /// An empty page with that title.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lead: String::new(), sections: Vec::new() }
    }

    /// What stands below the title.
    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    /// One more section.
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// The page.
    pub fn html(&self) -> String {
        page::gallery(self)
    }

    /// Writes the page.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        std::fs::write(path, self.html()).map_err(Error::io(path, "write"))
    }
}

impl Section {
    /// An empty section: its name in links, its heading, and what it shows in a sentence or two.
    pub fn new(id: impl Into<String>, heading: impl Into<String>, lead: impl Into<String>) -> Self {
        let (id, heading, lead) = (id.into(), heading.into(), lead.into());
        Self { id, heading, lead, figures: Vec::new() }
    }

    /// A row of pictures.
    pub fn pictures(mut self, pictures: Pictures) -> Self {
        self.figures.push(Figure::Pictures(pictures));
        self
    }

    /// Curves.
    pub fn curves(mut self, curves: Curves) -> Self {
        self.figures.push(Figure::Curves(curves));
        self
    }

    /// A drawing, as the text of an SVG file.
    pub fn drawing(mut self, title: impl Into<String>, svg: impl Into<String>) -> Self {
        self.figures.push(Figure::Drawing { title: title.into(), svg: svg.into() });
        self
    }

    /// A table: the names of its columns, and its rows.
    pub fn table(
        mut self,
        title: impl Into<String>,
        head: Vec<String>,
        rows: Vec<Vec<String>>,
    ) -> Self {
        self.figures.push(Figure::Table { title: title.into(), head, rows });
        self
    }
}

impl Pictures {
    /// No pictures yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), note: String::new(), side: 112, pictures: Vec::new() }
    }

    /// How to read them.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// How wide each is drawn, in pixels of the page; 112 unless given.
    pub fn side(mut self, pixels: usize) -> Self {
        self.side = pixels;
        self
    }

    /// One more: the line below it, and the bytes of a PNG file.
    pub fn add(mut self, caption: impl Into<String>, png: impl Into<Vec<u8>>) -> Self {
        self.pictures.push((caption.into(), png.into()));
        self
    }
}

impl Curves {
    /// No curves yet: the title, and what the horizontal axis is.
    pub fn new(title: impl Into<String>, x: impl Into<String>) -> Self {
        Self { title: title.into(), x: x.into(), percent: false, curves: Vec::new() }
    }

    /// The values are parts of one, written as percent.
    pub fn percent(mut self) -> Self {
        self.percent = true;
        self
    }

    /// One more curve.
    pub fn curve(
        mut self,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        self.curves.push((name.into(), points.into_iter().collect()));
        self
    }
}
