//! Writes the repository of the benches, in any size, for whole processes to be timed on:
//!
//! ```sh
//! cargo run --release --example generate -- /tmp/large            # 2,000 files with 10,000 tables
//! cargo run --release --example generate -- /tmp/small 4 10 3 1   # packages, files, tables in each, scripts beside each
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool for those who measure"
)]

#[path = "../tests/support/generate.rs"]
mod generate;

use generate::Size;
use std::path::PathBuf;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        return println!("usage: generate FOLDER [PACKAGES FILES TABLES OTHERS]");
    };
    let numbers: Vec<usize> = arguments.map(|number| number.parse().expect("a number")).collect();
    let size = match numbers[..] {
        [packages, files, tables, others] => Size { packages, files, tables, others },
        _ => Size::LARGE,
    };
    size.write(&folder).unwrap();
    println!("{} files with {} tables", size.all_files(), size.all_files() * size.tables);
}
