//! An address at which nobody answers.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

use crate::ScriptedUpstream;

/// A loopback address that refuses every connection, for as long as the value lives: the port is bound, so that no
/// other program of the machine can take it, and nobody listens.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use scripted_upstream::Refusing;
///
/// let away = Refusing::new();
/// assert!(tokio::net::TcpStream::connect(away.address()).await.is_err());
///
/// let upstream = away.start().await; // the upstream is back, at the same address
/// assert!(tokio::net::TcpStream::connect(upstream.address()).await.is_ok());
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the address refuses only while the value lives"]
pub struct Refusing {
    address: SocketAddr,
    /// Holds the port.
    _socket: TcpSocket,
}

impl Refusing {
    /// Takes a free port.
    ///
    /// # Panics
    /// Where the machine has none.
    pub fn new() -> Self {
        Self::at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    #[expect(clippy::expect_used, reason = "a test without a port cannot go on")]
    pub(crate) fn at(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        // Connections of an upstream that stood here may still be in TIME_WAIT.
        socket.set_reuseaddr(true).expect("SO_REUSEADDR");
        socket.bind(address).expect("a free loopback port");
        let address = socket.local_addr().expect("the address of a bound socket");
        Self { address, _socket: socket }
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Begins to answer at this address.
    pub async fn start(self) -> ScriptedUpstream {
        ScriptedUpstream::listen(self._socket)
    }
}

impl Default for Refusing {
    fn default() -> Self {
        Self::new()
    }
}
