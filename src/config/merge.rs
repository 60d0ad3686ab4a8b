//! Two trees into one: what is above wins.

use super::boundaries;
use super::node::{Kind, Member, Node};

/// Lays a config over another. Objects are merged key by key and everything else is replaced, except rules,
/// which keep their options under a bare level, and boundaries, whose kinds do not mix.
pub(super) fn merge(below: Node, above: Node) -> Node {
    each(below, above, |key, below, above| match key {
        "rules" => each(below, above, |_, below, above| rule(below, above)),
        "boundaries" => boundaries(below, above),
        _ => objects(below, above),
    })
}

/// Lays the entry of a rule over another: a level, partitions with levels, or one of these with options.
pub(super) fn rule(below: Node, above: Node) -> Node {
    let (span, list) = (above.span, matches!(above.kind, Kind::List(_)));
    let (Some((head_below, options_below)), true) = (parts(below), is_entry(&above)) else { return above };
    let Some((head_above, options_above)) = parts(above) else { return head_below };
    let mut items = vec![head(head_below, head_above)];
    items.extend(options_above.or(options_below));
    match items.pop() {
        Some(only) if items.is_empty() && !list => only,
        Some(last) => {
            items.push(last);
            Node { span, kind: Kind::List(items) }
        }
        None => Node { span, kind: Kind::Null },
    }
}

/// What stands for every partition that is not named.
pub(super) const OTHERS: &str = "*";

/// A level over partitions replaces them; partitions over a level leave it to those that they do not name.
fn head(below: Node, above: Node) -> Node {
    match (&below.kind, above) {
        (Kind::Text(_), Node { span, kind: Kind::Object(mut members) })
            if !members.iter().any(|member| member.key == OTHERS) =>
        {
            let others = Member { key: OTHERS.to_string(), key_span: below.span, value: below };
            members.insert(0, others);
            Node { span, kind: Kind::Object(members) }
        }
        (_, above) => objects(below, above),
    }
}

fn is_entry(node: &Node) -> bool {
    match &node.kind {
        Kind::Text(_) | Kind::Object(_) => true,
        Kind::List(items) => matches!(items.len(), 1 | 2),
        _ => false,
    }
}

/// The level and the options of a rule's entry.
fn parts(node: Node) -> Option<(Node, Option<Node>)> {
    if !is_entry(&node) {
        return None;
    }
    match node.kind {
        Kind::List(items) => {
            let mut items = items.into_iter();
            Some((items.next()?, items.next()))
        }
        _ => Some((node, None)),
    }
}

/// A partition over several, or the reverse, replaces; another `by` takes its `pattern` along.
fn boundaries(below: Node, above: Node) -> Node {
    match (boundaries::partitions(&below).is_some(), boundaries::partitions(&above).is_some()) {
        (true, true) => each(below, above, |_, below, above| partition(below, above)),
        (false, false) => partition(below, above),
        _ => above,
    }
}

fn partition(mut below: Node, above: Node) -> Node {
    if let (Kind::Object(members), true) = (&mut below.kind, above.get("by").is_some()) {
        members.retain(|member| member.key != "pattern");
    }
    objects(below, above)
}

fn objects(below: Node, above: Node) -> Node {
    each(below, above, |_, below, above| objects(below, above))
}

/// Merges two objects, with `both` for keys that both have; anything else is replaced.
fn each(below: Node, above: Node, mut both: impl FnMut(&str, Node, Node) -> Node) -> Node {
    match (below.kind, above.kind) {
        (Kind::Object(mut members), Kind::Object(over)) => {
            for Member { key, key_span, value } in over {
                match members.iter_mut().find(|member| member.key == key) {
                    Some(member) => {
                        member.key_span = key_span;
                        let span = member.value.span;
                        let old = std::mem::replace(&mut member.value, Node { span, kind: Kind::Null });
                        member.value = both(&key, old, value);
                    }
                    None => members.push(Member { key, key_span, value }),
                }
            }
            Node { span: above.span, kind: Kind::Object(members) }
        }
        (_, kind) => Node { span: above.span, kind },
    }
}
