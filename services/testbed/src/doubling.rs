//! A connection that, while its system has the fault `duplicate`, sends every answer twice.
//!
//! In: bytes written by the server. Out: the same bytes, and at each flush once more the ones written since
//! the last. It knows no protocol: HTTP/1 flushes at the end of an answer, which is what makes this work.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::fault::{Fault, Switch};

/// Wraps a stream; passes everything through while the fault is another one.
pub(crate) struct Doubling<S> {
    stream: S,
    switch: Switch,
    /// Written since the last flush, to be written again.
    again: Vec<u8>,
    /// How much of `again` is out already.
    out: usize,
}

impl<S> Doubling<S> {
    pub(crate) fn new(stream: S, switch: Switch) -> Self {
        Self {
            stream,
            switch,
            again: Vec::new(),
            out: 0,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Doubling<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Doubling<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        if self.switch.now().fault == Fault::Duplicate {
            self.again.extend_from_slice(&buf[..written]);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.out < this.again.len() {
            let rest = &this.again[this.out..];
            this.out += ready!(Pin::new(&mut this.stream).poll_write(cx, rest))?;
        }
        this.again.clear();
        this.out = 0;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
