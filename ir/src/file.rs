//! What the compiler and the runtime both know of files of weights: which other files are taken for them, and by
//! what number their headers are told apart.

/// What the names of tensors begin with that are no tensors of a network but its weights as they are packed for an
/// inference plan, whose number follows. The word `cnn_packed` of the file's metadata tells how they are packed.
pub const PACKED: &str = "__packed__.";

/// Bytes from the start of a file that [`Kind::of`] looks at.
pub const FIRST: usize = 512;

/// A kind of file that is often taken for a file of weights.
pub struct Kind {
    /// What it is.
    pub name: &'static str,
    /// What to do about it.
    pub help: &'static str,
}

const fn kind(name: &'static str, help: &'static str) -> Option<Kind> {
    Some(Kind { name, help })
}

impl Kind {
    /// What a file is that begins with these bytes, if they tell. A safetensors file begins with eight
    /// bytes of which the last are zero, which some of these kinds could begin with, too: ask only
    /// once it is known to be no such file.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        const SAVE: &str = "in Python: from safetensors.torch import save_file; \
             save_file(torch.load(FILE, map_location=\"cpu\", weights_only=True), \"weights.safetensors\")";
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        // No length of a header: it would be past 16 MiB.
        let long = bytes.get(3..8).is_some_and(|high| high.iter().any(|&byte| byte != 0));
        if starts(b"PK\x03\x04") {
            return zip(bytes, SAVE);
        }
        if starts(b"\x80") && bytes.get(1).is_some_and(|version| (1..=5).contains(version)) && long
        {
            return kind("a Python pickle, as `torch.save` wrote before PyTorch 1.6", SAVE);
        }
        if starts(b"\x1f\x8b") {
            return kind("a gzip file", "decompress it first: gunzip FILE.gz");
        }
        if starts(b"BZh") || starts(b"\xfd7zXZ\0") || starts(b"\x28\xb5\x2f\xfd") {
            return kind("a compressed file (bzip2, xz or zstd)", "decompress it first");
        }
        if bytes.get(257..262) == Some(b"ustar") {
            return kind("a tar archive", "unpack it first: tar xf FILE.tar");
        }
        if starts(b"version https://git-lfs") {
            let help = "the file itself is elsewhere: run `git lfs pull` in its repository";
            return kind("a git-lfs pointer", help);
        }
        if starts(b"\x89HDF\r\n\x1a\n") {
            let help = "in Python, read the layers' weights (Keras: model.get_weights()), bring them into \
                 PyTorch's layout and names, and write them with safetensors.numpy.save_file";
            return kind("an HDF5 file, as Keras writes", help);
        }
        if starts(b"\x93NUMPY") {
            let help = "in Python: safetensors.numpy.save_file({\"0.weight\": numpy.load(FILE)}, \
                 \"weights.safetensors\"), with all parameters by their paths";
            return kind("a NumPy array (.npy)", help);
        }
        if starts(b"GGUF") {
            return kind("a GGUF file", "export the weights as safetensors, with PyTorch's names");
        }
        // Protobuf: `ir_version`, a small number, then another field of a model.
        if let [0x08, 1..=64, 0x12 | 0x1a | 0x22 | 0x2a | 0x3a | 0x42, ..] = bytes
            && long
        {
            let help = "export the weights where the model comes from; in PyTorch: \
                 safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\")";
            return kind("an ONNX model", help);
        }
        text(bytes)
    }
}

/// A zip archive, by the name of its first entry.
fn zip(bytes: &[u8], save: &'static str) -> Option<Kind> {
    let len = bytes.get(26..28).map_or(0, |len| usize::from(u16::from_le_bytes([len[0], len[1]])));
    let name = bytes.get(30..).map_or(&b""[..], |rest| &rest[..len.min(rest.len())]);
    let has = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    if has(b"/data.pkl") || has(b"/.format_version") || has(b"/byteorder") || has(b"/version") {
        return kind("a PyTorch file (a zip archive, as `torch.save` writes)", save);
    }
    if name.ends_with(b".npy") {
        let help = "in Python: safetensors.numpy.save_file(dict(numpy.load(FILE)), \
             \"weights.safetensors\")";
        return kind("NumPy arrays in a zip archive (.npz)", help);
    }
    kind("a zip archive", "unpack it first, or, if `torch.save` wrote it, save it as safetensors")
}

/// Texts that come in the place of a file.
fn text(bytes: &[u8]) -> Option<Kind> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let starts =
        |with: &[u8]| bytes.get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with));
    if starts(b"<!doctype html") || starts(b"<html") || starts(b"<head") || starts(b"<?xml") {
        let help = "the server sent a page instead of the file; where there is a link `raw`, \
             `resolve` or `download`, take that one";
        return kind("an HTML page", help);
    }
    let printed = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    if starts(b"{") && bytes.len() >= 8 && bytes[..8].iter().all(printed) {
        let help = "an index names the files that hold the weights: load those";
        return kind("JSON text", help);
    }
    None
}

/// A number for a text, by which it is told from others: the 64-bit hash of Fowler, Noll and Vo (FNV-1a). It
/// guards against mistakes, not against malice.
pub const fn digest(text: &[u8]) -> u64 {
    let (mut hash, mut i) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while i < text.len() {
        hash = (hash ^ text[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_headers_are_no_kind_of_file() {
        // What whole safetensors files could begin with.
        for len in [0x0280u64, 0x7b, 0x04_8080, 0x12_0708, 8, 4000, 99_999_999] {
            let bytes = [len.to_le_bytes(), *b"{\"__meta"];
            assert!(Kind::of(bytes.as_flattened()).is_none(), "{len}");
        }
        assert!(Kind::of(b"").is_none());
    }

    #[test]
    fn the_digest_is_the_one_that_its_authors_give() {
        assert_eq!(digest(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(digest(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
