//! What the console decides before it shows anything.

mod browser_name;
mod reader;
mod return_path;

pub use browser_name::browser_name;
pub use reader::Reader;
pub use return_path::{CONSOLE, return_path};
