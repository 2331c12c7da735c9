//! The tables of the contract, each with its defaults.

use http::{Method, StatusCode};
use serde_json::json;

use super::Check;
use super::endpoint::Defaults;
use crate::cookies::is_cookie_name;
use crate::upstream::contract::{Endpoint, Expiry, ExpiryUnit, Profile, Refresh, SignIn, TokenSource};
use crate::upstream::pointer::Pointer;
use crate::upstream::rule::Rule;
use crate::upstream::settings::{ExpirySettings, ProfileSettings, RefreshSettings, SignInSettings, SignOutSettings};

impl Check<'_> {
    pub(super) fn sign_in(&mut self, settings: SignInSettings) -> SignIn {
        const KEY: &str = "upstream.sign_in";
        let body = &[("username", "{username}"), ("password", "{password}")];
        let defaults = Defaults { key: KEY, method: Method::POST, path: "/sign-in", body, auth: false };
        let endpoint = self.endpoint(settings.endpoint(), &defaults);
        if endpoint.auth || endpoint.path.needs_user_id() {
            self.mistake(
                KEY,
                "asks for the access token or {user_id}, which nobody has yet — remove auth and {user_id}",
            );
        }
        let user = self.pointer(&format!("{KEY}.user"), settings.user, "/user");
        let user_id = match settings.user_id {
            Some(text) => self.pointer(&format!("{KEY}.user_id"), Some(text), ""),
            None => user.child("id"),
        };
        SignIn {
            endpoint,
            token: self.token(KEY, settings.token, settings.token_cookie),
            refresh_token: self.pointer(&format!("{KEY}.refresh_token"), settings.refresh_token, "/refreshToken"),
            user_id,
            bad_credentials: self.rules(&format!("{KEY}.bad_credentials"), settings.bad_credentials, || {
                vec![Rule::status(StatusCode::UNAUTHORIZED)]
            }),
            locked: self.rules(&format!("{KEY}.locked"), settings.locked, || {
                vec![Rule::status(StatusCode::FORBIDDEN), Rule::status(StatusCode::LOCKED)]
            }),
            mfa: self.rules(&format!("{KEY}.mfa"), settings.mfa, Vec::new),
            message: self.pointers(&format!("{KEY}.message"), settings.message, &["/errors/0/title"]),
            field_errors: self.pointers(&format!("{KEY}.field_errors"), settings.field_errors, &["/errors", "/fields"]),
        }
    }

    pub(super) fn profile(&mut self, settings: ProfileSettings) -> Profile {
        const KEY: &str = "upstream.profile";
        let defaults = Defaults { key: KEY, method: Method::GET, path: "/me", body: &[], auth: true };
        let attributes = settings.attributes.clone();
        Profile {
            endpoint: self.endpoint(settings.endpoint(), &defaults),
            pointer: self.pointer(&format!("{KEY}.pointer"), settings.pointer, ""),
            id: settings.id.map(|text| self.pointer(&format!("{KEY}.id"), Some(text), "/id")),
            name: self.pointer(&format!("{KEY}.attributes.name"), attributes.name, "/displayName"),
            email: self.pointer(&format!("{KEY}.attributes.email"), attributes.email, "/email"),
            email_verified: None,
            image: self.pointer(&format!("{KEY}.attributes.image"), attributes.image, "/avatar"),
            omit: self.pointers(&format!("{KEY}.omit"), settings.omit, &["/password"]),
            keep: self.pointers(&format!("{KEY}.keep"), settings.keep, &[]),
            unauthorized: self.rules(&format!("{KEY}.unauthorized"), settings.unauthorized, || {
                vec![Rule::status(StatusCode::UNAUTHORIZED)]
            }),
        }
    }

    pub(super) fn refresh(&mut self, settings: RefreshSettings, user_id: Pointer) -> Refresh {
        const KEY: &str = "upstream.refresh";
        // No refresh token, no body: the default one is for APIs that gave one.
        let body = &[("refresh_token", "{refresh}")];
        let defaults = Defaults { key: KEY, method: Method::POST, path: "/refresh", body, auth: false };
        Refresh {
            endpoint: self.endpoint(settings.endpoint(), &defaults),
            token: self.token(KEY, settings.token, settings.token_cookie),
            refresh_token: self.pointer(&format!("{KEY}.refresh_token"), settings.refresh_token, "/refreshToken"),
            user_id: match settings.user_id {
                Some(text) => self.pointer(&format!("{KEY}.user_id"), Some(text), ""),
                None => user_id,
            },
            unauthorized: self.rules(&format!("{KEY}.unauthorized"), settings.unauthorized, || {
                vec![
                    Rule::status(StatusCode::UNAUTHORIZED),
                    Rule {
                        status: StatusCode::BAD_REQUEST,
                        pointer: Pointer::parse("/error").ok(),
                        equals: Some(json!("invalid_grant")),
                    },
                ]
            }),
        }
    }

    pub(super) fn sign_out(&mut self, settings: &SignOutSettings) -> Endpoint {
        let key = "upstream.sign_out";
        self.endpoint(
            settings.endpoint(),
            &Defaults { key, method: Method::POST, path: "/sign-out", body: &[], auth: true },
        )
    }

    fn token(&mut self, key: &str, pointer: Option<String>, cookie: Option<String>) -> TokenSource {
        match cookie {
            Some(_) if pointer.is_some() => {
                self.mistake(format!("{key}.token_cookie"), "stands beside token — write only one of them");
                TokenSource::Pointer(Pointer::default())
            }
            Some(name) => {
                if !is_cookie_name(&name) {
                    let text = "is not a cookie's name — write the cookie that the API sets";
                    self.mistake(format!("{key}.token_cookie"), text);
                }
                TokenSource::Cookie(name)
            }
            None => TokenSource::Pointer(self.pointer(&format!("{key}.token"), pointer, "/accessToken")),
        }
    }

    pub(super) fn expiry(&mut self, settings: ExpirySettings) -> Expiry {
        const KEY: &str = "upstream.expiry";
        let from = settings.from.as_deref().unwrap_or("jwt");
        let keys = [
            ("pointer", settings.pointer.is_some(), "pointer"),
            ("unit", settings.unit.is_some(), "pointer"),
            ("max_age", settings.max_age.is_some(), "fixed"),
        ];
        for (key, set, wanted) in keys {
            if set && from != wanted {
                self.mistake(
                    format!("{KEY}.{key}"),
                    format!("is used only with from = \"{wanted}\" — write that, or remove it"),
                );
            }
        }
        match from {
            "jwt" => Expiry::Jwt,
            "pointer" => {
                let unit = match settings.unit.as_deref() {
                    Some("s") => ExpiryUnit::Seconds,
                    Some("ms") => ExpiryUnit::Millis,
                    Some("epoch_s") => ExpiryUnit::EpochSeconds,
                    Some("epoch_ms") => ExpiryUnit::EpochMillis,
                    Some("rfc3339") => ExpiryUnit::Rfc3339,
                    _ => {
                        let text =
                            "is missing or no choice — write \"s\", \"ms\", \"epoch_s\", \"epoch_ms\" or \"rfc3339\"";
                        self.mistake(format!("{KEY}.unit"), text);
                        ExpiryUnit::Seconds
                    }
                };
                if settings.pointer.is_none() {
                    self.mistake(
                        format!("{KEY}.pointer"),
                        "is missing — write where it stands, such as \"/expires_in\"",
                    );
                }
                Expiry::Pointer { pointer: self.pointer(&format!("{KEY}.pointer"), settings.pointer, ""), unit }
            }
            "fixed" => match settings.max_age {
                Some(_) => Expiry::Fixed(self.duration(&format!("{KEY}.max_age"), settings.max_age, 0)),
                None => {
                    self.mistake(
                        format!("{KEY}.max_age"),
                        "is missing — write how long a token lives, such as \"24h\"",
                    );
                    Expiry::Jwt
                }
            },
            _ => {
                self.mistake(format!("{KEY}.from"), "is not a choice — write \"jwt\", \"pointer\" or \"fixed\"");
                Expiry::Jwt
            }
        }
    }
}
