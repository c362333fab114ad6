//! One poll, in two rounds.

use bailiwick_sdk::{
    Asking, Binding, Facts, Host, Identity, Outcome, Refusal, Scalar, SnmpValue, Target, join, join_all,
};

use crate::{
    alerts, identity, inputs, marker, objects as o, status, supplies,
    value::{integer, label},
    vendor::{self, Known},
};

pub async fn poll(host: Host, target: Target) -> Result<Outcome, Refusal> {
    let first = [o::SYS_DESCR, o::SYS_OBJECT_ID, o::SYS_NAME, o::SYS_LOCATION];
    let (system, changes, printers, supplies) =
        join((host.get(first), host.walk(o::GENERAL_CHANGES), host.walk(o::HR_PRINTER), host.walk(o::SUPPLIES))).await;
    let system = system?;
    let descr =
        identity::get(&system, o::SYS_DESCR).and_then(crate::value::text).or(target.sys_descr).unwrap_or_default();
    let object_id = identity::get(&system, o::SYS_OBJECT_ID).and_then(oid).or(target.sys_object_id);
    let known = vendor::find(object_id.as_deref(), &descr);
    let shown = |walk: &Asking<Vec<Binding>>| walk.as_ref().is_ok_and(|bindings| !bindings.is_empty());
    // A failed walk is no proof that it is none: only an agent that answered all and has nothing is.
    if known.is_none() && !shown(&changes) && !shown(&printers) && !shown(&supplies) {
        return Err(changes.and(printers).and(supplies).map_or_else(Refusal::from, |_| Refusal::new("not_a_printer")));
    }

    let rest = Rest::read(&host, known, printer_index(&printers)).await;
    Ok(outcome(&host, &target.address, &Sight { descr, known, system, printers, supplies }, rest))
}

/// What the first round told.
struct Sight {
    descr: String,
    known: Option<Known>,
    system: Vec<Binding>,
    printers: Asking<Vec<Binding>>,
    supplies: Asking<Vec<Binding>>,
}

/// What the second round told.
struct Rest {
    printer: Vec<u32>,
    /// Single objects: identity and the vendor's own.
    got: Vec<Binding>,
    interfaces: Vec<Binding>,
    markers: Asking<Vec<Binding>>,
    colorants: Asking<Vec<Binding>>,
    trays: Asking<Vec<Binding>>,
    covers: Asking<Vec<Binding>>,
    alerts: Asking<Vec<Binding>>,
}

impl Rest {
    async fn read(host: &Host, known: Option<Known>, printer: Vec<u32>) -> Self {
        let mut objects = vec![
            o::below(o::HR_DEVICE_DESCR, &printer),
            o::below(o::HR_DEVICE_STATUS, &printer),
            o::below(o::GENERAL_NAME, &[1]),
            o::below(o::GENERAL_SERIAL, &[1]),
        ];
        objects.extend(known.into_iter().flat_map(|k| k.vendor.objects()).map(<[u32]>::to_vec));
        let own = known.into_iter().flat_map(|k| k.vendor.columns()).map(|column| host.walk(column));
        let (got, own, interfaces, markers, colorants, trays, covers, alerts) = join((
            host.get(objects),
            join_all(own),
            join((host.walk(o::IF_TYPE), host.walk(o::IF_PHYS_ADDRESS))),
            columns(host, o::MARKER, &marker::COLUMNS),
            host.walk(o::COLORANT_VALUE),
            columns(host, o::INPUT, &inputs::COLUMNS),
            host.walk(o::COVER_STATUS),
            columns(host, o::ALERT, &alerts::COLUMNS),
        ))
        .await;
        let mut got = got.unwrap_or_default();
        got.extend(own.into_iter().flatten().flatten());
        let (types, addresses) = interfaces;
        let interfaces = [types.unwrap_or_default(), addresses.unwrap_or_default()].concat();
        Self { printer, got, interfaces, markers, colorants, trays, covers, alerts }
    }
}

/// Columns of one table: all of them, or why not.
async fn columns(host: &Host, entry: &[u32], columns: &[u32]) -> Asking<Vec<Binding>> {
    let walks = join_all(columns.iter().map(|column| host.walk(o::below(entry, &[*column])))).await;
    Ok(walks.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

fn outcome(host: &Host, address: &str, sight: &Sight, rest: Rest) -> Outcome {
    let at = host.context().now;
    let Sight { descr, known, system, printers, supplies } = sight;
    let serial = identity::serial(&rest.got, *known, descr);
    let mac = identity::mac(&rest.interfaces);
    let printer = |column: u32| {
        let found = printers.as_ref().ok()?;
        identity::get(found, &o::below(o::HR_PRINTER, &[&[column], rest.printer.as_slice()].concat()))
    };
    let device_status = identity::get(&rest.got, &o::below(o::HR_DEVICE_STATUS, &rest.printer)).and_then(integer);
    let facts = Facts::new()
        .set_some("name", identity::name(system).map(Scalar::text))
        .set_some("manufacturer", known.map(|k| Scalar::token(k.name)))
        .set_some(
            "model",
            identity::model(&rest.got, *known, &rest.printer, descr).and_then(|m| label(&m)).map(Scalar::text),
        )
        .set_some("location", identity::location(system).map(Scalar::text))
        .set_some("serial", serial.clone().map(Scalar::token))
        .set_some("mac", mac.clone().map(Scalar::token))
        .set_some("ip", is_address(address).then(|| Scalar::token(address)))
        .set("status", Scalar::token(status::status(device_status, printer(1).and_then(integer))));

    let mut identities = Vec::new();
    identities.extend(serial.map(|serial| Identity::new("serial", serial)));
    identities.extend(mac.map(|mac| Identity::new("mac", mac)));
    let mut outcome = Outcome::new().identify(identities).facts(facts);
    let mut readings = known.map(|k| k.vendor.readings(&rest.got, at)).unwrap_or_default();
    let mut of_rows = Vec::new();

    if let Ok(markers) = rest.markers {
        let (table, pages) = marker::read(markers, at);
        readings.extend(pages);
        outcome = outcome.table(table);
    }
    if let Ok(found) = supplies {
        let supplies = supplies::read(found.clone(), rest.colorants.as_deref().unwrap_or_default(), at);
        readings.extend(supplies.readings);
        of_rows = supplies.conditions;
        outcome = outcome.table(supplies.table);
    }
    if let Ok(trays) = rest.trays {
        outcome = outcome.table(inputs::read(trays));
    }
    outcome = outcome.readings(readings);
    // The set of conditions is whole or not sent: a lost answer must not clear a jam.
    if let (Ok(alerts), Ok(covers), Ok(_), Ok(_)) = (rest.alerts, rest.covers, printers, supplies) {
        let mut device = alerts::read(alerts);
        device.extend(printer(2).map(status::conditions).unwrap_or_default());
        device.extend(inputs::covers(&covers).map(|_| "cover_open"));
        outcome = outcome.conditions(alerts::merge(device, of_rows));
    }
    outcome
}

/// The hrDeviceIndex of the first printer; 1 where the agent does not say.
fn printer_index(printers: &Asking<Vec<Binding>>) -> Vec<u32> {
    let first = printers.as_ref().ok().and_then(|bindings| bindings.first());
    match first.and_then(|binding| binding.oid.strip_prefix(o::HR_PRINTER)) {
        Some([_, index @ ..]) if !index.is_empty() && index.len() <= 4 => index.to_vec(),
        _ => vec![1],
    }
}

fn oid(value: &SnmpValue) -> Option<Vec<u32>> {
    if let SnmpValue::Oid(oid) = value { Some(oid.clone()) } else { None }
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}
