//! Beginning a session.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;
use vestibule_core::{ErrorCode, FieldKind, Session, SignInFailure};

use super::{NotSealed, Vestibule};
use crate::cookies::TooLarge;
use crate::form::SubmittedForm;
use crate::record::Record;
use crate::secret::Secret;
use crate::session::SessionHandle;
use crate::upstream::{Credentials, SignedIn};

impl Vestibule {
    /// Signs in with the posted login form: checks it, asks the upstream, and begins the session on the handle. A
    /// session that the request came with is ended (ASVS 7.2.4).
    ///
    /// # Errors
    /// A [`SignInFailure`] in words for the person; details are in the log. The session that was there stays.
    pub async fn sign_in(&self, handle: &SessionHandle, form: &SubmittedForm) -> Result<Arc<Session>, SignInFailure> {
        let credentials = self.credentials(form)?;
        let remember = self.login_form().remember && form.remember();
        let signed_in = self.upstream().sign_in(&credentials).await.map_err(|error| {
            error.log();
            error.failure(self.config().login.messages)
        })?;
        let record = Arc::new(self.begin(signed_in, remember).await?);
        if let Some(former) = handle.record() {
            self.end(&former).await;
        }
        tracing::info!(session = record.id.for_log(), remember, "signed in");
        handle.write(record);
        handle.session().ok_or_else(|| SignInFailure::new(ErrorCode::Internal))
    }

    /// Begins a record that fits where it is kept.
    async fn begin(&self, signed_in: SignedIn, remember: bool) -> Result<Record, SignInFailure> {
        let internal = || SignInFailure::new(ErrorCode::Internal);
        let now = self.clock().now_millis();
        let record = Record::begin(signed_in, remember, &self.config().session, now).map_err(|error| {
            tracing::error!(%error, "no randomness for a session id");
            internal()
        })?;
        match self.admit(&record).await {
            Ok(()) => Ok(record),
            Err(NotSealed::TooLarge(TooLarge { bytes, most })) => {
                tracing::error!(
                    bytes,
                    most,
                    "session too large: drop members of the profile with upstream.profile.omit, ask the upstream for \
                     smaller tokens, or keep sessions in the store with session.storage"
                );
                Err(SignInFailure::new(ErrorCode::SessionTooLarge))
            }
            Err(NotSealed::Store(error)) => {
                tracing::error!(%error, "nobody can sign in while the store that keeps the sessions is away");
                Err(SignInFailure::new(ErrorCode::ServiceUnavailable))
            }
            Err(NotSealed::Unwritable(error)) => {
                tracing::error!(%error, "the session's record cannot be written");
                Err(internal())
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
