//! bailiwick-access
