//! One connection: the handshake, HTTP/1.1 or HTTP/2 on it, and its end.
//!
//! What h2 bounds by itself, with the values set here: the size of a call's headers (and with it the number of
//! CONTINUATION frames), streams at a time, streams that were reset before they were looked at, empty and tiny DATA
//! frames, and answers to PING and SETTINGS, of which one waits at a time while nothing more is read. How many calls a
//! caller may take back is bounded by [`super::activity`].

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{ConnectInfo, Request},
    response::Response,
};
use hyper::{
    body::{Frame, Incoming, SizeHint},
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::TcpStream,
    time::{sleep_until, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower_http::timeout::TimeoutBody;

use super::{
    Times,
    activity::{Call, Look},
    door::{End, Place},
    socket::{Socket, Stream},
};

/// Most bytes of a call's head over HTTP/1.1, and of its headers over HTTP/2.
const HEAD_BYTES: (usize, u32) = (64 << 10, 32 << 10);
/// Calls at a time on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// Streams that a caller may reset before the server has looked at them; more end the connection.
const RESET_UNSEEN: usize = 20;
/// Streams that the server may have to reset for a caller's mistakes; more end the connection.
const RESET_FOR_MISTAKES: usize = 64;
/// How often an HTTP/2 caller is asked whether it is still there, and how long it has to say so.
const PING: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(20));

/// A connection that was let in.
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    pub(super) place: Place,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) router: Router,
    pub(super) times: Times,
    pub(super) stop: CancellationToken,
}

impl Connection {
    /// Serves it to its end.
    pub(super) async fn serve(self, stream: TcpStream) {
        let end = tokio::select! {
            () = self.place.given_up() => Some(End::Displaced),
            end = self.spoken(stream) => end,
        };
        if let Some(end) = end {
            self.place.ended(end);
        }
    }

    async fn spoken(&self, stream: TcpStream) -> Option<End> {
        // a caller that is gone already is noticed by the first read
        let _ = stream.set_nodelay(true);
        let mut builder = builder();
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(stream),
            Some(tls) => {
                let stream = match timeout(self.times.first, tls.accept(stream)).await {
                    Ok(Ok(stream)) => stream,
                    Ok(Err(_)) => return Some(End::Handshake),
                    Err(_) => return Some(End::Late),
                };
                builder = match stream.get_ref().1.alpn_protocol() {
                    Some(b"h2") => builder.http2_only(),
                    Some(_) => builder.http1_only(),
                    None => builder,
                };
                Box::new(stream)
            }
        };
        self.http(&builder, stream).await
    }

    async fn http(&self, builder: &Builder<TokioExecutor>, stream: Box<dyn Stream>) -> Option<End> {
        let activity = self.place.activity();
        let (router, peer, body_time) = (TowerToHyperService::new(self.router.clone()), self.peer, self.times.body);
        let service = service_fn(|request: hyper::Request<Incoming>| {
            let mut call = activity.begin();
            let mut request: Request = request.map(|body| Body::new(TimeoutBody::new(body_time, body)));
            request.extensions_mut().insert(ConnectInfo(peer));
            let answer = router.call(request);
            async move {
                let response: Response = answer.await?;
                call.sending();
                Ok::<_, Infallible>(response.map(|body| Answer { body, call }))
            }
        });
        let io = TokioIo::new(Socket { stream, activity: Arc::clone(activity) });
        let mut http = std::pin::pin!(builder.serve_connection(io, service));
        let mut leaving = None;
        loop {
            let (due, end) = match leaving {
                Some((by, end)) => (by, Some(end)),
                None => match activity.look(&self.times) {
                    Look::Fine(due) => (due, None),
                    Look::Late => return Some(End::Late),
                    Look::TakenBack => return Some(End::TakenBack),
                    Look::Idle => {
                        http.as_mut().graceful_shutdown();
                        leaving = Some((std::time::Instant::now() + self.times.leave, End::Idle));
                        continue;
                    }
                },
            };
            tokio::select! {
                // a connection that breaks is its caller's affair
                _ = http.as_mut() => return end,
                () = sleep_until(due.into()) => if end.is_some() { return end },
                () = activity.too_much() => {}
                () = self.stop.cancelled(), if end.is_none() => {
                    http.as_mut().graceful_shutdown();
                    // whoever stops the listener says how long calls may take
                    let _ = http.as_mut().await;
                    return None;
                }
            }
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // the deadlines of this module hold for heads too
        .header_read_timeout(None)
        .max_buf_size(HEAD_BYTES.0)
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(PING.0))
        .keep_alive_timeout(PING.1)
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(Some(RESET_UNSEEN))
        .max_local_error_reset_streams(Some(RESET_FOR_MISTAKES))
        .max_header_list_size(HEAD_BYTES.1);
    builder
}

/// The body of an answer, which tells whose turn it is.
struct Answer {
    body: Body,
    call: Call,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.call.sending();
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(made) = &frame {
            let data = made.as_ref().and_then(|frame| frame.as_ref().ok()).and_then(Frame::data_ref);
            self.call.made(data.map_or(0, Bytes::len));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
