//! Signing in: one call with the credentials, never a second, and one for the profile.

use std::collections::BTreeMap;

use serde_json::Value;
use vestibule_core::{AccessToken, SecondStep, Timestamp};

use super::answer::{Answer, text};
use super::contract::{Refusal, SignIn};
use super::error::{Away, Call, Oddity, SignInError};
use super::pointer::Pointer;
use super::request::{self, Filling, can_carry, user_id_text};
use super::verify::{Claims, NotVerified};
use super::{Credentials, Granted, ProfileAnswer, SignedIn, Tokens, Unkept, Upstream, expiry, field_errors, message};
use crate::config::Messages;
use crate::secret::RefreshToken;

/// A text of the API that holds a password of this many bytes or more is not passed on. Shorter ones are words.
const SHORTEST_ECHO: usize = 4;

/// What a sign-in brought, before anybody knows whose it is.
pub(crate) struct Grant {
    pub(crate) unkept: Unkept,
    subject: Option<String>,
    claims: Option<Claims>,
    expires: Option<Timestamp>,
    /// The whole answer. It holds tokens.
    pub(crate) body: Option<Value>,
}

impl Grant {
    /// A session's beginning, with the profile of whoever it is.
    pub(crate) fn with(mut self, answer: ProfileAnswer) -> Granted {
        let tokens = self.unkept.tokens().clone();
        let signed_in = SignedIn {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            profile: answer.profile,
            user: answer.user,
            subject: self.subject,
            claims: self.claims,
            user_id: tokens.user_id,
            expires: self.expires,
        };
        self.unkept.is_of(signed_in.user.id.as_ref());
        Granted { signed_in, unkept: self.unkept }
    }
}

impl Upstream {
    /// Signs in: posts the credentials exactly once, and asks for the profile with the token that came.
    ///
    /// # Errors
    /// [`SignInError`]; no session may begin with any of them.
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<SignedIn, SignInError> {
        self.begin(credentials).await.map(Granted::kept)
    }

    /// The same; what becomes no session is given back.
    ///
    /// # Errors
    /// As for [`Upstream::sign_in`].
    pub(crate) async fn begin(&self, credentials: &Credentials) -> Result<Granted, SignInError> {
        let grant = self.grant(&self.contract().sign_in, Call::SignIn, credentials).await?;
        let answer = self.profile(grant.unkept.tokens(), grant.subject.as_deref()).await?;
        Ok(grant.with(answer))
    }

    /// Hands over what a provider gave (`[providers.exchange]`), and takes the API's own tokens and profile for it: the
    /// profile from the answer where that has one at `profile`, else as after any sign-in.
    ///
    /// # Errors
    /// As for [`Upstream::sign_in`].
    pub(crate) async fn exchange(
        &self,
        exchange: &SignIn,
        profile: Option<&Pointer>,
        given: &Credentials,
    ) -> Result<Granted, SignInError> {
        let grant = self.grant(exchange, Call::Exchange, given).await?;
        let (tokens, subject) = (grant.unkept.tokens(), grant.subject.as_deref());
        let answer = match profile.and_then(|place| place.find(grant.body.as_ref()?)) {
            Some(profile) => self
                .read_profile(profile.clone(), tokens, subject)
                .map_err(|oddity| SignInError::odd(Call::Exchange, oddity))?,
            None => self.profile(tokens, subject).await?,
        };
        Ok(grant.with(answer))
    }

    /// The tokens for credentials, which are sent exactly once.
    pub(crate) async fn grant(
        &self,
        sign_in: &SignIn,
        call: Call,
        credentials: &Credentials,
    ) -> Result<Grant, SignInError> {
        let contract = self.contract();
        let odd = |oddity| SignInError::odd(call, oddity);
        self.ready_to_verify().await.map_err(|cause| SignInError::ServiceUnavailable { call: Call::Keys, cause })?;
        let filling = Filling { fields: Some(credentials), ..Filling::default() };
        let request = request::build(contract, &sign_in.endpoint, &filling).map_err(|error| odd(error.into()))?;
        let response = self.send(request, contract.timeout).await;
        let answer = Answer::read(response.map_err(|error| SignInError::transport(call, error))?);
        self.granted(sign_in, call, &answer, credentials)?;

        let none = if answer.body.is_none() { Oddity::NotJson } else { Oddity::NoToken };
        let token = answer.token(&sign_in.token).ok_or(odd(none))?;
        let body = answer.body.as_ref();
        let tokens = Tokens {
            access_token: AccessToken::new(token.clone()),
            refresh_token: body.and_then(|body| text(sign_in.refresh_token.find(body)?)).map(RefreshToken::new),
            user_id: body.and_then(|body| sign_in.user_id.find(body)).filter(|id| user_id_text(id).is_some()).cloned(),
        };
        // From here on they are given back where nobody keeps them.
        let unkept = Unkept::new(self, tokens);
        if !can_carry(&contract.auth, &token) {
            return Err(odd(Oddity::UnfitToken));
        }
        let claims = self.verified(&token).await.map_err(|error| match error {
            NotVerified::Token(why) => odd(Oddity::Unverified(why)),
            NotVerified::Keys(cause) => SignInError::ServiceUnavailable { call: Call::Keys, cause },
        })?;
        let expires = expiry::of(&contract.expiry, &token, body, self.clock().now_millis())
            .map_err(|expiry::Dead| odd(Oddity::DeadToken))?;
        let subject = self.subject(&token, claims.as_ref());
        Ok(Grant { unkept, subject, claims, expires, body: answer.body })
    }

    /// Whether a sign-in may ask for a second step, and its call has a place for what is then typed.
    pub(crate) fn takes_second_step(&self, step: &SecondStep) -> bool {
        self.contract().asks_for_second_step() && self.contract().takes_second_step(step)
    }

    /// What the answer to a sign-in means. The declared rules come first: only they tell a wrong password from a
    /// contract that does not fit.
    fn granted(
        &self,
        sign_in: &SignIn,
        call: Call,
        answer: &Answer,
        credentials: &Credentials,
    ) -> Result<(), SignInError> {
        let (status, body) = (answer.status, answer.body.as_ref());
        let message = || self.words(body, credentials);
        match sign_in.refusal(status, body) {
            Some(Refusal::BadCredentials) => return Err(SignInError::BadCredentials { message: message() }),
            Some(Refusal::Locked) => return Err(SignInError::Locked { message: message() }),
            Some(Refusal::SecondStep) => return Err(SignInError::SecondStep { message: message() }),
            None => {}
        }
        if sign_in.endpoint.succeeds_with(status) {
            return Ok(());
        }
        match status.as_u16() {
            400 | 422 => match self.field_errors(body, credentials) {
                fields if fields.is_empty() => Err(SignInError::Configuration { status: status.as_u16() }),
                fields => Err(SignInError::InvalidFields { message: message(), fields }),
            },
            429 => {
                let retry_after = answer.retry_after(self.clock().now());
                Err(SignInError::TooManyAttempts { message: message(), retry_after })
            }
            status @ 401..=499 => Err(SignInError::Configuration { status }),
            status @ 500..=599 => Err(SignInError::ServiceUnavailable { call, cause: Away::Status(status) }),
            status => Err(SignInError::odd(call, Oddity::Status(status))),
        }
    }

    /// The API's words for the person, where they may be shown.
    fn words(&self, body: Option<&Value>, credentials: &Credentials) -> Option<String> {
        if self.messages() == Messages::Neutral {
            return None;
        }
        message::find(&self.contract().sign_in.message, body).filter(|text| !self.echoes(text, credentials))
    }

    fn field_errors(&self, body: Option<&Value>, credentials: &Credentials) -> BTreeMap<String, String> {
        let sign_in = &self.contract().sign_in;
        let is_field = |name: &str| credentials.get(name).is_some();
        let mut fields = field_errors::find(&sign_in.field_errors, body, sign_in.endpoint.body.as_ref(), is_field);
        for text in fields.values_mut().filter(|text| self.echoes(text, credentials)) {
            text.clear();
        }
        fields
    }

    /// Whether a text repeats the password. A password is never shown again, whoever writes it.
    fn echoes(&self, text: &str, credentials: &Credentials) -> bool {
        let secrets = self.contract().secret_fields.iter().filter_map(|name| credentials.get(name));
        secrets.filter(|secret| secret.len() >= SHORTEST_ECHO).any(|secret| text.contains(secret))
    }
}

#[cfg(test)]
mod tests;
