//! bailiwick-runtime
