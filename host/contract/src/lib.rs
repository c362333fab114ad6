//! bailiwick-contract
