//! An upstream for tests that rotates single-use refresh tokens, and revokes the whole family when one is used twice.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use crate::fixture::json_answer;
use crate::upstream::TransportError;

/// The contract of this upstream.
pub(crate) const REFRESHING: &str = "upstream.profile.id = '/id'\n\
    upstream.refresh.path = '/refresh'\n\
    upstream.expiry = { from = 'pointer', pointer = '/expiresIn', unit = 's' }\n";

type Answer = Result<Response<Bytes>, TransportError>;

pub(crate) struct Rotating {
    life: i64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    generation: u32,
    revoked: bool,
    instead: Option<Answer>,
}

impl Rotating {
    /// One whose access tokens live so many seconds.
    pub(crate) fn living(life: i64) -> Arc<Self> {
        Arc::new(Self { life, state: Mutex::default() })
    }

    /// How many refreshes succeeded.
    pub(crate) fn refreshes(&self) -> u32 {
        self.state.lock().unwrap().generation
    }

    /// Whether a refresh token was used twice.
    pub(crate) fn is_revoked(&self) -> bool {
        self.state.lock().unwrap().revoked
    }

    /// What refreshes are answered with from now on, instead of new tokens.
    pub(crate) fn answers_refreshes(&self, answer: Option<Answer>) {
        self.state.lock().unwrap().instead = answer;
    }

    pub(crate) fn script(self: &Arc<Self>) -> impl Fn(&Request<Bytes>) -> Answer + Send + Sync + 'static {
        let upstream = Arc::clone(self);
        move |request| upstream.answer(request)
    }

    fn answer(&self, request: &Request<Bytes>) -> Answer {
        let mut state = self.state.lock().unwrap();
        match request.uri().path() {
            "/sign-in" => self.tokens(state.generation),
            "/refresh" => {
                if let Some(instead) = &state.instead {
                    return instead.clone();
                }
                let sent: Value = serde_json::from_slice(request.body()).unwrap();
                if state.revoked || sent["refresh_token"] != format!("refresh-{}", state.generation) {
                    state.revoked = true;
                    return json_answer(401, &json!({ "error": "reused" }));
                }
                state.generation += 1;
                self.tokens(state.generation)
            }
            "/me" => json_answer(200, &json!({ "id": 7, "email": "ana@example.com", "displayName": "Ana" })),
            "/sign-out" => json_answer(204, &json!(null)),
            _ => json_answer(200, &json!({ "bearer": request.headers()["authorization"].to_str().unwrap() })),
        }
    }

    fn tokens(&self, generation: u32) -> Answer {
        json_answer(
            200,
            &json!({
                "accessToken": format!("access-{generation}"),
                "refreshToken": format!("refresh-{generation}"),
                "user": { "id": 7 },
                "expiresIn": self.life,
            }),
        )
    }
}
