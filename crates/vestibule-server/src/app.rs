//! What a running application shares: configuration, key ring, upstream, clock, ended sessions. And the two verbs that
//! change a session, sign in and sign out.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderValue;
use unicode_normalization::UnicodeNormalization;
use vestibule_core::{ErrorCode, FieldKind, LoginForm, Session, SignInFailure};

use crate::callback;
use crate::clock::Clock;
use crate::config::{Config, TokenExposure};
use crate::cookies::{CookiePolicy, Presented, TooLarge};
use crate::form::SubmittedForm;
use crate::record::Record;
use crate::seal::{KeyRing, NoKey, Purpose};
use crate::secret::Secret;
use crate::session::{EndedSessions, SessionHandle};
use crate::upstream::{Credentials, SignedIn, Upstream};

/// A running application; cheap to clone, all clones are the same.
#[derive(Clone)]
pub struct Vestibule(Arc<Shared>);

struct Shared {
    config: Config,
    cookies: CookiePolicy,
    ring: KeyRing,
    upstream: Upstream,
    clock: Arc<dyn Clock>,
    ended: EndedSessions,
    draining: AtomicBool,
}

impl fmt::Debug for Vestibule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vestibule")
            .field("ring", &self.0.ring)
            .field("cookies", &self.0.cookies)
            .finish_non_exhaustive()
    }
}

/// Where and how a page in the browser may call the upstream itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserApi {
    /// What every path is appended to; no slash at its end.
    pub base_url: String,
    /// The header that carries the access token.
    pub header: String,
    /// What stands before the token in it; empty for the bare token.
    pub scheme: String,
}

impl Vestibule {
    /// Puts the parts together.
    ///
    /// # Errors
    /// [`NoKey`] when the configuration has no secret.
    pub fn new(config: Config, upstream: Upstream, clock: Arc<dyn Clock>) -> Result<Self, NoKey> {
        let https = config.server.public_url.scheme() == "https";
        Ok(Self(Arc::new(Shared {
            cookies: CookiePolicy::new(&config.session.cookie, https),
            ring: KeyRing::new(&config.session.secrets)?,
            ended: EndedSessions::default(),
            draining: AtomicBool::new(false),
            config,
            upstream,
            clock,
        })))
    }

    /// The configuration that the application runs with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The JWT API.
    #[must_use]
    pub fn upstream(&self) -> &Upstream {
        &self.0.upstream
    }

    /// Where the time comes from.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    /// The login form to render.
    #[must_use]
    pub fn login_form(&self) -> &LoginForm {
        &self.0.config.login.form
    }

    pub(crate) fn cookies(&self) -> &CookiePolicy {
        &self.0.cookies
    }

    pub(crate) fn ended(&self) -> &EndedSessions {
        &self.0.ended
    }

    /// Whether the process is about to stop.
    pub(crate) fn draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    /// Where to send the person: the first of the form's and the query's callback URL, made safe (`/` if refused).
    #[must_use]
    pub fn callback(&self, form: Option<&str>, query: Option<&str>) -> String {
        callback::target(&self.0.config.server.public_url, form.or(callback::from_query(query).as_deref()))
    }

    /// How a page in the browser may call the upstream; `None` where the token stays on the server, or is carried in a
    /// way that a script cannot use.
    #[must_use]
    pub fn browser_api(&self) -> Option<BrowserApi> {
        let contract = self.0.upstream.contract();
        let (header, scheme) = contract.auth_header()?;
        (self.0.config.session.access_token == TokenExposure::Browser).then(|| BrowserApi {
            base_url: contract.base_url().as_str().trim_end_matches('/').to_owned(),
            header: header.to_owned(),
            scheme: scheme.to_owned(),
        })
    }

    /// Signs in with the posted login form: checks it, asks the upstream, and begins the session on the handle. A
    /// session that the request came with is ended (ASVS 7.2.4).
    ///
    /// # Errors
    /// A [`SignInFailure`] in words for the person; details are in the log. The session that was there stays.
    pub async fn sign_in(&self, handle: &SessionHandle, form: &SubmittedForm) -> Result<Arc<Session>, SignInFailure> {
        let credentials = self.credentials(form)?;
        let remember = self.login_form().remember && form.remember();
        let signed_in = self.0.upstream.sign_in(&credentials).await.map_err(|error| {
            error.log();
            error.failure(self.0.config.login.messages)
        })?;
        let record = Arc::new(self.begin(signed_in, remember)?);
        if let Some(former) = handle.record() {
            self.end(&former);
        }
        tracing::info!(session = record.id.for_log(), remember, "signed in");
        handle.write(record);
        handle.session().ok_or_else(|| SignInFailure::new(ErrorCode::Internal))
    }

    /// Ends the session, here and at the upstream. The cookie goes whatever the upstream says (at most 2 s).
    pub async fn sign_out(&self, handle: &SessionHandle) {
        let record = handle.record();
        handle.clear();
        let Some(record) = record else { return };
        self.end(&record);
        tracing::info!(session = record.id.for_log(), "signed out");
        if let Err(error) = self.0.upstream.sign_out(&record.tokens()).await {
            tracing::warn!(session = record.id.for_log(), %error, "the upstream was not told of the sign-out");
        }
    }

    pub(crate) fn open(&self, presented: &Presented) -> Option<Record> {
        let sealed = presented.sealed.as_deref()?;
        let opened = self.0.ring.open(Purpose::Session, self.0.cookies.name(), sealed)?;
        Record::from_text(&opened.text)
    }

    pub(crate) fn seal(&self, record: &Record, presented: &Presented) -> Result<Vec<HeaderValue>, NotSealed> {
        let text = zeroize::Zeroizing::new(record.to_text()?);
        let sealed = self.0.ring.seal(Purpose::Session, self.0.cookies.name(), &text);
        Ok(self.0.cookies.write(&sealed, presented, record.max_age(self.0.clock.now()))?)
    }

    fn end(&self, record: &Record) {
        self.0.ended.insert(&record.id, record.end(), self.0.clock.now());
    }

    /// Begins a record that fits into the cookies.
    fn begin(&self, signed_in: SignedIn, remember: bool) -> Result<Record, SignInFailure> {
        let record =
            Record::begin(signed_in, remember, &self.0.config.session, self.0.clock.now()).map_err(|error| {
                tracing::error!(%error, "no randomness for a session id");
                SignInFailure::new(ErrorCode::Internal)
            })?;
        match self.seal(&record, &Presented::none()) {
            Ok(_) => Ok(record),
            Err(NotSealed::TooLarge(TooLarge { bytes, most })) => {
                tracing::error!(
                    bytes,
                    most,
                    "session too large: drop members of the profile with upstream.profile.omit, or ask the upstream for smaller tokens"
                );
                Err(SignInFailure::new(ErrorCode::SessionTooLarge))
            }
            Err(NotSealed::Unwritable(error)) => {
                tracing::error!(%error, "the session's record cannot be written");
                Err(SignInFailure::new(ErrorCode::Internal))
            }
        }
    }

    /// The declared fields of the form, each checked; what is not declared is ignored and never sent upstream.
    fn credentials(&self, form: &SubmittedForm) -> Result<Credentials, SignInFailure> {
        let mut credentials = BTreeMap::new();
        let mut problems = BTreeMap::new();
        let mut identifier = true;
        for field in &self.login_form().fields {
            let text = form.get(&field.name).unwrap_or_default();
            let is_identifier = field.kind != FieldKind::Password && std::mem::take(&mut identifier);
            // One spelling for the upstream and for every limit that counts by it.
            let text = if is_identifier { text.trim().nfc().collect() } else { text.to_owned() };
            if text.contains('\0') {
                problems.insert(field.name.clone(), "This has a character that cannot be used.".to_owned());
            } else if field.required && text.is_empty() {
                problems.insert(field.name.clone(), "Please fill in this field.".to_owned());
            }
            credentials.insert(field.name.clone(), Secret::new(text));
        }
        if problems.is_empty() {
            Ok(Credentials::new(credentials))
        } else {
            Err(SignInFailure { fields: problems, ..SignInFailure::new(ErrorCode::InvalidFields) })
        }
    }
}

/// A record that did not become cookies.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSealed {
    /// It is too large; the remedy is in [`TooLarge`].
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// It cannot be written as JSON: a fault of ours.
    #[error("the record cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
}

#[cfg(test)]
mod tests;
