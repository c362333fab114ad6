//! bailiwick-collector
fn main() {}
