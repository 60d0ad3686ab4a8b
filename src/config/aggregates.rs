//! `aggregates`: tables that change together, and what may lead from one group to another.

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::boundaries::reason;
use super::{Entries, Error, Errors, Globs, Spanned};

/// Tables that change together, and what may lead from one group to another.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Aggregates {
    /// The decision record behind all this.
    pub adr: Option<Spanned<String>>,
    /// The aggregates by their names, with their domain before a dot where one holds them: `commerce.Booking`.
    pub groups: Entries<Group>,
    /// Whether every table must be in one. Yes, when left out.
    pub total: Option<bool>,
    /// Columns that lead to another aggregate and must not have a foreign key, by their ids.
    pub soft: Entries<Disposition>,
    /// Columns that lead to another aggregate and must have a foreign key, by their ids.
    pub hard: Entries<Disposition>,
}

/// An aggregate.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Group {
    /// The table that stands for it.
    pub root: Spanned<String>,
    /// Its other tables, globs of table ids.
    #[serde(default)]
    pub members: Globs,
    /// Whether its rows are never deleted: what leads to it is a foreign key, unless `soft` says otherwise.
    #[serde(default)]
    pub stable: bool,
}

/// What was decided about a column that leads to another aggregate.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Disposition {
    /// The table that it means.
    pub to: Spanned<String>,
    /// Why.
    #[serde(deserialize_with = "reason")]
    #[schemars(length(min = 1))]
    pub reason: Spanned<String>,
    /// The decision record that says so, when it is another than that of all aggregates.
    pub adr: Option<Spanned<String>>,
}

impl Aggregates {
    /// What contradicts itself.
    pub(super) fn check(&self, errors: &mut Errors) {
        let soft: FxHashMap<&str, ()> = self.soft.0.iter().map(|(column, _)| (column.as_str(), ())).collect();
        for (column, _) in &self.hard.0 {
            if soft.contains_key(column.as_str()) {
                let message = format!("`{}` is declared soft and hard", column.as_str());
                errors.push(Error::at(column.span, message));
            }
        }
    }
}
