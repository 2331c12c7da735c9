use std::net::IpAddr;

use crate::config::fixture::{mistakes, read};

#[test]
fn guesses_are_limited_where_nothing_is_configured() {
    let limits = read("").limits;
    assert_eq!((limits.account.most(), limits.account.step().as_secs()), (10, 90));
    assert_eq!((limits.address.most(), limits.address.step().as_secs()), (50, 18));
    assert!(limits.trusted_proxies.is_empty());
}

/// RL-03
#[test]
fn proxies_are_ranges_or_addresses_in_any_spelling() {
    let limits = read(
        "[limits]\ntrusted_proxies = ['10.1.2.3/8', '192.0.2.1', 'fd00::/8', '::ffff:198.51.100.0/120']\naccount = '3/1h'\n",
    )
    .limits;
    let trusts = |address: &str| {
        let address: IpAddr = address.parse().unwrap();
        limits.trusted_proxies.iter().any(|network| network.contains(&address))
    };
    for address in ["10.255.0.1", "192.0.2.1", "fd12::1", "198.51.100.7"] {
        assert!(trusts(address), "{address}");
    }
    for address in ["11.0.0.1", "192.0.2.2", "fe80::1", "198.51.101.7"] {
        assert!(!trusts(address), "{address}");
    }
    assert_eq!(limits.account.most(), 3);
}

#[test]
fn a_limit_that_is_none_is_told() {
    for (toml, told) in [
        ("account = '10'", "limits.account: is not so many in so long"),
        ("address = '0/1h'", "limits.address: is not so many in so long"),
        ("trusted_proxies = ['proxy.example']", "limits.trusted_proxies[0]: is not a range of addresses"),
        ("trusted_proxies = ['10.0.0.0/33']", "limits.trusted_proxies[0]: is not a range of addresses"),
        ("accounts = '10/15m'", "limits.accounts"),
    ] {
        let said = mistakes(&format!("[limits]\n{toml}\n"));
        assert!(said.iter().any(|line| line.contains(told)), "{said:?}");
    }
}
