//! `cnn`
