//! bailiwick
fn main() {}
