//! printer-snmp
