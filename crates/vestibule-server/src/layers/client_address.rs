//! Where a request comes from, past the proxies that are trusted to say it (RL-03).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::app::Vestibule;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of whoever asks, in the request's extensions. IPv4 addresses that are written as IPv6 are IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// What the layer knows.
#[derive(Clone)]
pub(crate) struct Proxies {
    vestibule: Vestibule,
    /// Whether the log tells already what is wrong with it.
    is_told: Arc<AtomicBool>,
}

impl Proxies {
    pub(crate) fn new(vestibule: &Vestibule) -> Self {
        Self { vestibule: vestibule.clone(), is_told: Arc::default() }
    }
}

/// Puts a [`ClientAddress`] into requests whose connection has an address.
pub(crate) async fn layer(State(proxies): State<Proxies>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get().map(|ConnectInfo(peer): &ConnectInfo<SocketAddr>| peer.ip());
    if let Some(peer) = peer {
        let trusted = &proxies.vestibule.config().limits.trusted_proxies;
        if !is_any_of(peer.to_canonical(), trusted)
            && request.headers().contains_key(FORWARDED_FOR)
            && !proxies.is_told.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                %peer, key = "limits.trusted_proxies",
                "a request says by X-Forwarded-For whom it comes from, and this peer is not trusted to: where that is your proxy, \
                 name it, or all who come through it share one limit (told once)"
            );
        }
        let client = client(peer, request.headers(), trusted);
        request.extensions_mut().insert(ClientAddress(client));
    } else if !proxies.is_told.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "no connection has an address: wrong passwords are counted by account alone; whoever serves this router adds axum's \
             ConnectInfo<SocketAddr> (told once)"
        );
    }
    next.run(request).await
}

/// The nearest address that no trusted proxy has: each of them adds, on the right, whom it was asked by. Whatever stands to
/// the left of that was written by anybody.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut nearest = peer.to_canonical();
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    let mut hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    while is_any_of(nearest, trusted) {
        // What cannot be read is nobody's address: the proxy that passed it on is the last that is known.
        let Some(hop) = hops.next().and_then(|hop| address(std::str::from_utf8(hop).ok()?.trim())) else { break };
        nearest = hop;
    }
    nearest
}

/// Whether a request comes from a proxy that is trusted to say where it comes from.
pub(super) fn is_from_proxy(request: &Request, trusted: &[IpNet]) -> bool {
    let peer = request.extensions().get().map(|ConnectInfo(peer): &ConnectInfo<SocketAddr>| peer.ip());
    peer.is_some_and(|peer| is_any_of(peer.to_canonical(), trusted))
}

fn is_any_of(address: IpAddr, networks: &[IpNet]) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// An address, with or without a port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests;
