//! The keys that every endpoint takes: method, path, body and what means success.

use http::{Method, StatusCode};

use super::Check;
use crate::upstream::contract::Endpoint;
use crate::upstream::pointer::{Pointer, index};
use crate::upstream::settings::{BodySettings, EndpointSettings};
use crate::upstream::template::{
    BodyTemplate, Encoding, Entry, PathTemplate, Template, Text, USER_ID, has_dot_segment,
};

/// What an endpoint is where the configuration does not say.
pub(super) struct Defaults {
    pub(super) key: &'static str,
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// Names and templates.
    pub(super) body: &'static [(&'static str, &'static str)],
    pub(super) auth: bool,
}

impl Check<'_> {
    pub(super) fn endpoint(&mut self, settings: EndpointSettings, defaults: &Defaults) -> Endpoint {
        let key = defaults.key;
        let method = match settings.method.as_deref() {
            None => defaults.method.clone(),
            Some("GET") => Method::GET,
            Some("POST") => Method::POST,
            Some("PUT") => Method::PUT,
            Some("PATCH") => Method::PATCH,
            Some("DELETE") => Method::DELETE,
            Some(_) => {
                let text = "is not a method — write \"GET\", \"POST\", \"PUT\", \"PATCH\" or \"DELETE\"";
                self.mistake(format!("{key}.method"), text);
                defaults.method.clone()
            }
        };
        let encoding = match settings.encoding.as_deref() {
            None | Some("json") => Encoding::Json,
            Some("form") => Encoding::Form,
            Some(_) => {
                self.mistake(format!("{key}.encoding"), "is not a choice — write \"json\" or \"form\"");
                Encoding::Json
            }
        };
        let body = match settings.body {
            Some(body) => Some(self.body(&format!("{key}.body"), &body, encoding)),
            None if defaults.body.is_empty() => None,
            None => Some(self.default_body(&format!("{key}.body"), defaults.body)),
        };
        Endpoint {
            address: None,
            path: self.path(&format!("{key}.path"), settings.path.as_deref().unwrap_or(defaults.path)),
            content_type: self.header_value(&format!("{key}.content_type"), settings.content_type),
            success: settings.success.map(|statuses| self.success(&format!("{key}.success"), statuses)),
            auth: settings.auth.unwrap_or(defaults.auth),
            client_auth: settings.client_auth.unwrap_or(false),
            method,
            encoding,
            body,
        }
    }

    fn path(&mut self, key: &str, text: &str) -> PathTemplate {
        let plain = text.replace(USER_ID, "");
        let problem = if !text.starts_with('/') || text.starts_with("//") {
            Some("does not begin with one slash — write it as it follows base_url, such as \"/sign-in\"")
        } else if plain.contains(['{', '}']) {
            Some("has a placeholder that a path cannot take — {user_id} is the one that it can")
        } else if !plain.bytes().all(|byte| byte.is_ascii_graphic())
            || plain.contains(['\\', '#', '"', '<', '>', '^', '`', '|'])
        {
            Some("has a character that a path cannot take — percent-encode it")
        } else if has_dot_segment(text) {
            Some("has a segment . or .. — write the path without it")
        } else {
            None
        };
        if let Some(text) = problem {
            self.mistake(key, text);
        }
        PathTemplate(text.to_owned())
    }

    fn success(&mut self, key: &str, statuses: Vec<u16>) -> Vec<StatusCode> {
        if statuses.is_empty() {
            self.mistake(key, "is empty, so that nothing succeeds — write the statuses, or remove the key for any 2xx");
        }
        let mut codes = Vec::new();
        for status in statuses {
            match StatusCode::from_u16(status) {
                Ok(code) if code.is_success() => codes.push(code),
                _ => self.mistake(key, format!("has the status {status} — write statuses from 200 to 299")),
            }
        }
        codes
    }

    fn body(&mut self, key: &str, settings: &BodySettings, encoding: Encoding) -> BodyTemplate {
        let mut entries = Vec::new();
        for (name, value) in &settings.0 {
            let place = format!("{key}.\"{name}\"");
            let names = match encoding {
                Encoding::Json => match Pointer::parse(name) {
                    Ok(pointer) => pointer.tokens(),
                    Err(_) => {
                        self.mistake(
                            place,
                            format!("is not a JSON Pointer — write \"/{name}\" (RFC 6901), or encoding = \"form\""),
                        );
                        continue;
                    }
                },
                Encoding::Form if name.starts_with('/') || name.is_empty() => {
                    self.mistake(
                        place,
                        "is not the name of a form's field — write it without the slash, or encoding = \"json\"",
                    );
                    continue;
                }
                Encoding::Form => vec![name.clone()],
            };
            if encoding == Encoding::Form && (value.is_array() || value.is_table()) {
                self.mistake(
                    place,
                    "is a list or a table, which a form cannot send — write a text, a number, true or false",
                );
                continue;
            }
            let Some(template) = Template::parse(value) else {
                self.mistake(place, "has a number that JSON cannot write — write a finite one");
                continue;
            };
            self.placeholders(&place, &template);
            entries.push(Entry { names, template });
        }
        // Indices of lists in the order of their numbers: 2 before 10.
        entries.sort_by_key(|entry| {
            entry.names.iter().map(|name| (index(name).unwrap_or_default(), name.clone())).collect::<Vec<_>>()
        });
        let body = BodyTemplate { entries, is_default: false };
        if encoding == Encoding::Json && !body.fits() {
            self.mistake(key, "has two values for one place — let each JSON Pointer lead to a place of its own");
        }
        body
    }

    fn default_body(&mut self, key: &str, defaults: &[(&str, &str)]) -> BodyTemplate {
        let mut entries = Vec::new();
        for (name, text) in defaults {
            let template = Template::Text(Text::parse(text));
            self.placeholders(key, &template);
            entries.push(Entry { names: vec![(*name).to_owned()], template });
        }
        BodyTemplate { entries, is_default: true }
    }

    fn placeholders(&mut self, key: &str, template: &Template) {
        for name in template.placeholders() {
            let is_field = |name: &str| self.fields.iter().any(|(field, _)| *field == name);
            if !self.others.contains(&name) && !is_field(name) {
                let fields = self.fields.iter().map(|(field, _)| *field);
                let others = self.others.iter().copied().filter(|name| !is_field(name));
                let known = fields.chain(others).collect::<Vec<_>>().join("}, {");
                self.mistake(key, format!("{{{name}}} {} — write one of {{{known}}}", self.unknown));
            }
        }
    }
}
