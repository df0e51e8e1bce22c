//! What the header of a safetensors file says of its tensors, from its text and to it. It takes the format's own
//! library a while to be compiled, with all that it derives.

use serde_core::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// A tensor of a file.
#[derive(Debug)]
pub(super) struct TensorInfo {
    /// Its type as the format names it.
    pub(super) dtype: String,
    pub(super) shape: Vec<usize>,
    /// Its first byte, and the one after its last, counted from the first element of the file.
    pub(super) data_offsets: (usize, usize),
}

/// The header of a file.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    /// What the file says of itself.
    pub(super) about: Option<BTreeMap<String, String>>,
    pub(super) tensors: BTreeMap<String, TensorInfo>,
    /// Bytes of all elements.
    pub(super) len: usize,
}

/// The bits of an element of a type of the format.
fn bits(dtype: &str) -> Option<usize> {
    match dtype {
        "F4" => Some(4),
        "F6_E2M3" | "F6_E3M2" => Some(6),
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ"
        | "F8_E5M2FNUZ" => Some(8),
        "I16" | "U16" | "F16" | "BF16" => Some(16),
        "I32" | "U32" | "F32" => Some(32),
        "I64" | "U64" | "F64" | "C64" => Some(64),
        _ => None,
    }
}

impl TensorInfo {
    /// How many bytes its elements are, if they are whole bytes and can be counted.
    fn bytes(&self) -> Option<usize> {
        let elements = self.shape.iter().try_fold(1_usize, |n, &dim| n.checked_mul(dim))?;
        let bits = elements.checked_mul(bits(&self.dtype)?)?;
        (bits % 8 == 0).then_some(bits / 8)
    }
}

impl Metadata {
    /// Reads a header, whose tensors lie one after the other and are as large as their types and dimensions say.
    ///
    /// # Errors
    /// It is none; with what is wrong.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let text =
            std::str::from_utf8(text).map_err(|e| format!("invalid UTF-8 in header: {e}"))?;
        let mut header: Self =
            serde_json::from_str(text).map_err(|e| format!("invalid JSON in header: {e}"))?;
        let mut tensors: Vec<_> = header.tensors.iter().collect();
        tensors.sort_unstable_by_key(|(_, info)| info.data_offsets);
        for (name, info) in tensors {
            let (start, end) = info.data_offsets;
            if start != header.len || end < start {
                return Err(format!("invalid offset for tensor `{name}`"));
            }
            if info.bytes() != Some(end - start) {
                return Err("invalid shape, data type, or offset for tensor".to_owned());
            }
            header.len = end;
        }
        Ok(header)
    }

    /// Adds a tensor to a header's text: a comma, its name, and what is to be known of it.
    pub(super) fn write(text: &mut String, name: &str, info: &TensorInfo) {
        let Ok(name) = serde_json::to_string(name) else {
            unreachable!("a name can be written as JSON")
        };
        let TensorInfo { dtype, shape, data_offsets: (start, end) } = info;
        let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
        let shape = shape.join(",");
        let written = write!(
            text,
            r#",{name}:{{"dtype":"{dtype}","shape":[{shape}],"data_offsets":[{start},{end}]}}"#
        );
        debug_assert!(written.is_ok(), "a text takes any text");
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Metadata;
            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a map of tensors")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
                let mut header = Metadata::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        header.about = map.next_value()?;
                    } else {
                        header.tensors.insert(name, map.next_value()?);
                    }
                }
                Ok(header)
            }
        }
        from.deserialize_map(Entries)
    }
}

impl<'de> Deserialize<'de> for TensorInfo {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = TensorInfo;
            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a tensor's type, shape and place")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TensorInfo, A::Error> {
                let (mut dtype, mut shape, mut data_offsets) = (None, None, None);
                while let Some(field) = map.next_key::<String>()? {
                    match &*field {
                        "dtype" => dtype = Some(map.next_value::<String>()?),
                        "shape" => shape = Some(map.next_value()?),
                        "data_offsets" => data_offsets = Some(map.next_value()?),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                let missing = <A::Error as de::Error>::missing_field;
                let dtype = dtype.ok_or_else(|| missing("dtype"))?;
                // Only a name that is known may be shown.
                if bits(&dtype).is_none() {
                    return Err(de::Error::custom("unknown type of elements"));
                }
                Ok(TensorInfo {
                    dtype,
                    shape: shape.ok_or_else(|| missing("shape"))?,
                    data_offsets: data_offsets.ok_or_else(|| missing("data_offsets"))?,
                })
            }
        }
        from.deserialize_map(Fields)
    }
}
