//! Bodies and their limits.

use super::*;

#[tokio::test]
async fn a_body_beyond_the_limit_is_413_by_its_word_or_by_its_bytes() {
    let (app, cookies) = echoing("proxy.max_body = '100KiB'").await;
    let before = calls(&app);
    let long = "x".repeat(101 * 1_024);
    let request = || Request::post("/upstream/data").header(COOKIE, &cookies).header("origin", ORIGIN);
    assert_eq!(app.send(request(), long.clone()).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let pieces: Vec<_> = long.as_bytes().chunks(1_000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let stream = Body::from_stream(futures_util::stream::iter(pieces));
    assert_eq!(app.send(request(), stream).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(calls(&app), before);
    let short = "x".repeat(99 * 1_024);
    assert_eq!(read(app.send(request(), short.clone()).await).await["body"], short);
}
