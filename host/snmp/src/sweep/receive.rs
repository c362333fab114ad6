//! The receiving side: judges every datagram until the sender has finished.

use std::{
    io::ErrorKind,
    net::{SocketAddr, UdpSocket},
};

use tokio::sync::mpsc::Sender;

use super::{
    Found, SweepError,
    counts::Tally,
    probe::{Judged, Probes},
};
use crate::reply::Ignored;

/// The longest reply that is read: sysDescr has at most 255 octets, but not every agent knows that.
const LONGEST: usize = 4096;

pub(super) fn until_finished(
    socket: &UdpSocket,
    probes: &Probes,
    tally: &Tally,
    caller: &Sender<Found>,
) -> Result<(), SweepError> {
    let mut room = vec![0; LONGEST + 1];
    while !probes.is_finished() {
        let (length, from) = match socket.recv_from(&mut room) {
            Ok((length, SocketAddr::V4(from))) => (length, from),
            Ok((_, SocketAddr::V6(_))) => continue,
            // An earlier request was answered by ICMP: that address stays silent.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::ConnectionRefused
                ) =>
            {
                continue;
            }
            Err(error) => return Err(SweepError::Io(error)),
        };
        let Some(octets) = room.get(..length).filter(|octets| octets.len() <= LONGEST) else {
            tally.ignored(Ignored::Oversized);
            continue;
        };
        match probes.judge(octets, from) {
            Judged::Found(found) => {
                tally.reply();
                if caller.blocking_send(found).is_err() {
                    return Ok(());
                }
            }
            Judged::Repeated => tally.repeated(),
            Judged::Ignored(why) => tally.ignored(why),
        }
    }
    Ok(())
}
