//! The messages of an ONNX file: those of `onnx.proto3` (<https://github.com/onnx/onnx>), with the fields that a
//! network needs. Fields that are left out are skipped when a file is read.
//!
//! Packed repeated numbers of a tensor are read as the bytes that they are, so that their place in the file is known.

#![allow(missing_docs, reason = "the names are those of the format's own documentation")]

use crate::message::{Part, messages};
use bytes::{Buf, BufMut, Bytes};
use prost::encoding::{self, DecodeContext, WireType};
use prost::{DecodeError, Message};

messages! {
    ModelProto {
        1 ir_version: i64,
        2 producer_name: String,
        3 producer_version: String,
        6 doc_string: String,
        7 graph: Option<GraphProto>,
        8 opset_import: Vec<OperatorSetIdProto>,
        14 metadata_props: Vec<StringStringEntryProto>,
        25 functions: Vec<FunctionProto>,
    }

    OperatorSetIdProto {
        1 domain: String,
        2 version: i64,
    }

    StringStringEntryProto {
        1 key: String,
        2 value: String,
    }

    GraphProto {
        1 node: Vec<NodeProto>,
        2 name: String,
        5 initializer: Vec<TensorProto>,
        10 doc_string: String,
        11 input: Vec<ValueInfoProto>,
        12 output: Vec<ValueInfoProto>,
        13 value_info: Vec<ValueInfoProto>,
        15 sparse_initializer: Vec<SparseTensorProto>,
    }

    SparseTensorProto {
        1 values: Option<TensorProto>,
    }

    NodeProto {
        1 input: Vec<String>,
        2 output: Vec<String>,
        3 name: String,
        4 op_type: String,
        5 attribute: Vec<AttributeProto>,
        6 doc_string: String,
        7 domain: String,
        9 metadata_props: Vec<StringStringEntryProto>,
    }

    FunctionProto {
        1 name: String,
        10 domain: String,
    }
}

/// What an attribute holds: [`AttributeProto::kind`].
pub mod attribute {
    pub const FLOAT: i32 = 1;
    pub const INT: i32 = 2;
    pub const STRING: i32 = 3;
    pub const TENSOR: i32 = 4;
    pub const GRAPH: i32 = 5;
    pub const FLOATS: i32 = 6;
    pub const INTS: i32 = 7;
    pub const STRINGS: i32 = 8;
}

messages! {
    AttributeProto {
        1 name: String,
        2 f: f32,
        3 i: i64,
        4 s: Bytes,
        5 t: Option<TensorProto>,
        6 g: Option<GraphProto>,
        7 floats: Vec<f32>,
        8 ints: Vec<i64>,
        9 strings: Vec<Bytes>,
        /// One of [`attribute`]'s; 0 in files older than the field.
        20 kind: i32,
        21 ref_attr_name: String,
    }
}

/// Types of a tensor's elements: [`TensorProto::data_type`].
pub mod element {
    pub const FLOAT: i32 = 1;
    pub const UINT8: i32 = 2;
    pub const INT8: i32 = 3;
    pub const UINT16: i32 = 4;
    pub const INT16: i32 = 5;
    pub const INT32: i32 = 6;
    pub const INT64: i32 = 7;
    pub const STRING: i32 = 8;
    pub const BOOL: i32 = 9;
    pub const FLOAT16: i32 = 10;
    pub const DOUBLE: i32 = 11;
    pub const UINT32: i32 = 12;
    pub const UINT64: i32 = 13;
    pub const BFLOAT16: i32 = 16;
}

messages! {
    TensorProto {
        1 dims: Vec<i64>,
        /// One of [`element`]'s.
        2 data_type: i32,
        /// Packed.
        4 float_data: Bytes,
        /// Packed variable-length integers.
        5 int32_data: Bytes,
        /// Packed variable-length integers.
        7 int64_data: Bytes,
        8 name: String,
        /// Little-endian.
        9 raw_data: Bytes,
        /// Packed.
        10 double_data: Bytes,
        13 external_data: Vec<StringStringEntryProto>,
        /// 1 where the data lies in another file.
        14 data_location: i32,
    }

    ValueInfoProto {
        1 name: String,
        2 r#type: Option<TypeProto>,
    }

    TypeProto {
        1 tensor_type: Option<TensorTypeProto>,
    }

    TensorTypeProto {
        /// One of [`element`]'s.
        1 elem_type: i32,
        2 shape: Option<TensorShapeProto>,
    }

    TensorShapeProto {
        1 dim: Vec<Dimension>,
    }
}

/// A dimension of a tensor that goes in or out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dimension {
    pub size: Option<Size>,
}

/// One of these is written, whatever its value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Size {
    Value(i64),
    Param(String),
}

impl Part for Dimension {}

impl Message for Dimension {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        match &self.size {
            Some(Size::Value(value)) => encoding::int64::encode(1, value, buffer),
            Some(Size::Param(param)) => encoding::string::encode(2, param, buffer),
            None => {}
        }
    }
    fn merge_field(
        &mut self,
        tag: u32,
        wire: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        let read = match tag {
            1 => {
                let mut value = 0;
                let read = encoding::int64::merge(wire, &mut value, buffer, context);
                read.map(|()| self.size = Some(Size::Value(value)))
            }
            2 => {
                let mut param = String::new();
                let read = encoding::string::merge(wire, &mut param, buffer, context);
                read.map(|()| self.size = Some(Size::Param(param)))
            }
            _ => return encoding::skip_field(wire, tag, buffer, context),
        };
        read.map_err(|mut error| {
            error.push("Dimension", "size");
            error
        })
    }
    fn encoded_len(&self) -> usize {
        match &self.size {
            Some(Size::Value(value)) => encoding::int64::encoded_len(1, value),
            Some(Size::Param(param)) => encoding::string::encoded_len(2, param),
            None => 0,
        }
    }
    fn clear(&mut self) {
        self.size = None;
    }
}
