//! The gradients of this family's layers in blocks of sixteen channels.

mod conv;
mod deconv;
mod grouped;
mod grouped_deconv;
mod table;
