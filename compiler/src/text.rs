//! Code as text.
//!
//! Most of a network's code is numbers. rustc turns text into tokens in a fraction of the time that it
//! takes to hand the tokens over one by one, and text is easily compared. What users wrote stays
//! tokens, which know their place in the source.

use proc_macro2::TokenStream;
use std::fmt::{Display, Write};

extern crate proc_macro;

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> TokenStream {
    // In a macro, proc_macro2 would read the text itself first, to see whether it is valid.
    if proc_macro::is_available() {
        text.parse::<proc_macro::TokenStream>().expect("emitted code is Rust").into()
    } else {
        text.parse().expect("emitted code is Rust")
    }
}

/// The elements with commas between them.
pub(crate) fn list<T: Display>(elements: impl IntoIterator<Item = T>) -> String {
    let mut list = String::new();
    for (i, element) in elements.into_iter().enumerate() {
        let _ = write!(list, "{}{element}", if i > 0 { ", " } else { "" });
    }
    list
}
