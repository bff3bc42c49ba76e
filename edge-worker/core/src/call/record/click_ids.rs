//! The click ids of a call.

use std::collections::BTreeMap;

use dni_core::visit::{ClickIdKind, Touch};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type, schema::SchemaType};
use utoipa::{PartialSchema, ToSchema};

/// Every known click id by its parameter's name; null when absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ClickIds(BTreeMap<&'static str, Option<String>>);

impl ClickIds {
    /// Takes the click ids of the touch that caused a call.
    pub fn of(touch: Option<&Touch>) -> Self {
        Self::by_name(|name| touch.and_then(|touch| touch.campaign.click_id(name)).map(str::to_owned))
    }

    /// Returns the click id that the call has, by the name of its parameter: the first in the order of the kinds.
    pub fn first(&self) -> Option<(&'static str, &str)> {
        ClickIdKind::ALL.iter().find_map(|kind| {
            let value = self.0.get(kind.name())?.as_deref()?;
            Some((kind.name(), value))
        })
    }

    fn by_name(value: impl Fn(&'static str) -> Option<String>) -> Self {
        Self(ClickIdKind::ALL.iter().map(|kind| (kind.name(), value(kind.name()))).collect())
    }
}

impl PartialSchema for ClickIds {
    fn schema() -> RefOr<Schema> {
        let value = || {
            let types = SchemaType::from_iter([Type::String, Type::Null]);
            ObjectBuilder::new().schema_type(types).build()
        };
        let all = ClickIdKind::ALL.iter();
        all.fold(ObjectBuilder::new(), |object, kind| object.property(kind.name(), value()).required(kind.name()))
            .into()
    }
}

impl ToSchema for ClickIds {}

/// Takes the known names alone: flattened into a record, it is handed all that no field of the record takes.
impl<'de> Deserialize<'de> for ClickIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = BTreeMap::<String, Value>::deserialize(deserializer)?;
        Ok(Self::by_name(|name| all.get(name).and_then(Value::as_str).map(str::to_owned)))
    }
}
