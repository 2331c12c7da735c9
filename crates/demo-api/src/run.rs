//! The API on a port.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::{DemoApi, Options, StartError, router};

/// A running API. It stops when this is dropped, or with its runtime: what is being answered is answered, nothing new
/// is taken.
#[derive(Debug)]
#[must_use = "the API stops when this is dropped"]
pub struct Running {
    /// Where it listens, such as `http://127.0.0.1:40213`: no path, no slash at the end.
    pub url: String,
    /// The same as a socket address.
    pub address: SocketAddr,
    /// Dropped with this value, which the server takes for the word to stop.
    _stop: oneshot::Sender<()>,
}

/// Starts the API; it answers from the moment when this returns.
///
/// # Errors
/// [`StartError`], where there is no key or no port.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let address = options.address;
    let router = router(DemoApi::new(options)?);
    let listening = |problem| StartError::Listen { address, problem };
    let listener = TcpListener::bind(address).await.map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;

    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move { drop(stopped.await) });
    tokio::spawn(server.into_future());
    Ok(Running { url: format!("http://{address}"), address, _stop: stop })
}

#[cfg(test)]
mod tests;
