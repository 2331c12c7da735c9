//! Beginning a session.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;
use vestibule_core::{ErrorCode, FieldKind, LoginField, SecondStep, Session, SignInFailure, Text};

use super::{FirstStepCookie, NotSealed, Vestibule};
use crate::callbacks::{Happening, Occasion, SignInAttempt, Way};
use crate::config::Messages;
use crate::cookies::TooLarge;
use crate::form::SubmittedForm;
use crate::locale::{Locale, Refused, Said};
use crate::providers::Provided;
use crate::record::{Over, Record};
use crate::secret::Secret;
use crate::session::SessionHandle;
use crate::store::{Bucket, Guessed};
use crate::upstream::{Credentials, Granted, ProfileAnswer, SignInError, SignedIn, Tokens};

/// What the upstream granted, and whether a longer session was asked for.
type Grant = (Granted, bool);

impl Vestibule {
    /// Signs in with the posted login form, of the first step or the second: checks it, asks the upstream, and begins the
    /// session on the handle. A session that the request came with is ended (ASVS 7.2.4).
    ///
    /// # Errors
    /// A [`SignInFailure`] in words for the person, in their language; details are in the log. The session that was there
    /// stays.
    pub async fn sign_in(
        &self,
        handle: &SessionHandle,
        form: &SubmittedForm,
        locale: &Locale,
    ) -> Result<Arc<Session>, SignInFailure> {
        handle.set_signing_in();
        if self.login_form().fields.is_empty() {
            // Nobody signs in with a form: what was posted is nobody's password.
            return Err(locale.failure(ErrorCode::NotFound));
        }
        let granted = match &self.login_form().second_step {
            Some(step) if form.is_second_step() => self.second_step(handle, form, step).await,
            step => self.first_step(handle, form, step.is_some()).await,
        };
        let outcome = match granted {
            Ok((granted, remember)) => self.begin_session(handle, granted, remember, Way::Credentials, None).await,
            Err(refused) => {
                self.tell_refused(&refused, Way::Credentials, None, handle.address());
                Err(refused)
            }
        };
        // The first step is kept for as long as the second is what comes next.
        if outcome.as_ref().err().is_none_or(|refused| !refused.second_step) {
            handle.set_first_step(FirstStepCookie::Goes);
        }
        outcome.map_err(|refused| refused.in_words_of(locale))
    }

    async fn first_step(
        &self,
        handle: &SessionHandle,
        form: &SubmittedForm,
        has_second: bool,
    ) -> Result<Grant, Refused> {
        let login = self.login_form();
        let credentials = credentials(form, &login.fields, |field, is_first| is_first && field != FieldKind::Password)?;
        let remember = login.remember && form.remember();
        let account = self.account(&credentials);
        match self.ask_upstream(&credentials, &account, handle, false).await {
            Ok(granted) => Ok((granted, remember)),
            Err(SignInError::SecondStep { .. }) if has_second => {
                handle.set_first_step(FirstStepCookie::Written(self.seal_first_step(&credentials, remember)?));
                Err(Refused { second_step: true, ..ErrorCode::SecondStep.into() })
            }
            Err(error) => {
                if matches!(error, SignInError::SecondStep { .. }) {
                    tracing::error!(
                        key = "upstream.sign_in.body",
                        "a second step is asked for, and the sign-in has no place for what would be typed: name a field of \
                         login.second_step there, such as \"/otp\" = \"{{otp}}\""
                    );
                }
                Err(about(&account, error.refused(self.config().login.messages)))
            }
        }
    }

    async fn second_step(
        &self,
        handle: &SessionHandle,
        form: &SubmittedForm,
        step: &SecondStep,
    ) -> Result<Grant, Refused> {
        let first = handle.first_step().and_then(|sealed| self.open_first_step(sealed));
        let first = first.ok_or(ErrorCode::SecondStepOver)?;
        let account = self.account(&first.credentials);
        let again = |refused| Refused { second_step: true, ..about(&account, refused) };
        let second = credentials(form, &step.fields, |field, _| field != FieldKind::Password).map_err(again)?;
        match self.ask_upstream(&first.credentials.and(second), &account, handle, true).await {
            Ok(granted) => Ok((granted, first.remember)),
            Err(error @ SignInError::Locked { .. }) => {
                Err(about(&account, error.refused(self.config().login.messages)))
            }
            // The password was right a moment ago: what is wrong now is the code.
            Err(SignInError::SecondStep { message } | SignInError::BadCredentials { message }) => {
                // The same words, whatever is wrong with it.
                let said = message.map_or(Said::Ours(Text::WrongCode), Said::Theirs);
                Err(again(Refused { message: Some(said), ..ErrorCode::BadCredentials.into() }))
            }
            Err(error) => Err(again(error.refused(self.config().login.messages))),
        }
    }

    /// Asks the upstream, once, if no more were wrong before than may be.
    async fn ask_upstream(
        &self,
        credentials: &Credentials,
        account: &Bucket,
        handle: &SessionHandle,
        is_second: bool,
    ) -> Result<Granted, SignInError> {
        let turn = self.turn(account, handle.address()).await;
        let turn = turn.map_err(|retry_after| SignInError::TooManyAttempts { message: None, retry_after })?;
        let outcome = self.upstream().begin(credentials).await;
        let outcome = outcome.inspect_err(|error| error.log(Some(account.as_str())));
        turn.over(match &outcome {
            Ok(_) => Guessed::Right,
            Err(SignInError::BadCredentials { .. }) => Guessed::Wrong,
            // Where a code was sent, it was a wrong one.
            Err(SignInError::SecondStep { .. }) if is_second => Guessed::Wrong,
            // Or whoever goes on guessing would learn which account is locked: the one that they may go on with (RL-05).
            Err(SignInError::Locked { .. }) if self.config().login.messages == Messages::Neutral => Guessed::Wrong,
            Err(_) => Guessed::Nothing,
        })
        .await;
        outcome
    }

    /// Begins the session of a sign-in that was granted, if the application agrees, and ends the one that was there. What
    /// becomes no session is given back to the upstream.
    pub(super) async fn begin_session(
        &self,
        handle: &SessionHandle,
        granted: Granted,
        remember: bool,
        way: Way,
        provided: Option<Provided>,
    ) -> Result<Arc<Session>, Refused> {
        let Granted { signed_in, unkept } = granted;
        let mut attempt =
            SignInAttempt::new(signed_in.profile.clone(), signed_in.user.clone(), signed_in.access_token.clone());
        attempt.claims.clone_from(&signed_in.claims);
        (attempt.way, attempt.remember, attempt.address) = (way, remember, handle.address());
        let record = match self.admit_attempt(signed_in, &attempt, provided).await {
            Ok(record) => Arc::new(record),
            Err(refused) => {
                tracing::info!(code = refused.code.key(), "a sign-in that the upstream granted became no session");
                self.tell_refused(&refused, attempt.way, attempt.user.id.as_ref(), handle.address());
                unkept.give_back().await;
                return Err(refused);
            }
        };
        let former = handle.record();
        handle.begin(Arc::clone(&record), unkept);
        // The application is asked what a browser may see: where that panics, there is no session yet to end another.
        let session = handle.session().ok_or(ErrorCode::Internal)?;
        if let Some(former) = former {
            self.end(&former).await;
            self.tell_end(&former, Over::SignedOut, handle.address());
        }
        tracing::info!(session = record.id.for_log(), remember, "signed in");
        self.tell(&record, Happening::SignedIn { remember }, handle.address());
        Ok(session)
    }

    /// Asks the application, and begins a record of what it wants kept.
    async fn admit_attempt(
        &self,
        mut signed_in: SignedIn,
        attempt: &SignInAttempt,
        provided: Option<Provided>,
    ) -> Result<Record, Refused> {
        self.admission(attempt).await?;
        let answer = ProfileAnswer { profile: signed_in.profile, user: signed_in.user };
        let tokens = Tokens {
            access_token: signed_in.access_token.clone(),
            refresh_token: signed_in.refresh_token.clone(),
            user_id: None,
        };
        let owner = self.owner(provided.as_ref());
        let kept = self.keep(owner, Occasion::SignIn, answer, None, &tokens).await.map_err(|error| {
            tracing::error!(%error, "nobody signs in without what the record callback keeps");
            Refused::from(error.code())
        })?;
        (signed_in.profile, signed_in.user) = (kept.profile, kept.user);
        self.begin(signed_in, attempt, provided).await
    }

    /// Begins a record that fits where it is kept.
    async fn begin(
        &self,
        signed_in: SignedIn,
        attempt: &SignInAttempt,
        provided: Option<Provided>,
    ) -> Result<Record, Refused> {
        let internal = || Refused::from(ErrorCode::Internal);
        let now = self.clock().now_millis();
        let mut record = Record::begin(signed_in, attempt.remember, &self.config().session, now).map_err(|error| {
            tracing::error!(%error, "no randomness for a session id");
            internal()
        })?;
        record.way = attempt.way.clone();
        record.provided = provided;
        // The provider may have told of its end while the person was on the way.
        if record.provided.is_some() && self.standing(&record.key()).await.is_ok_and(|standing| standing.ended) {
            tracing::info!("the session at the provider that this one would begin with is over");
            return Err(ErrorCode::SecondStepOver.into());
        }
        match self.admit(&record).await {
            Ok(()) => Ok(record),
            Err(NotSealed::TooLarge(TooLarge { bytes, most })) => {
                tracing::error!(
                    bytes,
                    most,
                    "session too large: drop members of the profile with upstream.profile.omit, ask the upstream for \
                     smaller tokens, or keep sessions in the store with session.storage"
                );
                Err(ErrorCode::SessionTooLarge.into())
            }
            Err(NotSealed::Store(error)) => {
                tracing::error!(%error, "nobody can sign in while the store that keeps the sessions is away");
                Err(ErrorCode::ServiceUnavailable.into())
            }
            Err(NotSealed::Unwritable(error)) => {
                tracing::error!(%error, "the session's record cannot be written");
                Err(internal())
            }
        }
    }
}

/// A refusal, with the account that it is about.
fn about(account: &Bucket, refused: Refused) -> Refused {
    Refused { account: Some(account.as_str().to_owned()), ..refused }
}

/// The declared fields of a form, each checked; what is not declared is ignored and never sent upstream. `is_trimmed`
/// tells by a field's kind, and whether it is the first of its form that is no password, which texts have one spelling.
fn credentials(
    form: &SubmittedForm,
    fields: &[LoginField],
    is_trimmed: impl Fn(FieldKind, bool) -> bool,
) -> Result<Credentials, Refused> {
    let mut credentials = BTreeMap::new();
    let mut problems = BTreeMap::new();
    let mut is_first = true;
    for field in fields {
        let text = form.get(&field.name).unwrap_or_default();
        // One spelling for the upstream and for every limit that counts by it.
        let text = if is_trimmed(field.kind, is_first) { text.trim().nfc().collect() } else { text.to_owned() };
        is_first &= field.kind == FieldKind::Password;
        if text.contains('\0') {
            problems.insert(field.name.clone(), Said::Ours(Text::UnusableCharacter));
        } else if field.required && text.is_empty() {
            problems.insert(field.name.clone(), Said::Ours(Text::FillIn));
        }
        credentials.insert(field.name.clone(), Secret::new(text));
    }
    if problems.is_empty() {
        Ok(Credentials::new(credentials))
    } else {
        Err(Refused { fields: problems, ..ErrorCode::InvalidFields.into() })
    }
}

#[cfg(test)]
mod tests;
