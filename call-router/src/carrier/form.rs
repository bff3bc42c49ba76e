//! The fields of a form.

use std::borrow::Cow;

use crate::event::CarrierCallId;

/// A webhook's fields: those of the body, and of the URL's query where the body has none of the name. Of two with the same
/// name the first counts. There are a few dozen, so that looking one up from the front is the quickest.
pub(super) struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Form<'a> {
    /// Reads a query and a form-encoded body. There is no text that could not be one.
    pub(super) fn read(query: &'a str, body: &'a [u8]) -> Self {
        Self(form_urlencoded::parse(body).chain(form_urlencoded::parse(query.as_bytes())).collect())
    }

    /// Takes fields that were written otherwise.
    pub(super) fn from_fields(fields: impl Iterator<Item = (String, String)>) -> Self {
        Self(fields.map(|(name, value)| (Cow::Owned(name), Cow::Owned(value))).collect())
    }

    /// Returns a field that has something in it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// Lists the fields.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.trim()))
    }

    /// Returns a field by its first name, else by its second.
    pub(super) fn either(&self, name: &str, other: &str) -> Option<&str> {
        self.get(name).or_else(|| self.get(other))
    }

    /// Returns a field that is the id of a call or leg.
    pub(super) fn id(&self, name: &str) -> Option<CarrierCallId> {
        CarrierCallId::parse(self.get(name)?).ok()
    }

    /// Returns a field that is a number.
    pub(super) fn number<N: core::str::FromStr>(&self, name: &str) -> Option<N> {
        self.get(name)?.parse().ok()
    }
}
