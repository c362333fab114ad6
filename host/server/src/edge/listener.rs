//! The public listener: TLS or plain, header and idle limits, and a shutdown that lets calls finish.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use axum_server::{Handle, Server, accept::DefaultAcceptor, tls_rustls::RustlsConfig};
use hyper_util::rt::TokioTimer;

/// Time to send a request's head; slower callers are cut off.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// Serves until `handle` is told to stop.
///
/// # Errors
/// When the socket cannot be served.
pub async fn serve(
    socket: std::net::TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    router: Router,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()> {
    socket.set_nonblocking(true)?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(config) => {
            let mut server = axum_server::from_tcp_rustls(socket, RustlsConfig::from_config(config))?.handle(handle);
            limit(server.http_builder());
            server.serve(service).await
        }
        None => {
            let mut server: Server<SocketAddr, DefaultAcceptor> = axum_server::from_tcp(socket)?.handle(handle);
            limit(server.http_builder());
            server.serve(service).await
        }
    }
}

fn limit(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(64 << 10)
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20))
        .max_concurrent_streams(128)
        .max_header_list_size(32 << 10);
}
