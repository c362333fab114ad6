//! The standard objects that this driver reads, by their names in the MIBs.

/// sysDescr.0 (RFC 3418).
pub const SYS_DESCR: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 1, 0];
/// sysObjectID.0
pub const SYS_OBJECT_ID: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 2, 0];
/// sysName.0
pub const SYS_NAME: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 5, 0];
/// sysLocation.0
pub const SYS_LOCATION: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 6, 0];

/// ifType (RFC 2863): ethernetCsmacd(6).
pub const IF_TYPE: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 3];
/// ifPhysAddress
pub const IF_PHYS_ADDRESS: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 6];

/// hrDeviceDescr (RFC 2790)
pub const HR_DEVICE_DESCR: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 3];
/// hrDeviceStatus
pub const HR_DEVICE_STATUS: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 5];
/// hrPrinterEntry: hrPrinterStatus(1), hrPrinterDetectedErrorState(2).
pub const HR_PRINTER: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 3, 5, 1];

/// prtGeneralConfigChanges (RFC 3805): there in every Printer-MIB.
pub const GENERAL_CHANGES: &[u32] = &[1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 1];
/// prtGeneralPrinterName
pub const GENERAL_NAME: &[u32] = &[1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 16];
/// prtGeneralSerialNumber
pub const GENERAL_SERIAL: &[u32] = &[1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 17];
/// prtCoverStatus
pub const COVER_STATUS: &[u32] = &[1, 3, 6, 1, 2, 1, 43, 6, 1, 1, 3];
/// prtInputEntry
pub const INPUT: &[u32] = &[1, 3, 6, 1, 2, 1, 43, 8, 2, 1];
/// prtMarkerEntry
pub const MARKER: &[u32] = &[1, 3, 6, 1, 2, 1, 43, 10, 2, 1];
/// prtMarkerSuppliesEntry
pub const SUPPLIES: &[u32] = &[1, 3, 6, 1, 2, 1, 43, 11, 1, 1];
/// prtMarkerColorantValue
pub const COLORANT_VALUE: &[u32] = &[1, 3, 6, 1, 2, 1, 43, 12, 1, 1, 4];
/// prtAlertEntry
pub const ALERT: &[u32] = &[1, 3, 6, 1, 2, 1, 43, 18, 1, 1];

/// An object below another: a column of an entry, an instance of a column.
pub fn below(prefix: &[u32], arcs: &[u32]) -> Vec<u32> {
    [prefix, arcs].concat()
}
