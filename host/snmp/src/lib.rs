//! bailiwick-snmp
