//! Relations that no foreign key stands behind.

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ColumnRef, Dialect, Relation, SchemaGraph, Table, TableId};
use crate::model::{About, Evidence};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RelationWithoutForeignKey {}

impl Rule for RelationWithoutForeignKey {
    const META: Meta = Meta {
        name: "relation-without-foreign-key",
        summary: "a `one()` with fields where no foreign key stands, and nothing says why",
        group: "Relations",
        docs: include_str!("relation_without_foreign_key.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let mut seen = FxHashSet::default();
        for relation in context.graph.relations.iter().filter(|relation| relation.one) {
            let Some(join) = Join::new(context.graph, relation) else { continue };
            // Two relations may follow one pair of columns, from both sides.
            if join.has_key() || join.is_explained(context, relation) || !seen.insert(join.named()) {
                continue;
            }
            join.report(relation, out);
        }
    }
}

/// The columns that a relation joins; the first table is the one that would hold the key.
struct Join<'g> {
    graph: &'g SchemaGraph,
    from: TableId,
    columns: Vec<usize>,
    to: TableId,
    references: Vec<usize>,
}

impl<'g> Join<'g> {
    /// `None` where no key can stand, or where it is not known.
    fn new(graph: &'g SchemaGraph, relation: &Relation) -> Option<Self> {
        let (Some(Ok(pairs)), Ok(Some(target))) = (&relation.columns, &relation.target) else { return None };
        let (fields, references) = (&pairs.fields, &pairs.references);
        let wrong = fields.iter().any(|field| field.table != relation.table)
            || references.iter().any(|column| column.table != *target);
        if fields.is_empty() || fields.len() != references.len() || wrong || relation.through.is_some() {
            return None;
        }
        // Keys stand on owners, never on copies.
        let (from, columns) = owned(graph, fields)?;
        let (to, references) = owned(graph, references)?;
        let join = Self { graph, from, columns, to, references };
        let holds_key = |table: &Table| {
            let has_keys = !matches!(table.dialect, Dialect::SingleStore | Dialect::Gel);
            table.view.is_none() && has_keys
        };
        let (near, far) = (graph.table(from), graph.table(to));
        let fits = holds_key(near) && holds_key(far) && near.dialect == far.dialect;
        (fits && !join.is_unknown(from, &join.columns) && !join.is_unknown(to, &join.references))
            .then(|| join.turned())
    }

    /// Whether a key may stand there that was not read.
    fn is_unknown(&self, table: TableId, columns: &[usize]) -> bool {
        let table = self.graph.table(table);
        table.extras_open.is_some()
            || columns.iter().any(|column| table.columns[*column].facts.is_err())
            || table.foreign_keys.iter().any(|key| match (&key.columns, &key.target) {
                (Ok(held), Err(_)) => columns.iter().any(|column| held.contains(column)),
                (Ok(_), Ok(_)) => false,
                (Err(_), _) => true,
            })
    }

    /// With the side first that would hold the key: not the one whose own key is joined.
    fn turned(self) -> Self {
        let is_own_key = |table: TableId, columns: &[usize]| {
            let key = self.graph.table(table).primary_key_columns();
            !key.is_empty() && key.iter().all(|column| columns.contains(column))
        };
        let is_parent = is_own_key(self.from, &self.columns) && !is_own_key(self.to, &self.references);
        let other_external = self.graph.table(self.to).external;
        if is_parent && !other_external {
            let Self { graph, from, columns, to, references } = self;
            Self { graph, from: to, columns: references, to: from, references: columns }
        } else {
            self
        }
    }

    /// Whether a foreign key joins these columns, or some of them, in either direction.
    fn has_key(&self) -> bool {
        self.is_joined(self.from, &self.columns, self.to, &self.references)
            || self.is_joined(self.to, &self.references, self.from, &self.columns)
    }

    fn is_joined(&self, from: TableId, columns: &[usize], to: TableId, references: &[usize]) -> bool {
        self.graph.table(from).foreign_keys.iter().any(|key| {
            let (Ok(held), Ok(target)) = (&key.columns, &key.target) else { return false };
            if self.graph.owner(target.table) != to {
                return false;
            }
            let object = self.graph.table(target.table);
            let name = |column: usize| self.graph.table(to).column_name(column);
            let pairs = held.iter().zip(&target.columns);
            let shared = pairs.filter(|(column, other)| {
                let named = object.column_name(**other);
                columns.iter().zip(references).any(|(near, far)| near == *column && name(*far) == named)
            });
            let shared = shared.count();
            shared > 0 && (shared == held.len() || shared == columns.len())
        })
    }

    /// Whether something says why there is no key.
    fn is_explained(&self, context: &Context<'_>, relation: &Relation) -> bool {
        let model = context.model;
        let sides = [(self.from, &self.columns), (self.to, &self.references)];
        let is_polymorphic = sides.iter().any(|(table, columns)| {
            let mut pairs = model.polymorphic_references.iter().filter(|pair| pair.table == *table);
            pairs.any(|pair| columns.contains(&pair.id))
        });
        let is_declared = sides.iter().any(|(table, columns)| {
            let mut soft = model.soft_references.iter().filter(|soft| soft.table == *table);
            soft.any(|soft| {
                let declared = matches!(soft.evidence, Evidence::Tag(_) | Evidence::Config(_));
                declared && soft.columns.iter().any(|column| columns.contains(column))
            })
        });
        is_polymorphic || is_declared || self.is_cited(context, relation)
    }

    /// Whether a comment or the entity page cites a decision.
    fn is_cited(&self, context: &Context<'_>, relation: &Relation) -> bool {
        let documentation = &context.model.documentation;
        let of_columns = documentation.passages(self.graph, self.from, &self.columns, None);
        // The head of a file speaks of everything and nothing.
        let mut passages = of_columns.iter().filter(|passage| passage.at != About::File);
        let at_relation = |span| {
            let text = self.graph.sources.text(span);
            !documentation.records.citations(text, Some(&self.graph.sources.get(span.file).path)).is_empty()
        };
        passages.any(|passage| !documentation.citations(passage).is_empty())
            || documentation.comments_count && relation.comments.iter().any(|span| at_relation(*span))
    }

    fn named(&self) -> (TableId, Vec<usize>, TableId, Vec<usize>) {
        (self.from, self.columns.clone(), self.to, self.references.clone())
    }

    fn report(&self, relation: &Relation, out: &mut Findings) {
        let (table, target) = (self.graph.table(self.from), self.graph.table(self.to));
        let (subject, to) = (table.subject(&self.columns), target.display_name());
        let message = format!(
            "relation `{}` joins `{subject}` to `{to}` and no foreign key stands there",
            relation.name
        );
        let finding = out.report(subject, relation.span, message);
        finding.label(format!("rows of `{}` may refer to rows that are not there", table.display_name()));
        let column = &table.columns[self.columns[0]];
        finding.related(column.span, format!("no key to `{to}`"));
        let key = match (self.columns.as_slice(), self.references.as_slice()) {
            ([_], [_]) => format!(
                "add to `{}`: `.references(() => {})`",
                column.key,
                target.column_keys(&target.binding.name, &self.references)
            ),
            _ => format!(
                "add to the third argument of `{}`: `foreignKey({{ columns: [{}], foreignColumns: [{}] }})`",
                table.binding.name,
                table.column_keys("t", &self.columns),
                target.column_keys(&target.binding.name, &self.references)
            ),
        };
        finding.help(format!("{key}; or say at the column that none is meant: `// @ref {to}`"));
    }
}

/// Columns of a table, in the table that owns them when it is a copy.
fn owned(graph: &SchemaGraph, columns: &[ColumnRef]) -> Option<(TableId, Vec<usize>)> {
    let object = columns.first()?.table;
    let owner = graph.owner(object);
    let find = |at: &ColumnRef| match owner == object {
        true => Some(at.column),
        false => graph.table(owner).column_named(graph.table(object).column_name(at.column)),
    };
    Some((owner, columns.iter().map(find).collect::<Option<Vec<usize>>>()?))
}
