use crate::config::fixture::{mistakes, read};
use crate::providers::{DEFINITIONS, Kind};

const GOOD: &str = "[[providers]]\nid = 'id'\nname = 'Example'\nkind = 'oidc'\nissuer = 'https://id.example'\n\
                    client_id = 'the-client'\nscopes = ['openid']\n";

/// Every definition needs an id and a secret, and what the provider's own users have: nothing else.
#[test]
fn a_definition_needs_what_the_provider_gave_and_no_more() {
    for definition in DEFINITIONS {
        let name = definition.name;
        let issuer = match name {
            "auth0" | "keycloak" | "okta" => "issuer = 'https://id.example/of-ours'\n",
            _ => "",
        };
        let config = read(&format!(
            "server.public_url = 'https://app.example'\n[[providers]]\nid = '{name}'\nclient_id = 'the-client'\n\
             client_secret = 'its-secret'\n{issuer}"
        ));
        let [provider] = config.providers.as_slice() else { panic!("{name}") };
        assert_eq!((provider.id.as_str(), provider.exchange.is_none()), (name, true));
        assert!(!provider.name.is_empty() && provider.style.0.is_some() && provider.style.1.is_some(), "{name}");
        assert_eq!(provider.kind == Kind::Oidc, provider.issuer.is_some(), "{name}");
        let lines = definition.text.lines().filter(|line| !line.starts_with('#')).count();
        assert!(lines <= 15, "{name}: {lines}");
    }
}

#[test]
fn a_provider_may_be_there_twice_under_names_of_its_own() {
    let config = read(
        "[[providers]]\npreset = 'github'\nclient_id = 'a'\nclient_secret = 'b'\n\
         [[providers]]\nid = 'github-work'\npreset = 'github'\nname = 'GitHub at work'\nclient_id = 'c'\nclient_secret = 'd'\n",
    );
    let ids: Vec<_> = config.providers.iter().map(|provider| (provider.id.as_str(), provider.name.as_str())).collect();
    assert_eq!(ids, [("github", "GitHub"), ("github-work", "GitHub at work")]);
}

#[test]
fn every_mistake_of_a_provider_is_named_with_its_key() {
    for (toml, line) in [
        ("[[providers]]\n", "providers[0].id: is missing"),
        ("[[providers]]\npreset = 'goggle'\n", "providers[0].preset: goggle is not a preset"),
        ("[[providers]]\nid = 'A b'\n", "providers[0].id: A b is not an id"),
        ("[[providers]]\nid = 'credentials'\n", "providers[0].id: credentials is not an id"),
        ("[[providers]]\nid = 'google'\n", "providers[0].client_id: is missing"),
        ("[[providers]]\nid = 'keycloak'\nclient_id = 'a'\n", "providers[0].issuer: is missing"),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\ntoken_auth = 'secret'\n",
            "providers[0].token_auth: is not a choice",
        ),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\nclient_sekret = 'b'\n",
            "providers[0].client_sekret: is not a known key",
        ),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\nparams.state = 'fixed'\n",
            "providers[0].params.state: is set by the sign-in",
        ),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\nparams.scope = 'all'\n",
            "providers[0].params.scope: is set by the sign-in",
        ),
        ("[[providers]]\nid = 'x'\nclient_id = 'a'\nscopes = ['a b']\n", "providers[0].scopes: has one that is none"),
        (
            "[[providers]]\nid = 'google'\nclient_id = 'a'\nscopes = ['email']\n",
            "providers[0].scopes: lacks \"openid\"",
        ),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\ntoken_url = 'http://api.x.com'\n",
            "providers[0].token_url: is no https address",
        ),
        (
            "[[providers]]\nid = 'google'\nclient_id = 'a'\nissuer = 'accounts.google.com'\n",
            "providers[0].issuer: is no https address",
        ),
        ("[[providers]]\nid = 'x'\nclient_id = 'a'\nprofile.name = 'name'\n", "providers[0].profile.name: "),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\nstyle.color = 'red'\n",
            "providers[0].style.color: is not a colour",
        ),
        ("[[providers]]\nid = 'x'\nclient_id = 'a'\nstyle.mark = 'M0 0\"/>'\n", "providers[0].style.mark: is no path"),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\nvia = ['https://x.com/path']\n",
            "providers[0].via: has what is no https origin",
        ),
        ("[[providers]]\nid = 'apple'\nclient_id = 'a'\n", "providers[0].response_mode: has the provider post"),
        (
            "[[providers]]\nid = 'apple'\nclient_id = 'a'\nsigned_secret.team_id = 'T'\n",
            "providers[0].signed_secret: is not whole",
        ),
        (
            "[[providers]]\nid = 'apple'\nclient_id = 'a'\nsigned_secret = { team_id = 'T', key_id = 'K', private_key = 'x' }\n",
            "providers[0].signed_secret.private_key: is no private key",
        ),
        ("[[providers]]\nid = 'x'\nclient_id = 'a'\nexchange.body = {}\n", "providers[0].exchange.path: is missing"),
        ("[[providers]]\nid = 'x'\nclient_id = 'a'\nexchange.path = '/x'\n", "providers[0].exchange.body: is missing"),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\nexchange = { path = '/x', body = { '/a' = '{password}' } }\n",
            "providers[0].exchange.body.\"/a\": {password} is nothing that a provider gives",
        ),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\nexchange = { path = '/x', body = { '/a' = '{refresh}' } }\n",
            "providers[0].exchange.body.\"/a\": {refresh} is nothing that a provider gives",
        ),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\nexchange = { path = '/x', body = { '/a' = '{code}', '/b' = '{access_token}' } }\n",
            "providers[0].exchange.body: has {code} and {access_token}",
        ),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\nexchange = { path = '/x', body = { '/a' = '{id_token}' } }\n",
            "providers[0].exchange.body: has {id_token}, which nobody gives with kind = \"oauth2\"",
        ),
        (
            "[[providers]]\nid = 'google'\nclient_id = 'a'\nexchange = { path = '/x', body = { '/a' = '{id_token}', '/b' = '{redirect_uri}' } }\n",
            "providers[0].exchange.body: has {redirect_uri} without the code",
        ),
        (
            "[[providers]]\nid = 'x'\nclient_id = 'a'\n[[providers]]\nid = 'x'\nclient_id = 'b'\n",
            "providers[1].id: x is the id of another",
        ),
        (
            "[[providers]]\nid = 'x'\nclient_id_file = 'no-such-file'\n",
            "providers[0].client_id_file: the file that it names cannot be read",
        ),
        (
            "[[providers]]\nid = 'gogle'\nclient_id = 'a'\n",
            "providers[0].id: gogle is no provider that is known — did you mean `google`?",
        ),
        ("[providers]\nid = 'google'\n", "providers: is a table, not a list — write [{ … }], or [[providers]] over it"),
        ("login.auto = true\n", "login.auto: is for a page with one provider"),
        ("login.fields = []\n", "login.fields: has 0 fields of type \"password\""),
    ] {
        let lines = mistakes(toml);
        assert!(lines.iter().any(|said| said.contains(line)), "{toml}{line}\n{lines:#?}");
        assert!(lines.iter().all(|said| !said.contains("client_secret = ")), "{lines:#?}");
    }
}

#[test]
fn a_page_may_have_providers_alone() {
    let config = read(&format!("login.fields = []\nlogin.auto = true\n{GOOD}"));
    assert!(config.login.auto && config.login.form().fields.is_empty());
    let [button] = config.login.form().providers.as_slice() else { panic!() };
    assert_eq!((button.id.as_str(), button.name.as_str(), &button.mark), ("id", "Example", &None));
}

/// LG-01
#[test]
fn no_secret_of_a_provider_is_in_debug_output() {
    let config = read("[[providers]]\nid = 'google'\nclient_id = 'a'\nclient_secret = 'canary-secret'\n");
    assert!(!format!("{config:?}").contains("canary-secret"));
}

/// People are asked for what is used: nobody renews what only opens an exchange.
#[test]
fn with_an_exchange_nothing_is_asked_for_that_renews() {
    const EXCHANGE: &str = "exchange = { path = '/x', body = { '/a' = '{access_token}' } }";
    for (id, of_its_own) in [("x", "offline.access"), ("microsoft", "offline_access")] {
        let with = |more: &str| read(&format!("[[providers]]\nid = '{id}'\nclient_id = 'a'\n{more}\n")).providers;
        let asks =
            |providers: &[crate::providers::Provider]| providers[0].scopes.iter().any(|scope| scope == of_its_own);
        assert!(asks(&with("")) && !asks(&with(EXCHANGE)), "{id}");
        assert!(asks(&with("exchange = { path = '/x', body = { '/a' = '{code}' } }")), "the API's own to renew: {id}");
    }
    let google = read(&format!("[[providers]]\nid = 'google'\nclient_id = 'a'\n{EXCHANGE}\n")).providers;
    assert!(google[0].params.is_empty(), "{:?}", google[0].params);
}

/// What follows from a mistake is not told beside it.
#[test]
fn a_provider_without_a_client_is_told_of_once() {
    assert_eq!(
        mistakes("[[providers]]\nid = 'google'\n"),
        ["Leptos.toml: providers[0].client_id: is missing — write the one that the provider gave this application"]
    );
}
