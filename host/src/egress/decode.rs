//! The stage that reads answers: asks for content codings (RFC 9110 section 8.4) and decodes them piece by piece, so that a
//! small answer that grows without end is given up at the limit and never held. Knows nothing of connections.

use super::bounded::Bounded;
use super::fault::{Fault, SendError};
use super::interceptor::{Intercepted, Interceptor, Next};
use super::message::{self, Request, Response};
use bytes::Bytes;
use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::{BrotliDecoder, DecodeV2, GzipDecoder, ZlibDecoder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body::{Body, Frame};
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// What is asked for. `deflate` is understood but not asked for: some servers send it without its zlib wrapper.
const ACCEPTED: HeaderValue = HeaderValue::from_static("gzip, br, zstd");

/// Largest piece given on.
const PIECE: usize = 16 * 1024;

type Decoder = Box<dyn DecodeV2 + Send>;

/// The stage.
pub struct Decode {
    /// Largest body let in, in bytes, coded and decoded.
    pub limit: u64,
}

impl Interceptor for Decode {
    fn intercept<'a>(&'a self, request: Request, next: Next<'a>) -> Intercepted<'a> {
        Box::pin(self.read(request, next))
    }
}

impl Decode {
    async fn read(&self, mut request: Request, next: Next<'_>) -> Result<Response, SendError> {
        let (decodes, patience) = (offer(&mut request.headers), request.timeouts.between_bytes);
        let mut response = next.run(request).await?;
        if response.status == StatusCode::SWITCHING_PROTOCOLS {
            // Nobody asked for another protocol, so no answer can follow (RFC 9110 section 15.2.2).
            return Err(Fault::HttpUpgradeFailed.into());
        }
        let decoder = if decodes { decoder(&mut response.headers)? } else { None };
        let inner = Bounded::new(response.body, patience, self.limit)?;
        response.body = match decoder {
            Some(decoder) => message::Body::stream(Decoded::new(inner, decoder, self.limit)),
            None => message::Body::stream(inner),
        };
        Ok(response)
    }
}

/// Asks for coded responses, unless the component has said itself what it takes; then decoding is its business too.
fn offer(headers: &mut HeaderMap) -> bool {
    if headers.contains_key(ACCEPT_ENCODING) {
        return false;
    }
    headers.insert(ACCEPT_ENCODING, ACCEPTED);
    true
}

/// The decoder that a response needs. The headers that describe the coded form are taken away.
///
/// # Errors
/// Names a coding that nobody asked for.
fn decoder(headers: &mut HeaderMap) -> Result<Option<(&'static str, Decoder)>, Fault> {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let (Some(coding), None) = (codings.next(), codings.next()) else {
        return if headers.contains_key(CONTENT_ENCODING) { Err(unknown("several")) } else { Ok(None) };
    };
    let coding = String::from_utf8_lossy(coding.as_bytes()).trim().to_ascii_lowercase();
    let found: (&'static str, Decoder) = match coding.as_str() {
        "gzip" | "x-gzip" => ("gzip", Box::new(GzipDecoder::new())),
        "br" => ("br", Box::new(BrotliDecoder::new())),
        "zstd" => ("zstd", Box::new(Zstd::new())),
        "deflate" => ("deflate", Box::new(ZlibDecoder::new())),
        "identity" | "" => return Ok(None),
        other => return Err(unknown(other)),
    };
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    Ok(Some(found))
}

fn unknown(coding: &str) -> Fault {
    Fault::HttpResponseContentCoding(coding.chars().take(50).collect())
}

/// A body being decoded.
struct Decoded<B> {
    inner: B,
    coding: &'static str,
    decoder: Decoder,
    input: Bytes,
    state: State,
    /// The last piece was filled to its brim, so there may be more without further input.
    brimful: bool,
    input_ended: bool,
    produced: u64,
    limit: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing has come yet; an empty body needs no coding.
    Untouched,
    Within,
    /// A member has ended; another may follow (RFC 1952 section 2.2, RFC 8878 section 3).
    Between,
}

impl<B> Decoded<B> {
    /// Decodes `inner`, up to `limit` bytes.
    fn new(inner: B, (coding, decoder): (&'static str, Decoder), limit: u64) -> Self {
        Self {
            inner,
            coding,
            decoder,
            input: Bytes::new(),
            state: State::Untouched,
            brimful: false,
            input_ended: false,
            produced: 0,
            limit,
        }
    }

    /// The next piece; empty where that takes more input.
    fn piece(&mut self) -> Result<Bytes, Fault> {
        let broken = |_| unknown(self.coding);
        if self.state == State::Between && !self.input.is_empty() {
            self.decoder.reinit().map_err(broken)?;
        }
        let mut buffer = vec![0; PIECE];
        let mut output = WriteBuffer::new_initialized(&mut buffer);
        let mut input = PartialBuffer::new(&*self.input);
        let result = if !self.input.is_empty() {
            self.decoder.decode(&mut input, &mut output)
        } else if self.input_ended {
            self.decoder.finish(&mut output)
        } else {
            self.decoder.flush(&mut output).map(|_| false)
        };
        let (read, written) = (input.written_len(), output.written_len());
        let ended = result.map_err(broken)?;
        if written == 0 && read == 0 && !ended && (self.input_ended || !self.input.is_empty()) {
            return Err(unknown(self.coding));
        }
        self.input = self.input.slice(read..);
        self.brimful = written == PIECE && !ended;
        self.state = if ended { State::Between } else { State::Within };
        self.produced = self.produced.saturating_add(written as u64);
        if self.produced > self.limit {
            return Err(Fault::HttpResponseBodySize(self.limit));
        }
        buffer.truncate(written);
        Ok(buffer.into())
    }
}

impl<B: Body<Data = Bytes, Error = Fault> + Unpin> Body for Decoded<B> {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        let this = self.get_mut();
        loop {
            if !this.input.is_empty() || this.brimful || (this.input_ended && this.state == State::Within) {
                match this.piece() {
                    Ok(piece) if piece.is_empty() => continue,
                    piece => return Poll::Ready(Some(piece.map(Frame::data))),
                }
            }
            if this.input_ended {
                return Poll::Ready(None);
            }
            // Read to its very end also when the coding has ended before: only then is the connection used again.
            match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
                // Trailers belong to the coded form.
                Some(Ok(frame)) => this.input = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => this.input_ended = true,
            }
        }
    }
}

/// Zstandard (RFC 8878), block by block: a block is decoded when all of it is there, and gives at most 128 KiB.
struct Zstd {
    frame: FrameDecoder,
    begun: bool,
    /// Whether a checksum follows the last block.
    checked: bool,
    /// What has come of a header or block that is not whole yet.
    pending: Vec<u8>,
}

/// Largest window (RFC 9659 section 3).
const ZSTD_WINDOW: u64 = 8 << 20;

impl Zstd {
    fn new() -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(ZSTD_WINDOW);
        Self { frame, begun: false, checked: false, pending: Vec::new() }
    }

    /// How long the header or block is whose beginning is pending, as far as that can be told.
    fn needed(&self) -> usize {
        match *self.pending {
            // RFC 8878 section 3.1.1.2: header, content (one byte where it is repeated), checksum.
            [a, b, c, ..] if self.begun => {
                let header = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
                let content = if header >> 1 & 3 == 1 { 1 } else { header >> 3 };
                3 + content + if header & 1 == 1 && self.checked { 4 } else { 0 }
            }
            _ if self.begun => 3,
            // RFC 8878 section 3.1.1.1: magic number, descriptor, window, dictionary, content size.
            [_, _, _, _, descriptor, ..] => {
                let single = descriptor & 0x20 != 0;
                let dictionary = match descriptor & 3 {
                    3 => 4,
                    bytes => usize::from(bytes),
                };
                let size = match descriptor >> 6 {
                    0 => usize::from(single),
                    power => 1 << power,
                };
                5 + usize::from(!single) + dictionary + size
            }
            _ => 5,
        }
    }

    /// Decodes the header or block that is pending.
    fn step(&mut self) -> Result<(), FrameDecoderError> {
        if self.begun {
            self.frame.decode_blocks(&*self.pending, BlockDecodingStrategy::UptoBlocks(1))?;
        } else {
            self.checked = self.pending.get(4).is_some_and(|descriptor| descriptor & 4 != 0);
            self.frame.init(&*self.pending)?;
            self.begun = true;
        }
        self.pending.clear();
        Ok(())
    }
}

impl DecodeV2 for Zstd {
    fn reinit(&mut self) -> io::Result<()> {
        self.begun = false;
        Ok(())
    }

    fn decode(&mut self, input: &mut PartialBuffer<&[u8]>, output: &mut WriteBuffer<'_>) -> io::Result<bool> {
        loop {
            if self.begun {
                let read = self.frame.read(output.initialize_unwritten())?;
                output.advance(read);
                if output.has_no_spare_space() {
                    return Ok(false);
                }
                if self.frame.is_finished() {
                    return match self.frame.get_checksum_from_data() {
                        sum @ Some(_) if sum != self.frame.get_calculated_checksum() => {
                            Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum does not match"))
                        }
                        _ => Ok(true),
                    };
                }
            }
            let missing = self.needed().saturating_sub(self.pending.len());
            let here = input.unwritten().get(..missing).unwrap_or(input.unwritten());
            self.pending.extend_from_slice(here);
            let taken = here.len();
            input.advance(taken);
            if taken < missing {
                return Ok(false);
            }
            // The beginning may just have told that there is more to it.
            if self.needed() <= self.pending.len() {
                self.step().map_err(io::Error::other)?;
            }
        }
    }

    fn flush(&mut self, output: &mut WriteBuffer<'_>) -> io::Result<bool> {
        self.decode(&mut PartialBuffer::new(&[]), output)
    }

    fn finish(&mut self, output: &mut WriteBuffer<'_>) -> io::Result<bool> {
        self.decode(&mut PartialBuffer::new(&[]), output)
    }
}
