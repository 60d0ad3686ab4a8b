//! What makes a finding the same one in the next run, wherever its line has moved to.

use rustc_hash::FxHashMap;

use super::text::visible;
use crate::rule::Finding;

/// Gives every finding a text that no other of the run has: its rule, its subject, its partition, and its
/// number among those that share all three. Never a line, nor words that a new version may change.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: FxHashMap<String, usize>,
}

impl Fingerprints {
    pub(super) fn next(&mut self, finding: &Finding) -> String {
        let partition = finding.partition.as_deref().map(|name| format!("[{name}]")).unwrap_or_default();
        let key = format!("{} {}{partition}", finding.rule, finding.subject);
        let number = self.seen.entry(key.clone()).or_insert(0);
        *number += 1;
        match *number {
            1 => visible(&key).into_owned(),
            number => format!("{} #{number}", visible(&key)),
        }
    }
}
