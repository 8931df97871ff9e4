//! The other side of a recorded exchange: an HTTP server that replays, or a mail server that speaks by the book
//! except where the recording says otherwise.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use outside::replay::{Asked, Line, Recording, Replay};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
};

/// What was recorded of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Recorded {
    /// An HTTP response.
    Response(String),
    /// A failure of the line.
    Line(Line),
    /// Replies of a mail server by verb; `greeting` is its first word. Others are as they should be.
    Dialogue(BTreeMap<String, String>),
}

pub(crate) enum Far {
    Http(Replay),
    Smtp(Smtp),
}

pub(crate) struct Smtp {
    address: SocketAddr,
    mails: Arc<Mutex<Vec<Asked>>>,
    listening: Option<JoinHandle<()>>,
    /// A port that is ours and refuses: bound, never listening.
    _refusing: Option<TcpSocket>,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        if let Some(task) = &self.listening {
            task.abort();
        }
    }
}

impl Far {
    pub(crate) async fn start(recorded: Recorded, is_smtp: bool) -> io::Result<Self> {
        Ok(match recorded {
            Recorded::Response(text) => Self::Http(Replay::start(Recording::Response(text)).await?),
            Recorded::Line(line) if !is_smtp => {
                Self::Http(Replay::start(Recording::Line(line)).await?)
            }
            recorded => Self::Smtp(Smtp::start(recorded).await?),
        })
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Http(replay) => {
                let endpoint = replay.endpoint();
                endpoint
                    .trim_start_matches("http://")
                    .trim_end_matches("/v1")
                    .to_owned()
            }
            Self::Smtp(smtp) => smtp.address.to_string(),
        }
    }

    /// What it was sent, mails as bodies.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        match self {
            Self::Http(replay) => replay.asked(),
            Self::Smtp(smtp) => smtp.mails.lock().unwrap().clone(),
        }
    }
}

impl Smtp {
    async fn start(recorded: Recorded) -> io::Result<Self> {
        let place: SocketAddr = ([127, 0, 0, 1], 0).into();
        let mails = Arc::default();
        if matches!(recorded, Recorded::Line(Line::Refused)) {
            let socket = TcpSocket::new_v4()?;
            socket.bind(place)?;
            return Ok(Self {
                address: socket.local_addr()?,
                mails,
                listening: None,
                _refusing: Some(socket),
            });
        }
        let listener = TcpListener::bind(place).await?;
        let address = listener.local_addr()?;
        let taken = Arc::clone(&mails);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(speak(stream, recorded.clone(), Arc::clone(&taken)));
            }
        });
        Ok(Self {
            address,
            mails,
            listening: Some(listening),
            _refusing: None,
        })
    }
}

async fn speak(
    stream: TcpStream,
    recorded: Recorded,
    mails: Arc<Mutex<Vec<Asked>>>,
) -> io::Result<()> {
    let replies = match recorded {
        Recorded::Line(Line::Hangs) => return std::future::pending().await,
        Recorded::Dialogue(replies) => replies,
        _ => return Ok(()),
    };
    let mut stream = BufReader::new(stream);
    let mut verb = "greeting".to_owned();
    loop {
        let usual = match verb.as_str() {
            "greeting" => "220 relay",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 well",
        };
        let reply = replies.get(&verb).map_or(usual, String::as_str);
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        if reply.starts_with("354") {
            let body = mail(&mut stream).await?;
            mails.lock().unwrap().push(Asked {
                method: "MAIL".to_owned(),
                path: String::new(),
                headers: BTreeMap::new(),
                body,
            });
            stream.write_all(b"250 taken\r\n").await?;
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
    }
}

async fn mail(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    while !mail.ends_with(b"\r\n.\r\n") {
        if stream.read_until(b'\n', &mut mail).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(mail)
}
