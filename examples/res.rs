use schemalint::resolve::Resolver;
use std::path::Path;
fn main(){ let a: Vec<String> = std::env::args().collect(); let r = Resolver::new(Path::new(&a[1]), Default::default()); println!("{:?}", r.resolve(Path::new(&a[2]), &a[3])); }
