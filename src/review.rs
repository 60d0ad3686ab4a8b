//! What house-keeping rules look at, after every other rule has run: the exceptions.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::rule::{Edit, Findings, Fix};
use crate::rules::RULES;
use crate::source::{FileId, Range, Sources, Span};
use crate::suppress::Suppression;

/// The exceptions of a run, and what became of them.
#[derive(Debug)]
pub struct Review<'r> {
    /// The files.
    pub sources: &'r Sources,
    /// Comments that except something.
    pub suppressions: &'r [Suppression],
    /// The rules that ran anywhere.
    pub ran: &'r FxHashSet<&'static str>,
    /// Files of which something could not be read: nothing can be concluded of comments there.
    pub gaps: &'r FxHashSet<FileId>,
    /// Rules that the baseline names, and where.
    pub baselined: &'r [(SmolStr, Span)],
    /// Exceptions that match nothing.
    pub stale: &'r [Stale],
}

/// An exception that matches nothing.
#[derive(Debug)]
pub struct Stale {
    /// What it is about.
    pub subject: SmolStr,
    /// Where it is written.
    pub span: Span,
    /// What is wrong with it.
    pub message: String,
    /// What is to be seen there.
    pub label: &'static str,
    /// What to do.
    pub help: &'static str,
}

impl Review<'_> {
    /// Whether a rule of that name ran.
    pub fn ran(&self, rule: &str) -> bool {
        self.ran.contains(rule)
    }

    /// Reports a name that is none of a rule.
    pub fn report_unknown(&self, rule: &SmolStr, span: Span, out: &mut Findings) {
        if RULES.iter().any(|entry| entry.meta.name == rule) {
            return;
        }
        let nearest = RULES
            .iter()
            .map(|entry| (strsim::damerau_levenshtein(entry.meta.name, rule), entry.meta.name))
            .min()
            .filter(|(distance, name)| *distance <= name.len() / 3);
        let finding = out.report(rule.clone(), span, format!("there is no rule `{rule}`"));
        finding.label("this excepts nothing");
        match nearest {
            Some((_, name)) => finding.help(format!("did you mean `{name}`?")),
            None => finding.help("`schemalint rules` lists them"),
        };
    }

    /// Takes a suppression out, with its line when nothing else stands there; `None` when the comment says
    /// more than that.
    pub fn removal(&self, suppression: &Suppression) -> Option<Fix> {
        let comment = suppression.comment;
        let file = self.sources.get(comment.file);
        let said = self.sources.text(comment);
        let alone = said.trim_matches(['/', '*', ' ', '\t', '\n', '\r']).len() as u32;
        if alone != suppression.span.range.end - suppression.span.range.start {
            return None;
        }
        let text = &file.text;
        // The range of a line comment may hold its newline.
        let (start, end) =
            (comment.range.start as usize, comment.range.start as usize + said.trim_end().len());
        let before = text[..start].trim_end_matches([' ', '\t']);
        let after = text[end..].trim_start_matches([' ', '\t']);
        let newline =
            if after.starts_with("\r\n") { 2 } else { usize::from(after.starts_with(['\n', '\r'])) };
        let owns_line = before.is_empty() || before.ends_with(['\n', '\r']);
        let range = if owns_line && newline > 0 {
            Range::new(before.len() as u32, (text.len() - after.len() + newline) as u32)
        } else {
            Range::new(before.len() as u32, end as u32)
        };
        // What stands on both sides may not become one word.
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let (left, right) = (&text[..range.start as usize], &text[range.end as usize..]);
        let joins = left.ends_with(is_word) && right.starts_with(is_word);
        let blank = if joins { " " } else { "" };
        let edits = vec![Edit::new(range.in_file(comment.file), blank.to_string())];
        Some(Fix { title: "remove the comment".into(), edits, changes_schema: false })
    }
}
