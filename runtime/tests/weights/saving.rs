//! Saving: to paths that others save to, through links, and to what is no file.

use crate::common::Tiny;
use crate::{assert_same, network};
use cnn_runtime::Network;
use std::path::Path;

#[test]
fn a_failed_save_leaves_the_old_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("there").join("tiny.safetensors");
    let text = Network::save(&network(), &path).unwrap_err().to_string();
    assert!(text.starts_with(&format!("{}: cannot write: ", path.display())), "{text}");
    // A folder cannot be replaced by a file.
    std::fs::create_dir_all(&path).expect("a folder");
    assert!(Network::save(&network(), &path).is_err());
    let left = std::fs::read_dir(folder.path().join("there")).expect("the folder").count();
    assert_eq!(left, 1);
}

#[cfg(unix)]
#[test]
fn a_saved_file_can_be_read_by_whom_the_umask_allows() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode();
    let (ours, plain) = (folder.path().join("a"), folder.path().join("b"));
    Network::save(&network(), &ours).expect("a folder to write to");
    std::fs::write(&plain, b"").expect("a file");
    assert_eq!(mode(&ours), mode(&plain));
}

/// A network all of whose weights are this number.
fn filled(with: f32) -> Tiny {
    let mut net = network();
    for path in ["1.weight", "1.bias"] {
        net.params_mut().get_mut(path).expect("a parameter").fill(with);
    }
    net
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn threads_save_to_one_path_and_load_whole_files() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    const WRITERS: usize = 8;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tiny.safetensors");
    Network::save(&filled(0.0), &path).expect("a folder to write to");
    let (running, loads) = (AtomicUsize::new(WRITERS), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (path, running) = (&path, &running);
            scope.spawn(move || {
                let net = filled(writer as f32);
                let failed = (0..25).find_map(|_| Network::save(&net, path).err());
                running.fetch_sub(1, Ordering::SeqCst);
                assert!(failed.is_none(), "{failed:?}");
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                while running.load(Ordering::SeqCst) > 0 {
                    let net: Tiny = Network::load(&path).expect("a whole file");
                    let found = net.params().get("1.weight").expect("a weight");
                    assert!(found.iter().all(|&x| x == found[[0, 0]]), "parts of two files");
                    loads.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert!(loads.into_inner() > 0);
    assert_eq!(names(folder.path()), ["tiny.safetensors"]);
}

#[test]
fn a_long_name_is_saved_to() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["x".repeat(240), "é".repeat(120), "日".repeat(80)] {
        let path = folder.path().join(&name);
        for _ in 0..2 {
            Network::save(&network(), &path).expect("a name of 240 bytes");
        }
        assert_same(&network(), &Network::load(&path).expect("a good file"));
    }
    assert_eq!(names(folder.path()).len(), 3);
}

#[cfg(unix)]
#[test]
fn a_saved_file_keeps_its_mode_and_links_to_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("data")).expect("a folder");
    Network::save(&filled(1.0), at("data/file")).expect("a folder to write to");
    for mode in [0o600, 0o640, 0o444] {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(at("data/file"), permissions).expect("a file");
        Network::save(&filled(2.0), at("data/file")).expect("a file to replace");
        let found = std::fs::metadata(at("data/file")).expect("a file").permissions().mode();
        assert_eq!(found & 0o777, mode);
    }
    // A link to a link, whose paths are relative to their own folders.
    symlink("data/link", at("link")).expect("a link");
    symlink("file", at("data/link")).expect("a link");
    Network::save(&filled(3.0), at("link")).expect("a file to replace");
    assert_same(&filled(3.0), &Network::load(at("data/file")).expect("a good file"));
    // And one to a file that is not there yet.
    symlink(at("data/new"), at("data/dangling")).expect("a link");
    Network::save(&filled(4.0), at("data/dangling")).expect("a folder to write to");
    assert_same(&filled(4.0), &Network::load(at("data/new")).expect("a good file"));
    for link in ["link", "data/link", "data/dangling"] {
        assert!(std::fs::symlink_metadata(at(link)).expect("a link").is_symlink(), "{link}");
    }
    symlink("round", at("round")).expect("a link");
    let text = Network::save(&network(), at("round")).unwrap_err().to_string();
    assert!(text.starts_with(&format!("{}: cannot write: ", at("round").display())), "{text}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_neither_read_nor_replaced() {
    use std::os::unix::net::UnixListener;
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
    assert!(made.expect("the program mkfifo").success());
    let _socket = UnixListener::bind(at("socket")).expect("a socket");
    std::os::unix::fs::symlink("/dev/zero", at("link")).expect("a link");
    let cases = [
        (at("pipe"), "a pipe"),
        (at("socket"), "a socket"),
        (at("link"), "a device"),
        ("/dev/null".into(), "a device"),
        (folder.path().to_owned(), "a folder"),
    ];
    for (path, what) in cases {
        let expected = format!("{}: found {what}, expected a file", path.display());
        let kind = |path: &Path| std::fs::symlink_metadata(path).expect("a path").file_type();
        let before = kind(&path);
        let errors = [
            Network::save(&network(), &path).unwrap_err(),
            Tiny::load(&path).map(|_| ()).unwrap_err(),
            #[cfg(feature = "train")]
            cnn_runtime::data::idx::images(&path).map(|_| ()).unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, cnn_runtime::Error::NotAFile { .. }));
            assert_eq!(error.to_string(), expected);
        }
        assert_eq!(kind(&path), before);
    }
}

#[test]
fn a_negative_count_is_refused_where_it_is_set() {
    let mut net = network();
    let error = net.params_mut().set_counter("2.num_batches_tracked", -5).unwrap_err().to_string();
    assert_eq!(
        error,
        "`2.num_batches_tracked` of `Tiny`: found the count -5, expected one from 0 on"
    );
    assert_eq!(net.params().counters(), [42]);
}
