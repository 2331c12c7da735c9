//! `[server]`: where to listen, and what the outside calls us.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::origin::parse_origin;
use super::report::Report;
use super::section::Section;
use super::source::{RELOAD_PORT_VARIABLE, SITE_ADDRESS_VARIABLE, SITE_ROOT_VARIABLE, Source, WATCH_VARIABLE};

/// `[server]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// `address`: where the server listens, for plain http. Default: `LEPTOS_SITE_ADDR`, else `127.0.0.1:3000`.
    pub address: SocketAddr,
    /// `public_url`: the origin that browsers see, with path `/`. Its scheme alone decides `__Host-`, `Secure` and
    /// HSTS. Default: `http://` and the address. Production demands https (CK-02).
    pub public_url: Url,
    /// `trusted_origins`: other origins whose forms may post here, as browsers write them in `Origin` (CS-01).
    /// Default: none.
    pub trusted_origins: Vec<String>,
    /// `admin_address`: where metrics and health are, for whoever watches the process: never for the public. Default: none.
    pub admin_address: Option<SocketAddr>,
    /// `drain_delay`: how long readiness is refused before a stopping server closes its listener. Default: 5 s.
    pub drain_delay: Duration,
    /// `hsts_subdomains`: whether HSTS covers the subdomains too. Default: false.
    pub hsts_subdomains: bool,
    /// The folder of the built assets, from `LEPTOS_SITE_ROOT`. Default: `target/site`.
    pub site_root: PathBuf,
    /// Whether cargo-leptos watches the sources (`LEPTOS_WATCH`). Default: false.
    pub watched: bool,
    /// Where it announces what it rebuilt, from `LEPTOS_RELOAD_PORT`. Default: 3001.
    pub reload_port: u16,
}

pub(crate) fn read(mut section: Section, source: &Source, production: bool, report: &mut Report) -> ServerConfig {
    let address = address(&mut section, source, report);
    let public_url = public_url(&mut section, address, production, report);
    let trusted_key = section.key("trusted_origins");
    let mut trusted_origins = Vec::new();
    for (index, text) in section.texts("trusted_origins", report).unwrap_or_default().iter().enumerate() {
        match parse_origin(text) {
            Ok(url) => trusted_origins.push(url.origin().ascii_serialization()),
            Err(what) => {
                let mend = "write scheme, host and port only, such as \"https://www.example.org\"";
                report.add(&format!("{trusted_key}[{index}]"), what, mend);
            }
        }
    }
    let admin_address = admin_address(&mut section, address, report);
    let drain_delay = section.duration("drain_delay", report).unwrap_or(Duration::from_secs(5));
    let hsts_subdomains = section.flag("hsts_subdomains", report).unwrap_or(false);
    section.finish(report);
    let site_root = source.variable(SITE_ROOT_VARIABLE).unwrap_or("target/site").into();
    let watched = source.variable(WATCH_VARIABLE).is_some();
    let reload_port = reload_port(source, report);
    ServerConfig {
        address,
        public_url,
        trusted_origins,
        admin_address,
        drain_delay,
        hsts_subdomains,
        site_root,
        watched,
        reload_port,
    }
}

fn reload_port(source: &Source, report: &mut Report) -> u16 {
    let default = 3_001;
    let Some(text) = source.variable(RELOAD_PORT_VARIABLE) else { return default };
    text.parse().unwrap_or_else(|_| {
        report.variable(RELOAD_PORT_VARIABLE, "is not a port", "write a number from 0 to 65535, or unset it");
        default
    })
}

fn admin_address(section: &mut Section, address: SocketAddr, report: &mut Report) -> Option<SocketAddr> {
    let key = section.key("admin_address");
    let text = section.text("admin_address", report)?;
    let mend = "write another IP address or port than that of the site, such as \"127.0.0.1:9090\"";
    match text.parse() {
        Ok(admin) if admin != address => Some(admin),
        Ok(_) => {
            report.add(&key, "is where the site is", mend);
            None
        }
        Err(_) => {
            report.add(&key, "is not an address to listen on", mend);
            None
        }
    }
}

fn address(section: &mut Section, source: &Source, report: &mut Report) -> SocketAddr {
    const MEND: &str = "write an IP address and a port, such as \"127.0.0.1:3000\" or \"[::]:3000\"";
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, 3000));
    let key = section.key("address");
    match (section.text("address", report), source.variable(SITE_ADDRESS_VARIABLE)) {
        (Some(text), _) => text.parse().unwrap_or_else(|_| {
            report.add(&key, "is not an address to listen on", MEND);
            default
        }),
        (None, Some(text)) => text.parse().unwrap_or_else(|_| {
            report.variable(SITE_ADDRESS_VARIABLE, "is not an address to listen on", MEND);
            default
        }),
        (None, None) => default,
    }
}

#[expect(clippy::expect_used, reason = "a literal")]
fn public_url(section: &mut Section, address: SocketAddr, production: bool, report: &mut Report) -> Url {
    const MEND: &str = "write scheme, host and, where needed, port, such as \"https://app.example.org\"";
    let key = section.key("public_url");
    let set = section.text("public_url", report);
    let parsed = match &set {
        Some(text) => parse_origin(text),
        None => parse_origin(&format!("http://{address}")).map_err(|_| "is missing, and cannot be made of the address"),
    };
    match parsed {
        Ok(url) if production && url.scheme() != "https" => {
            let what = if set.is_some() { "is not https, in production" } else { "is missing, in production" };
            report.add(&key, what, "set the https origin that browsers see, such as \"https://app.example.org\"");
            url
        }
        Ok(url) => url,
        Err(what) => {
            report.add(&key, what, MEND);
            Url::parse("http://127.0.0.1:3000").expect("a URL")
        }
    }
}

#[cfg(test)]
mod tests;
