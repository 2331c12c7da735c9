//! Whom a provider means.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::upstream::{Claims, text};

/// A name that its issuer gives to nobody else, ever (OpenID Connect Core 1.0, section 2); with the tenant, where each is an
/// issuer of its own. Written as `subject`, or `tenant:subject`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subject {
    #[serde(rename = "s")]
    name: String,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
}

impl Subject {
    /// One of a provider without tenants.
    pub(crate) fn new(name: String) -> Self {
        Self { name, tenant: None }
    }

    /// The subject of claims whose issuer and audience were good.
    ///
    /// # Errors
    /// The claim that is missing, or is no text.
    pub(crate) fn of(claims: &Claims, has_tenants: bool) -> Result<Self, &'static str> {
        let claim = |name| claims.get(name).and_then(text).ok_or(name);
        let tenant = if has_tenants { Some(claim("tid")?) } else { None };
        Ok(Self { name: claim("sub")?, tenant })
    }

    /// Whether the provider calls them so where it leaves out the tenant: in its user info.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tenant {
            Some(tenant) => write!(f, "{tenant}:{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
