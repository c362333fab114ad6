//! bailiwick-package
