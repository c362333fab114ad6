//! Over UDP: the answer comes from the address that was asked, and only there where a printer is.

use std::{
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use sim_printers::{
    Fault, Kind, Model, Simulator, SimulatorHandle, Value, World,
    message::{Operation, Request, Response, Version},
};

fn model(seed: u64) -> Model {
    Model::Living { kind: Arc::new(Kind::all().unwrap().remove(0)), seed }
}

fn ask(simulator: &SimulatorHandle, address: Ipv4Addr, community: &str, name: &str) -> Option<(Value, SocketAddr)> {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let request = Request {
        version: Version::V2c,
        community: community.as_bytes().to_vec(),
        operation: Operation::Get,
        id: 77,
        names: vec![name.parse().unwrap()],
    };
    socket.send_to(&request.encode(), (address, simulator.port())).unwrap();
    let mut room = [0; 2048];
    let (length, from) = socket.recv_from(&mut room).ok()?;
    Some((Response::decode(&room[..length])?.bindings.remove(0).1, from))
}

const SERIAL: &str = "1.3.6.1.2.1.43.5.1.1.17.1";
const LIFE_COUNT: &str = "1.3.6.1.2.1.43.10.2.1.4.1.1";

#[test]
fn each_address_is_its_own_printer() {
    let (first, second) = (Ipv4Addr::new(127, 30, 0, 1), Ipv4Addr::new(127, 30, 200, 9));
    let simulator = Simulator::builder().printer(first, model(1)).printer(second, model(1)).start(0).unwrap();
    let (a, from) = ask(&simulator, first, "public", SERIAL).unwrap();
    assert_eq!(from, (first, simulator.port()).into());
    let (b, from) = ask(&simulator, second, "public", SERIAL).unwrap();
    assert_eq!(from, (second, simulator.port()).into());
    assert_ne!(a, b);
    assert_eq!(ask(&simulator, Ipv4Addr::new(127, 30, 0, 2), "public", SERIAL), None);
    assert_eq!(ask(&simulator, first, "private", SERIAL), None);
}

#[test]
fn the_world_moves_what_is_answered() {
    let at = Ipv4Addr::new(127, 30, 0, 1);
    let simulator = Simulator::builder().world(World::manual()).printer(at, model(1)).start(0).unwrap();
    let pages = |simulator: &SimulatorHandle| match ask(simulator, at, "public", LIFE_COUNT) {
        Some((Value::Counter32(pages), _)) => pages,
        other => panic!("{other:?}"),
    };
    let before = pages(&simulator);
    assert_eq!(pages(&simulator), before);
    simulator.world().advance(Duration::from_secs(8 * 3600));
    let after = pages(&simulator);
    assert!(after > before);
    simulator.reboot(at);
    assert_eq!(pages(&simulator), after);
    simulator.place(at, model(99));
    assert_ne!(pages(&simulator), after, "another device stands there now");
    simulator.set_faults(at, vec![Fault::Silent]);
    assert_eq!(ask(&simulator, at, "public", SERIAL), None);
    simulator.remove(at);
    assert!(simulator.addresses().is_empty());
}

#[test]
fn one_in_eight_answers() {
    let tree = [(SERIAL.parse().unwrap(), Value::text("S"))].into_iter().collect();
    let simulator = Simulator::builder().respond_every(8, Arc::new(tree)).start(0).unwrap();
    let answering: Vec<_> = (0..16u8)
        .filter(|last| ask(&simulator, Ipv4Addr::new(127, 30, 7, *last), "public", SERIAL).is_some())
        .collect();
    assert_eq!(answering, [4, 12]);
}
