use bailiwick_sdk::{
    Binding, Condition, Driver, Facts, Host, Identity, Outcome, Point, Refusal, Row, Scalar, SnmpValue, Table, Target,
    export, join, readable,
};

/// Reads an uninterruptible power supply by RFC 1628 (UPS-MIB).
pub struct Ups;

/// ifPhysAddress, by interface.
const MAC: [u32; 10] = [1, 3, 6, 1, 2, 1, 2, 2, 1, 6];
const MANUFACTURER: [u32; 11] = [1, 3, 6, 1, 2, 1, 33, 1, 1, 1, 0];
const MODEL: [u32; 11] = [1, 3, 6, 1, 2, 1, 33, 1, 1, 2, 0];
/// upsBatteryStatus: unknown(1), normal(2), low(3), depleted(4).
const BATTERY: [u32; 11] = [1, 3, 6, 1, 2, 1, 33, 1, 2, 1, 0];
/// upsEstimatedChargeRemaining, percent.
const CHARGE: [u32; 11] = [1, 3, 6, 1, 2, 1, 33, 1, 2, 4, 0];
/// upsInputVoltage, by line; RMS volts.
const INPUT_VOLTAGE: [u32; 12] = [1, 3, 6, 1, 2, 1, 33, 1, 3, 3, 1, 3];

impl Driver for Ups {
    async fn poll(host: Host, _: Target) -> Result<Outcome, Refusal> {
        // All asks go out in one round; `?` ends the exchange with `ask_timeout` and its like.
        let objects = host.get([BATTERY, CHARGE, MANUFACTURER, MODEL]);
        let (objects, lines, macs) = join((objects, host.walk(INPUT_VOLTAGE), host.walk(MAC))).await;
        let (objects, lines) = (objects?, lines?);
        let [battery, charge, manufacturer, model] = objects.as_slice() else {
            return Err(Refusal::new("not_a_ups"));
        };
        let status = integer(battery);
        if status.is_none() && lines.is_empty() {
            return Err(Refusal::new("not_a_ups")); // another driver may know this device
        }

        // What tells this device from others. The host finds out whether it knows it.
        let mac = macs.unwrap_or_default().iter().find_map(mac);
        let identities = mac.map(|mac| Identity::new("mac", mac)).into_iter().collect();

        // What a device says is checked here and again by the host, against the manifest's bounds.
        let charge = integer(charge).filter(|percent| (0..=100).contains(percent));
        let facts = Facts::new()
            .set_some("manufacturer", text(manufacturer))
            .set_some("model", text(model))
            .set("battery", Scalar::token(match status {
                Some(2) => "normal",
                Some(3) => "low",
                Some(4) => "depleted",
                _ => "unknown",
            }));

        // Row keys are stable, so that a line keeps its history.
        let rows = lines
            .iter()
            .filter_map(|line| {
                let volts = integer(line).filter(|volts| (0..=1_000).contains(volts))?;
                Some(Row::new(line.oid.last()?.to_string()).cell("volts", volts))
            })
            .collect();

        // Levels, not edges: the host raises an alert once and clears it once.
        let conditions = match status {
            Some(3) => vec![Condition::new("battery_low")],
            Some(4) => vec![Condition::new("battery_depleted")],
            _ => Vec::new(),
        };
        let readings = charge.map(|percent| Point::new("charge", percent as f64, host.context().now));
        Ok(Outcome::new()
            .identify(identities)
            .facts(facts)
            .table(Table::complete("lines", rows))
            .readings(readings.into_iter().collect())
            .conditions(conditions))
    }
}

fn integer(binding: &Binding) -> Option<i64> {
    if let SnmpValue::Integer(value) = binding.value { Some(value.into()) } else { None }
}

/// At most 64 characters that can be shown.
fn text(binding: &Binding) -> Option<Scalar> {
    let SnmpValue::Octets(octets) = &binding.value else { return None };
    readable(octets, 64).map(Scalar::text)
}

/// Twelve hexadecimal digits; loopback interfaces have none.
fn mac(binding: &Binding) -> Option<String> {
    let SnmpValue::Octets(octets) = &binding.value else { return None };
    let real = octets.len() == 6 && octets.iter().any(|octet| *octet != 0);
    real.then(|| octets.iter().map(|octet| format!("{octet:02x}")).collect())
}

export!(Ups);
