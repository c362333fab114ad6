//! bailiwick-e2e
