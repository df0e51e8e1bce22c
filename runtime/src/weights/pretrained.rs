//! Weights from elsewhere, of which a network takes what fits.

use super::order::Orders;
use super::read::{self, Header, Source};
use super::{about, manifest};
use crate::describe::{Describe, TensorSpec};
use crate::error::{Error, Origin, SHOWN, TensorList, TensorProblem, similar};
use crate::file;
use crate::normalize::Normalize;
use crate::params::Params;
use crate::pattern;
use cnn_ir::Role;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;

/// Weights from elsewhere, of which a network takes what fits: all but the head of a network that was trained on
/// other classes, say, or those of a file in which tensors have other names.
///
/// ```
/// use cnn::Pretrained;
///
/// cnn::cnn! {
///     block features() { conv(8, 3x3, pad=1) -> bn -> relu -> conv(8, 3x3) -> relu }
///     struct Old< 1x8x8 -> backbone: features -> flatten -> head: dense(10) >;
///     struct New< 1x8x8 -> features: features -> flatten -> head: dense(3) >;
/// }
///
/// let bytes = Old::new(1).to_bytes(); // or a file: `Pretrained::open(path)?`
/// let mut net = New::new(2);
/// let pretrained = Pretrained::from_bytes(&bytes)?.rename("backbone.*", "features.*").except("head.*");
/// let report = net.load_partial(pretrained)?.complete()?;
/// assert_eq!((report.taken.len(), report.left_out.len()), (9, 2));
/// println!("{report}");
/// # Ok::<(), cnn::Error>(())
/// ```
///
/// In patterns, `*` stands for any characters and `?` for one.
pub struct Pretrained<'a> {
    source: Source<'a>,
    header: Header,
    renames: Vec<Rename>,
    only: Vec<String>,
    except: Vec<String>,
    orders: Orders,
}

enum Rename {
    Pattern(String, String),
    By(Box<dyn Fn(&str) -> String + Send>),
}

impl Pretrained<'static> {
    /// Those of a safetensors file, with PyTorch's layouts.
    ///
    /// # Errors
    /// The file can't be read, is a pipe or a device, or is no safetensors file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let (file, _) = file::open(path)?;
        Self::of(Source::File(file, path.to_owned()))
    }
}

impl<'a> Pretrained<'a> {
    /// Those in the bytes of such a file: `include_bytes!`, or another network's `to_bytes()`.
    ///
    /// # Errors
    /// They are no such file.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::of(Source::Memory(bytes))
    }

    fn of(mut source: Source<'a>) -> Result<Self, Error> {
        let header = read::header(&mut source)?;
        let (renames, only, except) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { source, header, renames, only, except, orders: Orders::default() })
    }

    /// Tensors of the file whose name fits the pattern have another one in the network, in which each `*` stands for
    /// what the pattern's stands for: `rename("module.*", "*")`, `rename("*", "classifier.*")`,
    /// `rename("*.gamma", "*.weight")`. Each renaming takes the names as those before leave them.
    pub fn rename(mut self, pattern: impl Into<String>, replacement: impl Into<String>) -> Self {
        self.renames.push(Rename::Pattern(pattern.into(), replacement.into()));
        self
    }

    /// The name that each tensor of the file has in the network, from the one that those before leave it.
    pub fn rename_by(mut self, rename: impl Fn(&str) -> String + Send + 'static) -> Self {
        self.renames.push(Rename::By(Box::new(rename)));
        self
    }

    /// The file's weights lie as TensorFlow's, Keras's and JAX's: kernels of convolutions as H×W×in×out, those of
    /// depthwise ones as H×W×channels×times, and weights of dense layers as in×out. They are turned as they are read.
    pub fn channels_last(mut self) -> Self {
        self.orders.channels_last = true;
        self
    }

    /// The dense layers whose weight's path fits the pattern read a volume of these channels, rows and columns that was
    /// flattened with the channels of a pixel side by side, as H×W×C; here it is flattened as C×H×W.
    pub fn flattened(mut self, pattern: impl Into<String>, volume: [usize; 3]) -> Self {
        self.orders.flattened.push((pattern.into(), volume));
        self
    }

    /// Takes nothing but the network's tensors whose path fits the pattern, or one of them if there are several.
    pub fn only(mut self, pattern: impl Into<String>) -> Self {
        self.only.push(pattern.into());
        self
    }

    /// Leaves the network's tensors as they are whose path fits the pattern.
    pub fn except(mut self, pattern: impl Into<String>) -> Self {
        self.except.push(pattern.into());
        self
    }

    /// What the file says of its tensors, as JSON: a manifest, with which a network is compared while it is compiled.
    /// `struct Net< … > with weights="net.json";` then has `Net::load_checked(path)?`.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn manifest(&mut self) -> Result<String, Error> {
        let mut json = vec![0; self.header.start as usize - 8];
        self.source.read(8, &mut json)?;
        Ok(manifest::text(&self.header, &String::from_utf8_lossy(&json)))
    }

    /// Takes what fits into the parameters of a network, and says what that was. A tensor fits if it has the path,
    /// the dimensions and a type that can be converted; all others stay as they were, and so does a counter that the
    /// file does not have. How images are normalized is taken too, unless the network has it already, or its images
    /// have other channels.
    ///
    /// # Errors
    /// The file can't be read, nothing of it fits, no path fits a pattern, two tensors get the same name, a
    /// replacement has more `*` than its pattern, a volume has another size than the weight reads, or there is no memory for a copy of the parameters. They are then
    /// as before.
    pub fn load_into<N: Describe>(mut self, params: &mut Params) -> Result<LoadReport, Error> {
        let specs = params.specs();
        let chosen = self.choose(params)?;
        self.orders.check(specs)?;
        let names = self.names(params)?;
        let mut report = LoadReport {
            origin: self.source.origin(),
            network: params.network(),
            tensors: specs.len(),
            taken: Vec::new(),
            left: Vec::new(),
            left_out: Vec::new(),
            unused: Vec::new(),
            normalization: None,
        };
        let mut tensors = Vec::new();
        for (spec, chosen) in specs.iter().zip(chosen) {
            if !chosen {
                report.left_out.push(spec.path);
                continue;
            }
            let found = names.get(spec.path).and_then(|name| Some((name, self.header.info(name)?)));
            let Some((name, info)) = found else {
                if spec.role != Role::Counter {
                    let (path, expected) = (spec.path.to_owned(), spec.dims.to_vec());
                    report.left.push(TensorProblem::Missing { path, expected });
                }
                continue;
            };
            let order = self.orders.of(spec, info);
            match read::tensor(&mut self.source, self.header.start, spec, info, order)? {
                Ok(tensor) => {
                    tensors.push(tensor);
                    report.taken.push(Taken { path: spec.path, name: name.clone() });
                }
                Err(problem) => report.left.push(problem),
            }
        }
        report.unused = self.unused(specs, &names, &report.left);
        if tensors.is_empty() && !report.left.is_empty() {
            report.left.append(&mut report.unused);
            return Err(report.refused());
        }
        let mut all = params.try_clone()?;
        read::fill(&mut self.source, &tensors, &mut all)?;
        if !tensors.is_empty() && all.normalization().is_none() {
            let found = about::normalization(&self.header, self.source.origin())?;
            let fits = |n: &Normalize| n.problem(N::INPUTS[0].channels()).is_none();
            report.normalization = found.filter(fits);
            all.keep_normalization(report.normalization.clone());
        }
        *params = all;
        Ok(report)
    }

    /// Of each tensor of the network, whether it is wanted.
    fn choose(&self, params: &Params) -> Result<Vec<bool>, Error> {
        let paths = || params.specs().iter().map(|spec| spec.path);
        let fits = |pattern: &String, path: &str| pattern::captures(pattern, path).is_some();
        let patterns = || self.only.iter().chain(&self.except);
        if let Some(pattern) = patterns().find(|p| !paths().any(|path| fits(p, path))) {
            return Err(Error::NoMembers {
                network: params.network(),
                pattern: pattern.clone(),
                similar: similar(pattern, paths()),
            });
        }
        let any = |patterns: &[String], path: &str| patterns.iter().any(|p| fits(p, path));
        let wanted =
            |path| (self.only.is_empty() || any(&self.only, path)) && !any(&self.except, path);
        Ok(paths().map(wanted).collect())
    }

    /// The name in the file of each tensor, by the one that it shall have in the network.
    fn names(&self, params: &Params) -> Result<BTreeMap<String, String>, Error> {
        let stars = |text: &str| text.matches('*').count();
        for rename in &self.renames {
            if let Rename::Pattern(pattern, replacement) = rename
                && stars(replacement) > stars(pattern)
            {
                return Err(Error::Argument {
                    owner: "Pretrained",
                    argument: "rename",
                    found: format!("`{pattern}` and `{replacement}`"),
                    expected: "no more `*` in the replacement than in the pattern",
                });
            }
        }
        let mut found: Vec<String> = self.header.names().collect();
        found.sort_unstable();
        let (mut names, mut problems) = (BTreeMap::new(), Vec::new());
        for name in found {
            let path = self.renames.iter().fold(name.clone(), |path, rename| match rename {
                Rename::Pattern(from, to) => pattern::replaced(from, to, &path).unwrap_or(path),
                Rename::By(rename) => rename(&path),
            });
            if let Some(first) = names.insert(path.clone(), name.clone()) {
                problems.push(TensorProblem::Twice { path, names: [first, name] });
            }
        }
        if problems.is_empty() {
            return Ok(names);
        }
        let (network, tensors) = (params.network(), params.specs().len());
        Err(Error::Tensors { origin: self.source.origin(), network, tensors, problems })
    }

    /// The tensors of the file that have no place in the network.
    fn unused(
        &self,
        specs: &'static [TensorSpec],
        names: &BTreeMap<String, String>,
        left: &[TensorProblem],
    ) -> Vec<TensorProblem> {
        let known: HashSet<&str> = specs.iter().map(|spec| spec.path).collect();
        let missing: HashSet<&str> = left
            .iter()
            .filter_map(|problem| match problem {
                TensorProblem::Missing { path, .. } => Some(&path[..]),
                _ => None,
            })
            .collect();
        let candidates =
            || specs.iter().map(|spec| spec.path).filter(|path| missing.contains(path));
        let unused = names.iter().filter(|(path, _)| !known.contains(path.as_str()));
        let problem = |(i, (path, name)): (usize, (&String, &String))| TensorProblem::Surplus {
            path: name.clone(),
            found: self.header.info(name).map_or(Vec::new(), |info| info.shape.clone()),
            // A search takes long, and a file may have any number of names: only for those shown.
            similar: if i < SHOWN { similar(path, candidates()) } else { None },
        };
        unused.enumerate().map(problem).collect()
    }
}

impl fmt::Debug for Pretrained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pretrained")
            .field("origin", &self.source.origin())
            .field("only", &self.only)
            .field("except", &self.except)
            .finish_non_exhaustive()
    }
}

/// What a network took of weights from elsewhere, and what not. It can be printed: a screen at most.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LoadReport {
    /// The file.
    pub origin: Origin,
    /// The network's name.
    pub network: &'static str,
    /// Tensors in the network's `state_dict`.
    pub tensors: usize,
    /// Tensors that were taken.
    pub taken: Vec<Taken>,
    /// Tensors of the network that stayed as they were, each with the reason: the file does not have it, or with
    /// other dimensions, of another type, or no count.
    pub left: Vec<TensorProblem>,
    /// Paths of tensors that stayed as they were since patterns say so.
    pub left_out: Vec<&'static str>,
    /// Tensors of the file that the network has no place for.
    pub unused: Vec<TensorProblem>,
    /// How images are normalized, if that was taken.
    pub normalization: Option<Normalize>,
}

/// A tensor that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Taken {
    /// Its parameter path.
    pub path: &'static str,
    /// Its name in the file.
    pub name: String,
}

impl LoadReport {
    /// The report, if all of the network was taken but what patterns leave out.
    ///
    /// # Errors
    /// Something stayed as it was for another reason.
    pub fn complete(self) -> Result<Self, Error> {
        if self.left.is_empty() { Ok(self) } else { Err(self.refused()) }
    }

    fn refused(self) -> Error {
        let Self { origin, network, tensors, left: problems, .. } = self;
        Error::Tensors { origin, network, tensors, problems }
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (taken, tensors) = (self.taken.len(), self.tensors);
        write!(f, "{}: took {taken} of the {tensors} tensors of `{}`", self.origin, self.network)?;
        if self.normalization.is_some() {
            f.write_str(" and the normalization")?;
        }
        if !self.left_out.is_empty() {
            write!(f, ", leaving out {} as asked", self.left_out.len())?;
        }
        let problems: Vec<TensorProblem> = self.left.iter().chain(&self.unused).cloned().collect();
        if !problems.is_empty() {
            write!(f, "; not taken:{}", TensorList(&problems))?;
        }
        Ok(())
    }
}
