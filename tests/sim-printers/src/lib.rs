//! sim-printers
