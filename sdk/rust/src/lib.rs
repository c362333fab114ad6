//! bailiwick-sdk
