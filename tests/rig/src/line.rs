//! A line between two parts that can be cut: a TCP proxy of our own.
//!
//! In: one server, or several of which any will do (as behind a balancer). Out: an address that leads to it, and
//! a switch. What the switch says holds for all connections at once, old and new. It never reads what it passes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::free_port;

/// How a line behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It passes everything at once.
    Well,
    /// Every piece comes so much later.
    Late(Duration),
    /// Nothing comes through and nothing breaks; when it is well again, everything goes on where it stood.
    Silent,
    /// The far end forgets its connections and the near end is not told: those stay open and dead for ever.
    HalfOpen,
    /// Connections are reset, new ones too.
    Reset,
    /// So many bytes a second, at least 20, in each direction of each connection.
    Drip(u32),
}

/// Bytes passed on at once.
const PIECE: usize = 64 * 1024;
/// How often a dripping line drips.
const DRIP: Duration = Duration::from_millis(50);
/// How long a server may take to accept before the next one is tried.
const CONNECT_MAX: Duration = Duration::from_secs(1);

/// See the module. Ends with the handle, and all its connections with it.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    accepting: JoinHandle<()>,
}

impl Line {
    /// Lays a line to `servers`; connections are spread over those that accept.
    pub async fn to(servers: Vec<SocketAddr>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", free_port())).await?;
        let address = listener.local_addr()?;
        let mode = watch::Sender::new(Mode::Well);
        let accepting = tokio::spawn(accept(listener, Arc::new(servers), mode.subscribe()));
        Ok(Self {
            address,
            mode,
            accepting,
        })
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, servers: Arc<Vec<SocketAddr>>, mode: watch::Receiver<Mode>) {
    let turn = Arc::new(AtomicUsize::new(0));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((near, _)) = accepted {
                    let (servers, turn) = (Arc::clone(&servers), Arc::clone(&turn));
                    connections.spawn(serve(near, servers, turn, mode.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// How a connection ends that the line itself breaks.
enum Broken {
    Reset,
    Forgotten,
}

async fn serve(
    mut near: TcpStream,
    servers: Arc<Vec<SocketAddr>>,
    turn: Arc<AtomicUsize>,
    mut mode: watch::Receiver<Mode>,
) {
    let mut far = None;
    let broken = tokio::select! {
        broken = breaks(mode.clone()) => Some(broken),
        () = carry(&mut near, &mut far, &servers, &turn, &mut mode) => None,
    };
    match broken {
        None => {}
        Some(Broken::Reset) => {
            for stream in [Some(near), far].into_iter().flatten() {
                // Closed without a word: what has gone already cannot be reset.
                stream.set_zero_linger().ok();
            }
        }
        Some(Broken::Forgotten) => {
            drop(far);
            // The near end may say what it likes, until it gives up.
            let mut unheard = vec![0; PIECE];
            while near.read(&mut unheard).await.is_ok_and(|count| count > 0) {}
        }
    }
}

/// Resolves when the line breaks its connections.
async fn breaks(mut mode: watch::Receiver<Mode>) -> Broken {
    let is_broken = |mode: &Mode| matches!(mode, Mode::Reset | Mode::HalfOpen);
    match mode.wait_for(is_broken).await.map(|mode| *mode) {
        Ok(Mode::HalfOpen) => Broken::Forgotten,
        Ok(_) => Broken::Reset,
        // The line itself has gone, and this task with it.
        Err(_) => std::future::pending().await,
    }
}

/// Connects and passes on both ways, until one of the ends has had enough.
async fn carry(
    near: &mut TcpStream,
    far: &mut Option<TcpStream>,
    servers: &[SocketAddr],
    turn: &AtomicUsize,
    mode: &mut watch::Receiver<Mode>,
) {
    if heard(mode).await.is_err() {
        return;
    }
    let Some(connected) = connect(servers, turn).await else {
        near.set_zero_linger().ok();
        return;
    };
    let far = far.insert(connected);
    // Answers and small questions must not wait for company.
    for stream in [&*near, &*far] {
        stream.set_nodelay(true).ok();
    }
    let (near_from, near_to) = near.split();
    let (far_from, far_to) = far.split();
    let there = pass(near_from, far_to, mode.clone());
    let back = pass(far_from, near_to, mode.clone());
    // Who hangs up is answered by hanging up.
    tokio::try_join!(there, back).ok();
}

/// The first that accepts, each time beginning with another one.
async fn connect(servers: &[SocketAddr], turn: &AtomicUsize) -> Option<TcpStream> {
    let first = turn.fetch_add(1, Ordering::Relaxed);
    for place in 0..servers.len() {
        let server = servers[(first + place) % servers.len()];
        if let Ok(Ok(stream)) = timeout(CONNECT_MAX, TcpStream::connect(server)).await {
            return Some(stream);
        }
    }
    None
}

async fn pass(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut mode: watch::Receiver<Mode>,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let count = from.read(&mut piece).await?;
        let present = heard(&mut mode).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        match present {
            Mode::Late(by) => sleep(by).await,
            Mode::Drip(rate) => {
                drip(&piece[..count], &mut to, rate, &mode).await?;
                continue;
            }
            _ => {}
        }
        to.write_all(&piece[..count]).await?;
    }
}

async fn drip(
    piece: &[u8],
    to: &mut WriteHalf<'_>,
    rate: u32,
    mode: &watch::Receiver<Mode>,
) -> io::Result<()> {
    let drop = usize::try_from(rate / 20).unwrap_or(1).max(1);
    for bytes in piece.chunks(drop) {
        to.write_all(bytes).await?;
        if matches!(*mode.borrow(), Mode::Drip(_)) {
            sleep(DRIP).await;
        }
    }
    Ok(())
}

/// Waits until the line is not silent, and says how it is.
async fn heard(mode: &mut watch::Receiver<Mode>) -> io::Result<Mode> {
    let heard = mode.wait_for(|mode| *mode != Mode::Silent).await;
    heard
        .map(|mode| *mode)
        .map_err(|_| io::ErrorKind::BrokenPipe.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    /// A server that says everything back.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await.ok();
                });
            }
        });
        address
    }

    async fn said_back(stream: &mut TcpStream, text: &[u8]) -> io::Result<()> {
        stream.write_all(text).await?;
        let mut back = vec![0; text.len()];
        let reading = timeout(SOON, stream.read_exact(&mut back));
        reading.await.map_err(|_| io::ErrorKind::TimedOut)??;
        assert_eq!(back, text);
        Ok(())
    }

    async fn hears(stream: &mut TcpStream, within: Duration) -> bool {
        timeout(within, stream.peek(&mut [0])).await.is_ok()
    }

    #[tokio::test]
    async fn a_silent_line_goes_on_where_it_stood() {
        let line = Line::to(vec![echo().await]).await.unwrap();
        let mut stream = TcpStream::connect(line.address()).await.unwrap();
        said_back(&mut stream, b"before").await.unwrap();
        line.set(Mode::Silent);
        stream.write_all(b"during").await.unwrap();
        let mut another = TcpStream::connect(line.address()).await.unwrap();
        another.write_all(b"another").await.unwrap();
        assert!(!hears(&mut stream, Duration::from_millis(200)).await);
        line.set(Mode::Well);
        let mut back = [0; 6];
        timeout(SOON, stream.read_exact(&mut back))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&back, b"during");
        assert!(hears(&mut another, SOON).await);
    }

    #[tokio::test]
    async fn a_half_open_connection_stays_dead_and_a_new_one_lives() {
        let line = Line::to(vec![echo().await]).await.unwrap();
        let mut old = TcpStream::connect(line.address()).await.unwrap();
        said_back(&mut old, b"before").await.unwrap();
        line.set(Mode::HalfOpen);
        old.write_all(b"during").await.unwrap();
        assert!(!hears(&mut old, Duration::from_millis(200)).await);
        line.set(Mode::Well);
        old.write_all(b"after").await.unwrap();
        assert!(!hears(&mut old, Duration::from_millis(200)).await);
        let mut new = TcpStream::connect(line.address()).await.unwrap();
        said_back(&mut new, b"new").await.unwrap();
    }

    #[tokio::test]
    async fn a_reset_line_breaks_what_is_open_and_what_comes() {
        let line = Line::to(vec![echo().await]).await.unwrap();
        let mut stream = TcpStream::connect(line.address()).await.unwrap();
        said_back(&mut stream, b"before").await.unwrap();
        line.set(Mode::Reset);
        let mut byte = [0];
        let broken = timeout(SOON, stream.read(&mut byte)).await.unwrap();
        assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        let new = async {
            let mut new = TcpStream::connect(line.address()).await?;
            said_back(&mut new, b"new").await
        };
        new.await.unwrap_err();
        line.set(Mode::Well);
        let mut new = TcpStream::connect(line.address()).await.unwrap();
        said_back(&mut new, b"new").await.unwrap();
    }

    #[tokio::test]
    async fn a_slow_line_takes_its_time_and_loses_nothing() {
        let line = Line::to(vec![echo().await]).await.unwrap();
        let mut stream = TcpStream::connect(line.address()).await.unwrap();
        for mode in [Mode::Late(Duration::from_millis(50)), Mode::Drip(2000)] {
            line.set(mode);
            let begun = std::time::Instant::now();
            said_back(&mut stream, &[7; 250]).await.unwrap();
            assert!(begun.elapsed() >= Duration::from_millis(95), "{mode:?}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_passed_over() {
        let nobody = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let line = Line::to(vec![nobody, echo().await]).await.unwrap();
        for _ in 0..3 {
            let mut stream = TcpStream::connect(line.address()).await.unwrap();
            said_back(&mut stream, b"here").await.unwrap();
        }
    }
}
