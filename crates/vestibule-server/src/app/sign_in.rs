//! Beginning a session.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;
use vestibule_core::{ErrorCode, FieldKind, LoginField, SecondStep, Session, SignInFailure};

use super::{FirstStepCookie, NotSealed, Vestibule};
use crate::cookies::TooLarge;
use crate::form::SubmittedForm;
use crate::record::Record;
use crate::secret::Secret;
use crate::session::SessionHandle;
use crate::upstream::{Credentials, SignInError, SignedIn};

/// The same whatever is wrong with it.
const WRONG_CODE: &str = "That code did not match. Please try again.";

impl Vestibule {
    /// Signs in with the posted login form, of the first step or the second: checks it, asks the upstream, and begins the
    /// session on the handle. A session that the request came with is ended (ASVS 7.2.4).
    ///
    /// # Errors
    /// A [`SignInFailure`] in words for the person; details are in the log. The session that was there stays.
    pub async fn sign_in(&self, handle: &SessionHandle, form: &SubmittedForm) -> Result<Arc<Session>, SignInFailure> {
        let outcome = match &self.login_form().second_step {
            Some(step) if form.is_second_step() => self.second_step(handle, form, step).await,
            step => self.first_step(handle, form, step.is_some()).await,
        };
        // The first step is kept for as long as the second is what comes next.
        if outcome.as_ref().err().is_none_or(|failure| !failure.second_step) {
            handle.set_first_step(FirstStepCookie::Goes);
        }
        outcome
    }

    async fn first_step(
        &self,
        handle: &SessionHandle,
        form: &SubmittedForm,
        has_second: bool,
    ) -> Result<Arc<Session>, SignInFailure> {
        let login = self.login_form();
        let credentials = credentials(form, &login.fields, |field, is_first| is_first && field != FieldKind::Password)?;
        let remember = login.remember && form.remember();
        match self.ask_upstream(&credentials).await {
            Ok(signed_in) => self.begin_session(handle, signed_in, remember).await,
            Err(SignInError::SecondStep { .. }) if has_second => {
                handle.set_first_step(FirstStepCookie::Written(self.seal_first_step(&credentials, remember)?));
                Err(SignInFailure { second_step: true, ..SignInFailure::new(ErrorCode::SecondStep) })
            }
            Err(error) => {
                if matches!(error, SignInError::SecondStep { .. }) {
                    tracing::error!(
                        key = "upstream.sign_in.body",
                        "a second step is asked for, and the sign-in has no place for what would be typed: name a field of \
                         login.second_step there, such as \"/otp\" = \"{{otp}}\""
                    );
                }
                Err(error.failure(self.config().login.messages))
            }
        }
    }

    async fn second_step(
        &self,
        handle: &SessionHandle,
        form: &SubmittedForm,
        step: &SecondStep,
    ) -> Result<Arc<Session>, SignInFailure> {
        let again = |failure| SignInFailure { second_step: true, ..failure };
        let first = handle.first_step().and_then(|sealed| self.open_first_step(sealed));
        let first = first.ok_or_else(|| SignInFailure::new(ErrorCode::SecondStepOver))?;
        let second = credentials(form, &step.fields, |field, _| field != FieldKind::Password).map_err(again)?;
        match self.ask_upstream(&first.credentials.and(second)).await {
            Ok(signed_in) => self.begin_session(handle, signed_in, first.remember).await,
            Err(error @ SignInError::Locked { .. }) => Err(error.failure(self.config().login.messages)),
            // The password was right a moment ago: what is wrong now is the code.
            Err(SignInError::SecondStep { message } | SignInError::BadCredentials { message }) => {
                let failure = SignInFailure::new(ErrorCode::BadCredentials);
                Err(again(SignInFailure { message: message.unwrap_or_else(|| WRONG_CODE.to_owned()), ..failure }))
            }
            Err(error) => Err(again(error.failure(self.config().login.messages))),
        }
    }

    /// Asks the upstream, once.
    async fn ask_upstream(&self, credentials: &Credentials) -> Result<SignedIn, SignInError> {
        self.upstream().sign_in(credentials).await.inspect_err(SignInError::log)
    }

    /// Begins the session of a sign-in that was granted, and ends the one that was there.
    async fn begin_session(
        &self,
        handle: &SessionHandle,
        signed_in: SignedIn,
        remember: bool,
    ) -> Result<Arc<Session>, SignInFailure> {
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
}

/// The declared fields of a form, each checked; what is not declared is ignored and never sent upstream. `is_trimmed`
/// tells by a field's kind, and whether it is the first of its form that is no password, which texts have one spelling.
fn credentials(
    form: &SubmittedForm,
    fields: &[LoginField],
    is_trimmed: impl Fn(FieldKind, bool) -> bool,
) -> Result<Credentials, SignInFailure> {
    let mut credentials = BTreeMap::new();
    let mut problems = BTreeMap::new();
    let mut is_first = true;
    for field in fields {
        let text = form.get(&field.name).unwrap_or_default();
        // One spelling for the upstream and for every limit that counts by it.
        let text = if is_trimmed(field.kind, is_first) { text.trim().nfc().collect() } else { text.to_owned() };
        is_first &= field.kind == FieldKind::Password;
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

#[cfg(test)]
mod tests;
