//! The sending side: pass after pass over the addresses that are still silent.

use std::{
    io::ErrorKind,
    net::{SocketAddrV4, UdpSocket},
    time::{Duration, Instant},
};

use nix::errno::Errno;
use tokio::sync::mpsc::Sender;

use super::{Found, Pacing, SweepError, counts::Tally, pacing::Pacer, probe::Probes};

/// How long a sender holds back when the system's queues are full.
const FULL_QUEUE_PAUSE: Duration = Duration::from_millis(20);

/// Sends all passes and waits after each. Ends early when the caller has gone.
pub(super) fn all_passes(
    socket: &UdpSocket,
    probes: &Probes,
    pacing: Pacing,
    wait: Duration,
    tally: &Tally,
    caller: &Sender<Found>,
) -> Result<(), SweepError> {
    let mut pacer = Pacer::new(pacing);
    for number in 0..probes.passes.len() {
        probes.begin(number);
        let sent = one_pass(socket, probes, number, &mut pacer, tally, caller)?;
        tracing::debug!(
            number,
            sent,
            version = probes.version(number).map(|version| version.name()),
            "a pass was sent"
        );
        if sent > 0 && !rest(wait, caller) {
            break;
        }
    }
    Ok(())
}

fn one_pass(
    socket: &UdpSocket,
    probes: &Probes,
    number: usize,
    pacer: &mut Pacer,
    tally: &Tally,
    caller: &Sender<Found>,
) -> Result<u64, SweepError> {
    let Some(pass) = probes.passes.get(number) else { return Ok(0) };
    let mut request = pass.request.clone();
    let mut sent = 0;
    for (place, address) in probes.ranges.v4() {
        if !probes.is_silent(place) {
            continue;
        }
        request.set_id(probes.id(number, address));
        match socket.send_to(request.octets(), SocketAddrV4::new(address, probes.port())) {
            Ok(_) => {
                tally.sent();
                sent += 1;
            }
            Err(error) if is_about_the_address(error.kind()) => tally.unsendable(),
            Err(error) if is_a_full_queue(&error) => {
                tally.unsendable();
                std::thread::sleep(FULL_QUEUE_PAUSE);
            }
            Err(error) => return Err(SweepError::Io(error)),
        }
        if let Some(pause) = pacer.pause(Instant::now()) {
            if caller.is_closed() {
                return Ok(sent);
            }
            std::thread::sleep(pause);
        }
    }
    Ok(sent)
}

/// Errors that say something about one address, not about the socket.
fn is_about_the_address(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::PermissionDenied
            | ErrorKind::ConnectionRefused
            | ErrorKind::AddrNotAvailable
            | ErrorKind::WouldBlock
            | ErrorKind::Interrupted
            | ErrorKind::InvalidInput
    )
}

/// The system is out of buffers or of places for neighbours whose hardware addresses it looks up. That passes; who was
/// left out is still silent and asked again in the next pass.
fn is_a_full_queue(error: &std::io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw);
    matches!(errno, Some(Errno::ENOBUFS | Errno::ENOMEM | Errno::EHOSTDOWN))
}

/// Waits in small steps; false when the caller has gone.
fn rest(wait: Duration, caller: &Sender<Found>) -> bool {
    let end = Instant::now() + wait;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if caller.is_closed() {
            return false;
        }
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}
