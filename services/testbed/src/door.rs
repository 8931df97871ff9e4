//! The door of one played system: a loopback port that can really be closed and opened again.
//!
//! In: a port (0 = any free one), a [`Switch`], and what to do with a connection. While the system is
//! `down` the port stays bound but does not listen, so callers are refused and nobody else can take it;
//! the connections that were open are cut. It never reads or writes a byte itself.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::fault::{Fault, Switch};

/// Connections the kernel may hold before they are accepted.
const BACKLOG: u32 = 1024;

/// A port that is ours, whether it listens or not.
#[derive(Debug)]
pub struct Door {
    socket: TcpSocket,
    address: SocketAddr,
}

impl Door {
    /// Takes the loopback port `port`, or any free one for 0, without listening yet.
    pub fn reserve(port: u16) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens and closes as the switch says, until `stop`. `open` tells which of both is the case now.
    pub async fn serve<H, F>(
        self,
        switch: Switch,
        open: watch::Sender<bool>,
        stop: CancellationToken,
        handle: H,
    ) -> io::Result<()>
    where
        H: Fn(TcpStream) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let port = self.address.port();
        let mut door = self;
        loop {
            if switch.now().fault == Fault::Down {
                tokio::select! {
                    () = switch.until_down(false) => {}
                    () = stop.cancelled() => return Ok(()),
                }
            }
            let listener = door.socket.listen(BACKLOG)?;
            open.send_replace(true);
            tokio::select! {
                () = accept(listener, &handle) => {}
                () = switch.until_down(true) => {}
                () = stop.cancelled() => return Ok(()),
            }
            // The listener and every connection are gone with the future that held them.
            door = Self::take_back(port).await?;
            open.send_replace(false);
        }
    }

    /// Binds the port again; a moment may pass until the kernel has let go of the listener.
    async fn take_back(port: u16) -> io::Result<Self> {
        let mut tries_left = 50;
        loop {
            match Self::reserve(port) {
                Err(e) if e.kind() == io::ErrorKind::AddrInUse && tries_left > 0 => {
                    tries_left -= 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                taken => return taken,
            }
        }
    }
}

/// Accepts for ever; dropping the future closes the listener and cuts its connections.
async fn accept<H, F>(listener: TcpListener, handle: &H)
where
    H: Fn(TcpStream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(handle(stream));
                }
                Err(error) => {
                    // Out of file descriptors: let others finish before the next try.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::fault::Setting;

    #[tokio::test]
    async fn down_refuses_and_cuts_and_none_opens_the_same_port_again() {
        let door = Door::reserve(0).unwrap();
        let address = door.address();
        let (switch, stop) = (Switch::default(), CancellationToken::new());
        let open = watch::Sender::new(false);
        let mut seen = open.subscribe();
        let echo = |mut stream: TcpStream| async move {
            let (mut reader, mut writer) = stream.split();
            tokio::io::copy(&mut reader, &mut writer).await.ok();
        };
        let served = tokio::spawn(door.serve(switch.clone(), open, stop.clone(), echo));

        seen.wait_for(|open| *open).await.unwrap();
        let mut before = TcpStream::connect(address).await.unwrap();
        before.write_all(b"x").await.unwrap();
        assert_eq!(before.read_u8().await.unwrap(), b'x');

        switch.set(Setting {
            fault: Fault::Down,
            delay_ms: 0,
        });
        seen.wait_for(|open| !*open).await.unwrap();
        assert!(
            before.read_u8().await.is_err(),
            "the open connection was cut"
        );
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);

        switch.set(Setting::default());
        seen.wait_for(|open| *open).await.unwrap();
        let mut after = TcpStream::connect(address).await.unwrap();
        after.write_all(b"y").await.unwrap();
        assert_eq!(after.read_u8().await.unwrap(), b'y');

        stop.cancel();
        served.await.unwrap().unwrap();
    }
}
