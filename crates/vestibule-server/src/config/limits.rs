//! `[limits]`: how often somebody may guess, and whose word for an address is taken.

use ipnet::IpNet;

use super::quota::Quota;
use super::report::Report;
use super::section::Section;

/// `[limits]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitsConfig {
    /// `trusted_proxies`: the addresses of reverse proxies whose `X-Forwarded-For` counts (RL-03). Default: none.
    pub trusted_proxies: Vec<IpNet>,
    /// `account`: wrong passwords for one account (RL-01). Default: `10/15m`.
    pub account: Quota,
    /// `address`: wrong passwords from one address, or one /64 of IPv6 (RL-01). Default: `50/15m`.
    pub address: Quota,
}

#[expect(clippy::expect_used, reason = "literals, which a test reads")]
pub(crate) fn read(mut section: Section, report: &mut Report) -> LimitsConfig {
    let key = section.key("trusted_proxies");
    let mut trusted_proxies = Vec::new();
    for (index, text) in section.texts("trusted_proxies", report).unwrap_or_default().iter().enumerate() {
        match network(text) {
            Some(network) => trusted_proxies.push(network),
            None => {
                let mend = "write an address or a CIDR range, such as \"10.0.0.0/8\" or \"fd00::/8\"";
                report.add(&format!("{key}[{index}]"), "is not a range of addresses", mend);
            }
        }
    }
    let account = quota(&mut section, "account", report);
    let address = quota(&mut section, "address", report);
    section.finish(report);
    LimitsConfig {
        trusted_proxies,
        account: account.unwrap_or_else(|| Quota::parse("10/15m").expect("a quota")),
        address: address.unwrap_or_else(|| Quota::parse("50/15m").expect("a quota")),
    }
}

/// A range, or one address. IPv4 addresses that are written as IPv6 are IPv4.
fn network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok().or_else(|| Some(text.parse::<std::net::IpAddr>().ok()?.into()))?;
    match network {
        IpNet::V6(six) => match (six.addr().to_ipv4_mapped(), six.prefix_len().checked_sub(96)) {
            (Some(four), Some(length)) => IpNet::new(four.into(), length).ok(),
            _ => Some(network),
        },
        IpNet::V4(_) => Some(network),
    }
    .map(|network| network.trunc())
}

fn quota(section: &mut Section, key: &'static str, report: &mut Report) -> Option<Quota> {
    let name = section.key(key);
    let text = section.text(key, report)?;
    Quota::parse(&text).map_err(|error| report.add_text(&name, &error.to_string())).ok()
}

#[cfg(test)]
mod tests;
