//! Coded responses, good ones, broken ones and bombs.

use super::*;
use compression_codecs::brotli::params::EncoderParams;
use compression_codecs::core::Level;
use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::{BrotliEncoder, EncodeV2, GzipEncoder, ZlibEncoder};

fn encoded(coding: &str, plain: &[u8]) -> Vec<u8> {
    let mut encoder: Box<dyn EncodeV2> = match coding {
        "gzip" => Box::new(GzipEncoder::new(Level::Default.into())),
        "br" => Box::new(BrotliEncoder::new(EncoderParams::default().quality(Level::Fastest))),
        "deflate" => Box::new(ZlibEncoder::new(Level::Default.into())),
        _ => return ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest),
    };
    let mut all = vec![0; plain.len() + 1024];
    let mut output = WriteBuffer::new_initialized(&mut all);
    let mut input = PartialBuffer::new(plain);
    while !input.unwritten().is_empty() {
        encoder.encode(&mut input, &mut output).unwrap();
    }
    assert!(encoder.finish(&mut output).unwrap());
    let length = output.written_len();
    all.truncate(length);
    all
}

/// A server that gives this body to every request, in pieces of `piece` bytes.
async fn coded(coding: &'static str, body: Vec<u8>, piece: usize) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/scim/v2", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let body = body.clone();
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {
                    let head =
                        format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n\r\n");
                    stream.write_all(head.as_bytes()).await.unwrap();
                    for part in body.chunks(piece) {
                        let chunk = [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
                        if stream.write_all(&chunk).await.is_err() {
                            return;
                        }
                    }
                    stream.write_all(b"0\r\n\r\n").await.ok();
                }
            });
        }
    });
    Server { url, connections }
}

const CODINGS: [&str; 4] = ["gzip", "br", "zstd", "deflate"];

/// Neither short nor all the same.
fn document() -> Vec<u8> {
    (0..10_000).map(|number| format!("{{\"userName\": \"u{number}\"}}\n")).collect::<String>().into_bytes()
}

#[tokio::test]
async fn responses_are_decoded_in_pieces_of_any_size_and_the_connection_is_kept() {
    for coding in CODINGS {
        for (plain, piece) in
            [(document(), 7777), (b"{}".to_vec(), 1), (vec![b'a'; 16 * 1024 * 3], 1 << 20), (Vec::new(), 1)]
        {
            let server = coded(coding, encoded(coding, &plain), piece).await;
            let door = door(&server.url);
            for _ in 0..2 {
                let (_, body) = door.get(&server.url).await.unwrap();
                assert!(body.as_bytes() == plain, "{coding}: {} bytes of {}", body.len(), plain.len());
            }
            assert_eq!(server.connections.load(Ordering::SeqCst), 1, "{coding}");
            let seen = door.seen.lock();
            let offered = seen[0].request_headers.iter().find(|(name, _)| name == "accept-encoding").unwrap();
            assert_eq!(offered.1, "gzip, br, zstd");
            assert!(!seen[0].response_headers.iter().any(|(name, _)| name == "content-length"));
        }
    }
}

#[tokio::test]
async fn a_broken_coding_is_named() {
    for coding in CODINGS {
        let whole = encoded(coding, &document());
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle..middle + 64].fill(0x55);
        for body in
            [whole[..whole.len() - 9].to_vec(), whole[..3].to_vec(), changed, b"{\"userName\": \"ada\"}".to_vec()]
        {
            let server = coded(coding, body, 1000).await;
            let (code, words) = door(&server.url).refusal(Method::GET, &server.url).await;
            assert_eq!(code, format!("HttpResponseContentCoding({coding:?})"));
            assert_eq!(words, format!("the Content-Encoding {coding} cannot be decoded"));
        }
    }
    let server = coded("compress", b"x".to_vec(), 1).await;
    let (code, _) = door(&server.url).refusal(Method::GET, &server.url).await;
    assert_eq!(code, "HttpResponseContentCoding(\"compress\")");
    let empty = coded("gzip", Vec::new(), 1).await;
    assert_eq!(door(&empty.url).get(&empty.url).await.unwrap().1, "", "nothing at all needs no coding");
}

#[tokio::test]
async fn a_bomb_ends_at_the_limit_coded_or_decoded() {
    let mut settings = direct();
    settings.limits.response_bytes = Some(100_000);
    for coding in CODINGS {
        let bomb = encoded(coding, &vec![0; 8 << 20]);
        assert!(bomb.len() < 100_000, "{coding}: {}", bomb.len());
        let server = coded(coding, bomb, 1 << 20).await;
        let (code, words) =
            door_with(&server.url, settings.clone(), Arc::default()).refusal(Method::GET, &server.url).await;
        assert_eq!(code, "HttpResponseBodySize(100000)", "{coding}");
        assert_eq!(words, "host.limits.responseBytes of the connection allows 100000 bytes");
    }
    let server = coded("identity", vec![b' '; 200_000], 1000).await;
    let (code, _) = door_with(&server.url, settings.clone(), Arc::default()).refusal(Method::GET, &server.url).await;
    assert_eq!(code, "HttpResponseBodySize(100000)");
    let announced = server_announcing().await;
    let (code, _) = door_with(&announced.url, settings, Arc::default()).refusal(Method::GET, &announced.url).await;
    assert_eq!(code, "HttpResponseBodySize(100000)", "before the first byte");
}

async fn server_announcing() -> Server {
    server(Manner::Stalls("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n")).await
}
