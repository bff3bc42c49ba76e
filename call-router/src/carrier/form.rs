//! The fields of a form.

use std::{borrow::Cow, collections::BTreeMap};

use crate::event::CarrierCallId;

/// A webhook's fields: those of the body, and of the URL's query where the body has none of the name.
pub(super) struct Form<'a>(BTreeMap<Cow<'a, str>, Cow<'a, str>>);

impl<'a> Form<'a> {
    /// Reads a query and a form-encoded body. There is no text that could not be one.
    pub(super) fn read(query: &'a str, body: &'a [u8]) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body).chain(form_urlencoded::parse(query.as_bytes())) {
            fields.entry(name).or_insert(value);
        }
        Self(fields)
    }

    /// Takes fields that were written otherwise. Of two with the same name the first counts.
    pub(super) fn from_fields(fields: impl Iterator<Item = (String, String)>) -> Self {
        let mut kept = BTreeMap::new();
        for (name, value) in fields {
            kept.entry(Cow::Owned(name)).or_insert(Cow::Owned(value));
        }
        Self(kept)
    }

    /// Returns a field that has something in it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
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
