//! A post office on loopback: a small part of SMTP, and what it has taken.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// How the office behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Takes,
    /// Answers every recipient with this reply code, and repeats the address as real servers do.
    Says(u16),
    /// Speaks something that is not SMTP.
    Babbles,
}

#[derive(Debug)]
struct Office {
    mood: Mutex<Mood>,
    mails: Mutex<Vec<String>>,
}

#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) address: SocketAddr,
    office: Arc<Office>,
    listening: JoinHandle<()>,
}

impl Post {
    pub(crate) async fn open() -> Self {
        Self::open_at("127.0.0.1:0".parse().unwrap()).await
    }

    async fn open_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let office = Arc::new(Office {
            mood: Mutex::new(Mood::Takes),
            mails: Mutex::new(Vec::new()),
        });
        let shared = Arc::clone(&office);
        let listening = tokio::spawn(async move {
            // Those who talk with us are cut off when the door closes.
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let office = Arc::clone(&shared);
                talks.spawn(async move {
                    // A client that leaves in the middle is none of our business.
                    office.serve(stream).await.ok();
                });
            }
        });
        Self {
            address,
            office,
            listening,
        }
    }

    pub(crate) fn mood(&self, mood: Mood) {
        *self.office.mood.lock().unwrap() = mood;
    }

    /// The mails it has taken, headers and body.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.office.mails.lock().unwrap().clone()
    }

    /// Closes the door; the address is free when this returns.
    pub(crate) async fn close(self) -> SocketAddr {
        self.listening.abort();
        self.listening.await.unwrap_err();
        self.address
    }

    /// Opens again at an address where it was before.
    pub(crate) async fn reopen(address: SocketAddr) -> Self {
        Self::open_at(address).await
    }
}

impl Office {
    async fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mood = *self.mood.lock().unwrap();
        if mood == Mood::Babbles {
            return stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
        }
        stream.write_all(b"220 post\r\n").await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let reply = match (verb.as_str(), mood) {
                ("RCPT", Mood::Says(code)) => format!("{code} cannot take {}", line.trim_end()),
                ("DATA", _) => {
                    stream.write_all(b"354 go on\r\n").await?;
                    self.take(&mut stream).await?;
                    "250 taken".to_owned()
                }
                ("QUIT", _) => return stream.write_all(b"221 bye\r\n").await,
                _ => "250 well".to_owned(),
            };
            stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        }
    }

    async fn take(&self, stream: &mut BufReader<TcpStream>) -> std::io::Result<()> {
        let mut mail = String::new();
        while !mail.ends_with("\r\n.\r\n") {
            if stream.read_line(&mut mail).await? == 0 {
                return Ok(());
            }
        }
        self.mails.lock().unwrap().push(mail);
        Ok(())
    }
}
