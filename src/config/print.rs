//! The effective config as text, with where each value comes from. It reads back as the same config.

use super::node::{Kind, Node};
use super::{Config, schema};
use crate::output::{visible, visible_json};
use crate::source::Sources;

/// The effective config as JSON with comments.
pub fn print(config: &Config, sources: &Sources) -> String {
    let mut printer = Printer { config, sources, text: String::new() };
    printer.node(&config.effective, 0, "");
    visible_json(printer.text)
}

struct Printer<'c> {
    config: &'c Config,
    sources: &'c Sources,
    text: String,
}

impl Printer<'_> {
    /// Writes a value up to the end of its last line.
    fn node(&mut self, node: &Node, depth: usize, comma: &str) {
        let open = match &node.kind {
            Kind::Object(members) if !members.is_empty() => "{\n",
            Kind::List(items)
                if items.iter().any(|item| matches!(item.kind, Kind::List(_) | Kind::Object(_))) =>
            {
                "[\n"
            }
            _ => {
                let origin = self.config.origin(node.span, self.sources).to_string();
                self.text.push_str(&format!("{}{comma} // {}\n", line(node), visible(&origin)));
                return;
            }
        };
        self.text.push_str(open);
        let inside = "  ".repeat(depth + 1);
        let comma_after = |index: usize, length: usize| if index + 1 < length { "," } else { "" };
        match &node.kind {
            Kind::Object(members) => {
                for (index, member) in members.iter().enumerate() {
                    let key = serde_json::Value::from(member.key.as_str());
                    self.text.push_str(&format!("{inside}{key}: "));
                    self.node(&member.value, depth + 1, comma_after(index, members.len()));
                }
            }
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.text.push_str(&inside);
                    self.node(item, depth + 1, comma_after(index, items.len()));
                }
            }
            _ => {}
        }
        let close = if open.starts_with('{') { '}' } else { ']' };
        self.text.push_str(&format!("{}{close}{comma}\n", "  ".repeat(depth)));
    }
}

/// A value on one line.
fn line(node: &Node) -> String {
    match &node.kind {
        Kind::List(items) => {
            let items: Vec<String> = items.iter().map(line).collect();
            format!("[{}]", items.join(", "))
        }
        _ => schema::plain(node).to_string(),
    }
}
