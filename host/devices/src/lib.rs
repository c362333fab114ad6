//! bailiwick-devices
