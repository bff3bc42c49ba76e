//! What the console decides before it shows anything.

mod reader;
mod return_path;

pub use reader::Reader;
pub use return_path::{CONSOLE, return_path};
