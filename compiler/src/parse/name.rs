//! Words, and those of them that become names of Rust.

use crate::exports::{is_plain, rust_name};
use crate::report::Report;
use proc_macro2::Ident;
use syn::Error;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Result};

/// Any word. `r#type` is the word `type`: what is emitted spells a name as Rust wants it.
pub(super) fn word(input: ParseStream<'_>) -> Result<Ident> {
    Ok(input.call(Ident::parse_any)?.unraw())
}

/// The name of a struct, as Rust would take it after `struct`.
pub(super) fn struct_name(input: ParseStream<'_>, report: &mut Report) -> Result<Ident> {
    let name = input.call(Ident::parse_any)?;
    if is_plain(&name) {
        return Ok(name.unraw());
    }
    if rust_name(&name).is_none() {
        report.error(&name, format!("`{name}` can't be the name of a struct"));
        return Ok(Ident::new("Network", name.span()));
    }
    report.error(
        &name,
        format!(
            "`{name}` is a keyword of Rust\nhelp: as the name of a struct it is written r#{name}"
        ),
    );
    Ok(name)
}

/// A word that Rust can have as a name, if need be as `r#type`.
pub(super) fn name(input: ParseStream<'_>, what: &str) -> Result<Ident> {
    let name = word(input)?;
    match rust_name(&name) {
        Some(_) => Ok(name),
        None => Err(Error::new(name.span(), format!("`{name}` can't be the name of {what}"))),
    }
}
