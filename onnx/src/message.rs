//! Messages of Protobuf: what `prost` would derive, by a macro of a few lines. `prost-derive` takes longer to
//! compile than all the rest of this crate.

use bytes::{Buf, BufMut, Bytes};
use prost::encoding::{self, DecodeContext, WireType};
use prost::{DecodeError, Message};

/// What a message may hold. A value that is its type's default is not written.
pub(crate) trait Field {
    /// Writes it with its key.
    fn write(&self, tag: u32, buffer: &mut impl BufMut);
    /// The bytes that [`Field::write`] writes.
    fn written(&self, tag: u32) -> usize;
    /// Reads what follows a key.
    ///
    /// # Errors
    /// The bytes are no such value.
    fn read(
        &mut self,
        wire: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError>;
}

/// A message of this crate.
pub(crate) trait Part: Message + Default {}

/// Numbers, text and bytes, and lists of them by the functions for one and for many.
macro_rules! fields {
    ($($module:ident: $type:ty, $encode:ident, $encoded_len:ident;)*) => { $(
        impl Field for $type {
            fn write(&self, tag: u32, buffer: &mut impl BufMut) {
                if *self != Self::default() {
                    encoding::$module::encode(tag, self, buffer);
                }
            }
            fn written(&self, tag: u32) -> usize {
                if *self == Self::default() { 0 } else { encoding::$module::encoded_len(tag, self) }
            }
            fn read(
                &mut self,
                wire: WireType,
                buffer: &mut impl Buf,
                context: DecodeContext,
            ) -> Result<(), DecodeError> {
                encoding::$module::merge(wire, self, buffer, context)
            }
        }

        impl Field for Vec<$type> {
            fn write(&self, tag: u32, buffer: &mut impl BufMut) {
                encoding::$module::$encode(tag, self, buffer);
            }
            fn written(&self, tag: u32) -> usize {
                encoding::$module::$encoded_len(tag, self)
            }
            fn read(
                &mut self,
                wire: WireType,
                buffer: &mut impl Buf,
                context: DecodeContext,
            ) -> Result<(), DecodeError> {
                encoding::$module::merge_repeated(wire, self, buffer, context)
            }
        }
    )* };
}

fields! {
    int32: i32, encode_packed, encoded_len_packed;
    int64: i64, encode_packed, encoded_len_packed;
    float: f32, encode_packed, encoded_len_packed;
    string: String, encode_repeated, encoded_len_repeated;
    bytes: Bytes, encode_repeated, encoded_len_repeated;
}

impl<M: Part> Field for Option<M> {
    fn write(&self, tag: u32, buffer: &mut impl BufMut) {
        if let Some(message) = self {
            encoding::message::encode(tag, message, buffer);
        }
    }
    fn written(&self, tag: u32) -> usize {
        self.as_ref().map_or(0, |message| encoding::message::encoded_len(tag, message))
    }
    fn read(
        &mut self,
        wire: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        let message = self.get_or_insert_with(M::default);
        encoding::message::merge(wire, message, buffer, context)
    }
}

impl<M: Part> Field for Vec<M> {
    fn write(&self, tag: u32, buffer: &mut impl BufMut) {
        encoding::message::encode_repeated(tag, self, buffer);
    }
    fn written(&self, tag: u32) -> usize {
        encoding::message::encoded_len_repeated(tag, self)
    }
    fn read(
        &mut self,
        wire: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        encoding::message::merge_repeated(wire, self, buffer, context)
    }
}

/// Defines messages; a field's tag stands before it, and fields are written in their order. Fields that a
/// message does not have are skipped when it is read.
macro_rules! messages {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$doc:meta])* $tag:literal $field:ident: $type:ty,)* }
    )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl $crate::message::Part for $name {}

        impl prost::Message for $name {
            fn encode_raw(&self, buffer: &mut impl bytes::BufMut) {
                $($crate::message::Field::write(&self.$field, $tag, buffer);)*
            }
            fn merge_field(
                &mut self,
                tag: u32,
                wire: prost::encoding::WireType,
                buffer: &mut impl bytes::Buf,
                context: prost::encoding::DecodeContext,
            ) -> Result<(), prost::DecodeError> {
                match tag {
                    $($tag => $crate::message::Field::read(&mut self.$field, wire, buffer, context)
                        .map_err(|mut error| {
                            error.push(stringify!($name), stringify!($field));
                            error
                        }),)*
                    _ => prost::encoding::skip_field(wire, tag, buffer, context),
                }
            }
            fn encoded_len(&self) -> usize {
                0 $(+ $crate::message::Field::written(&self.$field, $tag))*
            }
            fn clear(&mut self) {
                *self = Self::default();
            }
        }
    )* };
}
pub(crate) use messages;
