//! How calls are authenticated: the access token, the constant headers, the application itself.

use std::collections::BTreeMap;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::Check;
use crate::cookies::is_cookie_name;
use crate::secret::Secret;
use crate::upstream::contract::{Auth, Client, Contract};
use crate::upstream::settings::{AuthSettings, ClientSettings};

/// Headers that the transport or another key of the contract sets. A compressed answer could not be read, either.
const NOT_CONSTANT: [HeaderName; 13] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::RANGE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

impl Check<'_> {
    pub(super) fn auth(&mut self, settings: AuthSettings) -> Auth {
        let bearer = Auth::Header { name: header::AUTHORIZATION, scheme: "Bearer".to_owned() };
        match settings.place.as_deref().unwrap_or("header") {
            "header" => {
                if settings.cookie.is_some() {
                    self.mistake(
                        "upstream.auth.cookie",
                        "is used only with in = \"cookie\" — write that too, or remove it",
                    );
                }
                let name = settings.header.map(|name| HeaderName::try_from(name.as_str()));
                let Ok(name) = name.unwrap_or(Ok(header::AUTHORIZATION)) else {
                    self.mistake(
                        "upstream.auth.header",
                        "is not a header's name — write one such as \"Authorization\"",
                    );
                    return bearer;
                };
                if NOT_CONSTANT.contains(&name) || name == header::COOKIE {
                    self.mistake("upstream.auth.header", "cannot carry a token — write one such as \"Authorization\"");
                    return bearer;
                }
                let scheme = settings.scheme.unwrap_or_else(|| "Bearer".to_owned());
                if HeaderValue::from_str(&scheme).is_err() || !scheme.is_ascii() {
                    self.mistake("upstream.auth.scheme", "cannot stand in a header — write one such as \"Bearer\"");
                    return bearer;
                }
                Auth::Header { name, scheme: scheme.trim().to_owned() }
            }
            "cookie" => {
                for (key, set) in [("header", settings.header.is_some()), ("scheme", settings.scheme.is_some())] {
                    if set {
                        self.mistake(format!("upstream.auth.{key}"), "is not used with in = \"cookie\" — remove it");
                    }
                }
                match settings.cookie.filter(|name| is_cookie_name(name)) {
                    Some(name) => Auth::Cookie { name },
                    None => {
                        self.mistake(
                            "upstream.auth.cookie",
                            "is not a cookie's name — write the cookie that the API reads",
                        );
                        bearer
                    }
                }
            }
            _ => {
                self.mistake("upstream.auth.in", "is not a choice — write \"header\" or \"cookie\"");
                bearer
            }
        }
    }

    pub(super) fn headers(&mut self, settings: BTreeMap<String, Secret>, auth: &Auth) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in settings {
            let key = format!("upstream.headers.{name}");
            let Ok(name) = HeaderName::try_from(name.as_str()) else {
                self.mistake(key, "is not a header's name — write one such as \"X-Api-Key\"");
                continue;
            };
            let carries_token = match auth {
                Auth::Header { name: used, .. } => *used == name,
                Auth::Cookie { .. } => name == header::COOKIE,
            };
            if carries_token {
                self.mistake(
                    key,
                    "carries the access token (upstream.auth) — remove it, or let the token use another header",
                );
            } else if NOT_CONSTANT.contains(&name) {
                self.mistake(
                    key,
                    "is set for each call — remove it (upstream.accept and content_type are keys of their own)",
                );
            } else if let Ok(mut value) = HeaderValue::from_str(value.expose()) {
                value.set_sensitive(true);
                headers.append(name, value);
            } else {
                self.mistake(key, "cannot stand in a header — write it as one line of plain text");
            }
        }
        headers
    }

    pub(super) fn client(&mut self, settings: ClientSettings) -> Client {
        let kind = settings.auth.as_deref().unwrap_or("none");
        if kind == "none" {
            if settings.id.is_some() || settings.secret.is_some() {
                self.mistake(
                    "upstream.client.auth",
                    "is \"none\", so id and secret are not used — write \"basic\" or \"body\"",
                );
            }
            return Client::None;
        }
        let Some(id) = settings.id.filter(|id| !id.is_empty()) else {
            self.mistake("upstream.client.id", "is missing — write the id that the API gave to this application");
            return Client::None;
        };
        match (kind, settings.secret) {
            ("basic", Some(secret)) => Client::Basic { id, secret },
            ("basic", None) => {
                self.mistake("upstream.client.secret", "is missing — write it, or its file at secret_file");
                Client::None
            }
            ("body", secret) => Client::Body { id, secret },
            _ => {
                self.mistake("upstream.client.auth", "is not a choice — write \"none\", \"basic\" or \"body\"");
                Client::None
            }
        }
    }

    /// Whether every endpoint that sends the client can.
    pub(super) fn clients(&mut self, contract: &Contract) {
        let endpoints = [
            ("upstream.sign_in", Some(&contract.sign_in.endpoint)),
            ("upstream.profile", Some(&contract.profile.endpoint)),
            ("upstream.refresh", contract.refresh.as_ref().map(|refresh| &refresh.endpoint)),
            ("upstream.sign_out", contract.sign_out.as_ref()),
        ];
        for (key, endpoint) in endpoints {
            let Some(endpoint) = endpoint.filter(|endpoint| endpoint.client_auth) else { continue };
            let in_authorization = matches!(&contract.auth, Auth::Header { name, .. } if name == header::AUTHORIZATION);
            match &contract.client {
                Client::None => {
                    let text = "needs upstream.client — write its auth, id and secret, or remove this key";
                    self.mistake(format!("{key}.client_auth"), text);
                }
                Client::Basic { .. } if endpoint.auth && in_authorization => {
                    let text = "and auth both need the Authorization header — set one of them to false, or \
                                upstream.client.auth to \"body\"";
                    self.mistake(format!("{key}.client_auth"), text);
                }
                _ => {}
            }
        }
    }
}
