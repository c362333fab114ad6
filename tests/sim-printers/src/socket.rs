//! One UDP socket for every address of 127.0.0.0/8: IP_PKTINFO tells which address was asked, and the answer
//! leaves from it. Requests are taken many at a time, so that a sweep is not slowed down by its target.

use std::{
    io::{self, IoSlice, IoSliceMut},
    net::{Ipv4Addr, SocketAddrV4, UdpSocket},
    os::fd::AsRawFd,
    time::Duration,
};

use nix::{
    cmsg_space,
    libc::{in_addr, in_pktinfo},
    sys::socket::{
        ControlMessage, ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmsg, setsockopt, sockopt,
    },
};
use socket2::{Domain, Protocol, Socket, Type};

/// Datagrams taken at once.
const BATCH: usize = 64;
/// The largest request; longer ones are cut off and then do not parse.
const REQUEST: usize = 2048;
/// What is asked of the kernel; it gives what it allows.
const RECEIVE_BUFFER: usize = 8 << 20;

/// Binds the socket that answers for all addresses of this machine.
pub(crate) fn bind(port: u16) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    setsockopt(&socket, sockopt::Ipv4PacketInfo, &true)?;
    if setsockopt(&socket, sockopt::RcvBufForce, &RECEIVE_BUFFER).is_err() {
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    }
    socket.set_read_timeout(Some(Duration::from_millis(50)))?;
    socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port).into())?;
    Ok(socket.into())
}

/// Waits for requests and hands each over: octets, the address asked, who asks. Returns after a batch, or after
/// a short while without any.
pub(crate) fn receive(socket: &UdpSocket, mut each: impl FnMut(&[u8], Ipv4Addr, SocketAddrV4)) -> io::Result<()> {
    let mut room = vec![0u8; BATCH * REQUEST];
    let mut slices: Vec<_> = room.chunks_mut(REQUEST).map(|chunk| [IoSliceMut::new(chunk)]).collect();
    let mut headers = MultiHeaders::<SockaddrIn>::preallocate(BATCH, Some(cmsg_space!(in_pktinfo)));
    let received = recvmmsg(socket.as_raw_fd(), &mut headers, slices.iter_mut(), MsgFlags::MSG_WAITFORONE, None);
    let messages = match received {
        Ok(messages) => messages,
        Err(nix::Error::EAGAIN | nix::Error::EINTR) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for message in messages {
        let (Some(from), Some(bytes), Ok(mut cmsgs)) = (message.address, message.iovs().next(), message.cmsgs()) else {
            continue;
        };
        let asked = cmsgs.find_map(|cmsg| match cmsg {
            ControlMessageOwned::Ipv4PacketInfo(info) => Some(Ipv4Addr::from(u32::from_be(info.ipi_addr.s_addr))),
            _ => None,
        });
        if let Some(asked) = asked {
            each(bytes, asked, SocketAddrV4::new(from.ip(), from.port()));
        }
    }
    Ok(())
}

/// Sends from one of this machine's addresses.
pub(crate) fn send(socket: &UdpSocket, bytes: &[u8], from: Ipv4Addr, to: SocketAddrV4) -> io::Result<()> {
    let info = in_pktinfo {
        ipi_ifindex: 0,
        ipi_spec_dst: in_addr { s_addr: u32::from(from).to_be() },
        ipi_addr: in_addr { s_addr: 0 },
    };
    let cmsgs = [ControlMessage::Ipv4PacketInfo(&info)];
    let to = SockaddrIn::from(to);
    sendmsg(socket.as_raw_fd(), &[IoSlice::new(bytes)], &cmsgs, MsgFlags::empty(), Some(&to))?;
    Ok(())
}
