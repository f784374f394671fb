//! hel channels under tokio.
//!
//! Today this crate only re-exports [`hel`], whose futures and streams already run on any executor, tokio's included.
//! Still to come: limits by tokio's clock for every async operation, `coop` (a share in tokio's task budget), and
//! `mpsc`, a module with the names of `tokio::sync::mpsc`.
#![forbid(unsafe_code)]

pub use hel;
