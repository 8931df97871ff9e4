//! A small real server on loopback that replays a recorded exchange and remembers what it was asked.
//!
//! For conformance tests only. It speaks just enough HTTP/1.1 to be asked: a head, and a body of a given
//! length. What it answers is the recording, to the byte, or a failure of the line.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
};

/// What was recorded of the other side.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recording {
    /// Status line, headers, an empty line, the body. Line ends become CRLF, and `content-length` is added
    /// where neither it nor `transfer-encoding` stands. `connection: close` is kept.
    Response(String),
    /// For SOAP: responses by the name of the operation, in turn; the last of them for all further questions. An
    /// operation that was not recorded breaks off.
    Operations(BTreeMap<String, Vec<String>>),
    /// A failure of the line.
    Line(Line),
}

/// How the line fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// Nobody listens.
    Refused,
    /// The question is taken and nothing follows.
    Hangs,
    /// The connection ends before an answer.
    BreaksOff,
}

/// A question as it came over the line; header names in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// The server; it ends when dropped.
#[derive(Debug)]
pub struct Replay {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    held: Held,
}

/// What the connections of one server share.
struct Shared {
    recording: Recording,
    heard: Arc<Mutex<Vec<Asked>>>,
    /// How often each operation was asked for.
    turns: Mutex<BTreeMap<String, usize>>,
}

#[derive(Debug)]
enum Held {
    Task(JoinHandle<()>),
    /// A port that is ours and refuses: bound, never listening.
    Port {
        _socket: TcpSocket,
    },
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Self::Task(task) = self {
            task.abort();
        }
    }
}

impl Replay {
    /// Starts to replay on a free port of 127.0.0.1. `GET …/health` is answered by 200 while the line is up.
    pub async fn start(recording: Recording) -> io::Result<Self> {
        Self::start_on(0, recording).await
    }

    /// The same on a port of 127.0.0.1 that is known beforehand.
    pub async fn start_on(port: u16, recording: Recording) -> io::Result<Self> {
        let place = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let asked = Arc::default();
        if matches!(recording, Recording::Line(Line::Refused)) {
            let socket = TcpSocket::new_v4()?;
            socket.bind(place)?;
            return Ok(Self {
                address: socket.local_addr()?,
                asked,
                held: Held::Port { _socket: socket },
            });
        }
        let listener = TcpListener::bind(place).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            recording,
            heard: Arc::clone(&asked),
            turns: Mutex::default(),
        });
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Ok(Self {
            address,
            asked,
            held: Held::Task(task),
        })
    }

    /// The endpoint to give to an adapter.
    pub fn endpoint(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What it was asked so far, health apart.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether anybody listens.
    pub fn is_up(&self) -> bool {
        matches!(self.held, Held::Task(_))
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let mut stream = BufStream::new(stream);
    loop {
        let asked = read(&mut stream).await?;
        let health = asked.path.ends_with("/health") || asked.path.ends_with("?wsdl");
        let turn = match &shared.recording {
            Recording::Operations(recorded) if !health => shared.turn(recorded, &asked),
            _ => None,
        };
        if !health {
            let mut heard = shared.heard.lock().unwrap_or_else(PoisonError::into_inner);
            heard.push(asked);
        }
        let response = match &shared.recording {
            Recording::Line(Line::Hangs) => std::future::pending().await,
            Recording::Line(_) => return Ok(()),
            _ if health => "HTTP/1.1 200 OK\n\n",
            Recording::Response(text) => text,
            Recording::Operations(_) => match turn {
                Some(text) => text,
                None => return Ok(()),
            },
        };
        stream.write_all(&bytes(response)).await?;
        stream.flush().await?;
        if closes(&shared.recording) {
            return Ok(());
        }
    }
}

impl Shared {
    /// The response whose turn it is.
    fn turn<'r>(
        &self,
        recorded: &'r BTreeMap<String, Vec<String>>,
        asked: &Asked,
    ) -> Option<&'r String> {
        let body = String::from_utf8_lossy(&asked.body);
        let is_asked = |name: &str| body.contains(&[":", name, " xmlns"].concat());
        let (name, responses) = recorded.iter().find(|(name, _)| is_asked(name))?;
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.entry(name.clone()).or_default();
        let response = responses.get(*turn).or(responses.last());
        *turn += 1;
        response
    }
}

async fn read(stream: &mut BufStream<TcpStream>) -> io::Result<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (first.next(), first.next());
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .and_then(|value| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    Ok(Asked {
        method: method.unwrap_or_default().to_owned(),
        path: path.unwrap_or_default().to_owned(),
        headers,
        body,
    })
}

fn closes(recording: &Recording) -> bool {
    matches!(recording, Recording::Response(text) if text.contains("\nconnection: close\n"))
}

fn bytes(recorded: &str) -> Vec<u8> {
    let (head, body) = recorded.split_once("\n\n").unwrap_or((recorded, ""));
    let body = body.strip_suffix('\n').unwrap_or(body);
    let mut wire: String = head.lines().flat_map(|line| [line, "\r\n"]).collect();
    let lower = head.to_ascii_lowercase();
    if !lower.contains("content-length:") && !lower.contains("transfer-encoding:") {
        wire += &["content-length: ", &body.len().to_string(), "\r\n"].concat();
    }
    (wire + "\r\n" + body).into_bytes()
}
