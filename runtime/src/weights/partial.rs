//! A file that takes another's place once it is complete.
//!
//! Whoever writes such a file holds a lock on it, which the system gives up with the process, however
//! that ends. So a partial file without a lock has no writer any more, and the next one who saves to the
//! same path removes it.

use crate::error::Error;
use crate::file;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

const END: &str = ".partial";

/// Where a file goes that is saved to `path`: to the place of the file that a symbolic link leads to.
///
/// # Errors
/// There is something else than a file, or links lead nowhere.
pub(super) fn destination(path: &Path) -> Result<PathBuf, Error> {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    match fs::metadata(path) {
        Ok(found) => file::regular(path, &found)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io(path, "write")(error)),
    }
    let mut at = path.to_owned();
    for _ in 0..MOST_LINKS {
        if !fs::symlink_metadata(&at).is_ok_and(|found| found.is_symlink()) {
            return Ok(at);
        }
        let to = fs::read_link(&at).map_err(Error::io(path, "write"))?;
        at.pop();
        at.push(to);
    }
    let error = io::Error::other("too many symbolic links, one after the other");
    Err(Error::io(path, "write")(error))
}

/// A new file beside the one that it shall replace; it goes away with this value unless it did.
pub(super) struct Partial {
    pub(super) file: File,
    /// Where it is now.
    path: PathBuf,
    folder: PathBuf,
    persisted: bool,
}

impl Partial {
    /// In the folder of `path`, so that it can take its place in one step, with the mode of the file
    /// that is there. Partial files for the same path whose writers are gone are removed.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let start = start(path);
        remove_abandoned(folder, &start);
        let like = fs::metadata(path).ok();
        loop {
            let path = folder.join(format!("{start}{}{END}", unique()));
            let file = match create(&path, like.as_ref()) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                created => created?,
            };
            let partial = Self { file, path, folder: folder.to_owned(), persisted: false };
            // Before it has its lock, another writer may take it for abandoned. Not every system has
            // locks; without them nothing is taken for abandoned.
            let taken = matches!(partial.file.try_lock(), Err(TryLockError::WouldBlock));
            if !taken && partial.is_there() {
                return Ok(partial);
            }
        }
    }

    fn is_there(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok()
    }

    /// Puts it in the place of `path`, complete and on the disk. False if it was removed meanwhile: on a
    /// volume that several machines share, not all of them may see its lock.
    pub(super) fn persist(mut self, path: &Path) -> io::Result<bool> {
        self.file.sync_all()?;
        match fs::rename(&self.path, path) {
            Err(error) if error.kind() == ErrorKind::NotFound && !self.is_there() => {
                return Ok(false);
            }
            renamed => renamed?,
        }
        self.persisted = true;
        // The new name is durable once the folder is; not every system can sync a folder.
        if let Ok(folder) = File::open(&self.folder) {
            let _ = folder.sync_all();
        }
        Ok(true)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.persisted {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What the names of all partial files for a path begin with, and no others: as much of its name as there
/// is room for, for the eyes, and a hash of all of it.
fn start(path: &Path) -> String {
    const SHOWN: usize = 32;
    let name = path.file_name().unwrap_or_default();
    let mut hash = 0xcbf2_9ce4_8422_2325u64; // FNV-1a: the same in every process
    for &byte in name.as_encoded_bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    let shown: String = name.to_string_lossy().chars().take(SHOWN).collect();
    format!(".{}.{hash:016x}.", &shown[..shown.floor_char_boundary(2 * SHOWN)])
}

/// A part of a name that no other call gets: not in this process, nor in another one, nor in another
/// container on the same volume, whose processes have the same numbers.
fn unique() -> String {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    // Its keys are the system's random numbers.
    let random = RandomState::new().build_hasher().finish();
    format!("{:x}-{call:x}-{random:016x}", std::process::id())
}

/// A new file with the mode and owner of another one.
fn create(path: &Path, like: Option<&Metadata>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if let Some(like) = like {
        use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
        // Nobody may look into it who may not look into the other.
        let file = options.mode(like.mode() & 0o700).open(path)?;
        // Not every volume has modes, and not everyone may give files away.
        let _ = std::os::unix::fs::fchown(&file, Some(like.uid()), Some(like.gid()));
        let _ = file.set_permissions(like.permissions());
        return Ok(file);
    }
    #[cfg(not(unix))]
    let _ = like;
    options.open(path)
}

/// Removes the partial files whose names begin so and that nobody has a lock on.
fn remove_abandoned(folder: &Path, start: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|n| n.starts_with(start) && n.ends_with(END));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let path = entry.path();
            // Some systems give locks to those only who may write.
            let file = OpenOptions::new().write(true).open(&path).or_else(|_| File::open(&path));
            // The lock is held until the file is gone. If its writer has just finished, it has another
            // name by now, and this one is never used again.
            if let Ok(file) = file
                && file.try_lock().is_ok()
            {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    fn partials(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("the folder").flatten().map(|e| e.path());
        entries.filter(|path| path.to_string_lossy().ends_with(END)).collect()
    }

    /// Set where this program runs as a writer that is killed: the path that it writes to.
    const WRITES: &str = "CNN_TEST_WRITES";

    #[test]
    fn what_a_killed_writer_leaves_goes_with_the_next_save() {
        if let Some(path) = std::env::var_os(WRITES) {
            let mut partial = Partial::beside(Path::new(&path)).expect("a folder to write to");
            partial.file.write_all(b"half of").expect("a file to write to");
            std::thread::sleep(Duration::from_secs(60));
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("weights");
        let name = "weights::partial::tests::what_a_killed_writer_leaves_goes_with_the_next_save";
        let mut writer = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", name])
            .env(WRITES, &path)
            .stdout(Stdio::null())
            .spawn()
            .expect("a process");
        let start = Instant::now();
        let written =
            || partials(folder.path()).iter().any(|p| fs::read(p).is_ok_and(|b| !b.is_empty()));
        while !written() {
            assert!(start.elapsed() < Duration::from_secs(30), "the other process does not write");
            std::thread::sleep(Duration::from_millis(5));
        }
        // One that is being written stays, and one for another path.
        let other = Partial::beside(&folder.path().join("weights2")).expect("a folder");
        drop(Partial::beside(&path).expect("a folder to write to"));
        assert_eq!(partials(folder.path()).len(), 2);
        writer.kill().and_then(|()| writer.wait()).expect("a process to end");
        let partial = Partial::beside(&path).expect("a folder to write to");
        assert!(partials(folder.path()).iter().all(|p| *p == partial.path || *p == other.path));
        assert!(partial.persist(&path).expect("a path"));
        drop(other);
        assert!(partials(folder.path()).is_empty());
    }

    #[test]
    fn a_partial_file_that_was_removed_is_written_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("weights");
        let partial = Partial::beside(&path).expect("a folder to write to");
        fs::remove_file(&partial.path).expect("a file");
        assert!(!partial.persist(&path).expect("nothing that fails"));
    }

    #[test]
    fn no_two_partial_files_have_one_name() {
        let names: std::collections::HashSet<_> = (0..100).map(|_| unique()).collect();
        assert_eq!(names.len(), 100);
        // A process of the same number would still have other random numbers.
        let random = |name: &String| name.rsplit('-').next().map(str::to_owned);
        assert_eq!(names.iter().map(random).collect::<std::collections::HashSet<_>>().len(), 100);
        let long = |c: &str| start(Path::new(&c.repeat(240 / c.len())));
        assert!(long("x").len() < 100 && long("é").len() < 100 && long("x") != long("é"));
        assert_ne!(start(Path::new("a")), start(Path::new("a.b")));
    }
}
