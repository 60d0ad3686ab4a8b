//! The comments of the files that declare something.

use rustc_hash::FxHashSet;

use super::Linker;
use crate::graph::{DIRECTIVE, Directive};
use crate::source::FileId;
use crate::syntax::Places;

impl Linker<'_> {
    /// The comments of every file that declares something, and what those stand on that speak to us.
    pub(super) fn read_comments(&mut self) {
        let tables = self.graph.tables.iter().filter(|table| !table.external).map(|table| table.binding.file);
        let relations = self.graph.relations.iter().map(|relation| relation.binding.file);
        let linkables = self.graph.linkables.iter().map(|linkable| linkable.span.file);
        let links = self.graph.links.iter().map(|link| link.span.file);
        let declaring: FxHashSet<FileId> = tables.chain(relations).chain(linkables).chain(links).collect();
        // What helps to declare may hold a word to us, too.
        let mut files = self.world.files();
        files.sort_by_cached_key(|file| self.world.path(*file));
        for file in files {
            let (module, text) = (self.eval.module(file), self.world.text(file));
            if declaring.contains(&file) {
                let comments = module.comments.iter().map(|comment| comment.in_file(file));
                self.graph.comments.insert(file, comments.collect());
            }
            if memchr::memmem::find(text.as_bytes(), DIRECTIVE.as_bytes()).is_none() {
                continue;
            }
            let places = Places::new(&module, &text);
            for comment in &module.comments {
                let said = text.get(comment.start as usize..comment.end as usize).unwrap_or_default();
                if said.contains(DIRECTIVE) {
                    let under = places.under(*comment, &module.comments).map(|range| range.in_file(file));
                    self.graph.directives.push(Directive { comment: comment.in_file(file), under });
                }
            }
        }
    }
}
