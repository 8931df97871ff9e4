//! A mail server on loopback that delivers nowhere: a subset of RFC 5321, plain, without authentication.
//!
//! In: one connection at a time per call. Out: each accepted mail in the sink. The system's fault decides
//! how it answers at the end of DATA, which is where a mail is taken or not; `hang`, `slow` and `garbage`
//! already show at the greeting.

use std::{future::pending, io, sync::Arc};

use jiff::Timestamp;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::{
    fault::Fault,
    kept::Kept,
    mail::Mail,
    system::{GARBAGE, System},
};

/// Longest line, with its end (RFC 5321 4.5.3.1.6 asks for 1000 at least).
const LINE_BYTES_MAX: u64 = 16 * 1024;
/// Largest mail.
const MAIL_BYTES_MAX: usize = 10 * 1024 * 1024;
/// What it says it can.
const GREETING: &str = "250-testbed\r\n250-8BITMIME\r\n250 SMTPUTF8";
/// Most recipients of one mail.
const RECIPIENTS_MAX: usize = 100;

/// Talks with one client until it leaves.
pub(crate) async fn serve(stream: TcpStream, system: Arc<System>, mails: Arc<Kept<Mail>>) {
    let mut talk = Talk {
        stream: BufReader::new(stream),
        system,
        mails,
        from: None,
        to: Vec::new(),
    };
    if let Err(error) = talk.run().await {
        tracing::debug!(%error, "a mail client left in the middle");
    }
}

struct Talk {
    stream: BufReader<TcpStream>,
    system: Arc<System>,
    mails: Arc<Kept<Mail>>,
    from: Option<String>,
    to: Vec<String>,
}

impl Talk {
    async fn run(&mut self) -> io::Result<()> {
        match self.system.setting().fault {
            Fault::Hang => pending().await,
            Fault::Slow => tokio::time::sleep(self.system.setting().delay()).await,
            Fault::Garbage => return self.stream.get_mut().write_all(GARBAGE).await,
            Fault::Error503 => return self.say("421 testbed is told to be away").await,
            _ => {}
        }
        self.say("220 testbed ESMTP, delivers nowhere").await?;
        loop {
            let line = self.line().await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.say(GREETING).await?,
                "HELO" | "NOOP" => self.say("250 testbed").await?,
                "MAIL" => self.mail_from(rest).await?,
                "RCPT" => self.rcpt_to(rest).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.forget();
                    self.say("250 forgotten").await?;
                }
                "QUIT" => return self.say("221 goodbye").await,
                "" => return Ok(()),
                _ => self.say("502 not known here").await?,
            }
        }
    }

    async fn say(&mut self, reply: &str) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        stream.flush().await
    }

    /// One line without its end; empty at the end of the stream.
    async fn line(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        (&mut self.stream)
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut bytes)
            .await?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    async fn mail_from(&mut self, rest: &str) -> io::Result<()> {
        match path(rest, "FROM:") {
            Some(address) => {
                self.forget();
                self.from = Some(address);
                self.say("250 sender noted").await
            }
            None => self.say("501 MAIL FROM:<address>").await,
        }
    }

    async fn rcpt_to(&mut self, rest: &str) -> io::Result<()> {
        match path(rest, "TO:").filter(|address| !address.is_empty()) {
            _ if self.from.is_none() => self.say("503 MAIL first").await,
            Some(_) if self.to.len() >= RECIPIENTS_MAX => self.say("452 too many recipients").await,
            Some(address) => {
                self.to.push(address);
                self.say("250 recipient noted").await
            }
            None => self.say("501 RCPT TO:<address>").await,
        }
    }

    async fn data(&mut self) -> io::Result<()> {
        if self.to.is_empty() {
            return self.say("503 RCPT first").await;
        }
        self.say("354 end with a dot on a line of its own").await?;
        let Some(raw) = self.content().await? else {
            self.forget();
            return self.say("552 too large").await;
        };
        self.system.count();
        let setting = self.system.setting();
        match setting.fault {
            Fault::Error500 => return self.say("451 told to fail, try again later").await,
            Fault::Error503 => return self.say("421 testbed is told to be away").await,
            Fault::Reject => return self.say("554 told to reject").await,
            Fault::Garbage => return self.stream.get_mut().write_all(GARBAGE).await,
            Fault::Hang => pending().await,
            Fault::Slow => tokio::time::sleep(setting.delay()).await,
            // Mail knows no SOAP.
            Fault::None
            | Fault::Down
            | Fault::Duplicate
            | Fault::Late
            | Fault::SoapFault
            | Fault::GarbageXml
            | Fault::WrongCorrelation
            | Fault::AnswerLate
            | Fault::Unsigned
            | Fault::WrongSigner => {}
        }
        let from = self.from.take().unwrap_or_default();
        let to = std::mem::take(&mut self.to);
        self.mails.add(Mail::read(Timestamp::now(), from, to, &raw));
        match setting.fault {
            Fault::Late => tokio::time::sleep(setting.delay()).await,
            Fault::Duplicate => self.say("250 taken").await?,
            _ => {}
        }
        self.say("250 taken").await
    }

    /// Reads up to the lonely dot, undoing dot-stuffing (RFC 5321 4.5.2); `None` if it is too large.
    async fn content(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        let mut too_large = false;
        loop {
            let mut line = Vec::new();
            let read = (&mut self.stream)
                .take(LINE_BYTES_MAX)
                .read_until(b'\n', &mut line)
                .await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                return Ok((!too_large).then_some(raw));
            }
            too_large |= raw.len() + line.len() > MAIL_BYTES_MAX;
            if !too_large {
                raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            }
        }
    }
}

/// The address of `FROM:<address> parameters`.
fn path(rest: &str, prefix: &str) -> Option<String> {
    let start = rest.get(..prefix.len())?;
    let path = start
        .eq_ignore_ascii_case(prefix)
        .then(|| rest[prefix.len()..].trim_start())?;
    let (address, _parameters) = path.strip_prefix('<')?.split_once('>')?;
    Some(address.to_owned())
}
