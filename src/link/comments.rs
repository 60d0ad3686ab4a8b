//! The comments of the files that declare something.

use rustc_hash::FxHashSet;

use super::Linker;
use crate::graph::{DIRECTIVE, Directive};
use crate::source::{FileId, Span};
use crate::syntax::Places;

impl Linker<'_> {
    /// The comments of every file that declares something, and what those stand on that speak to us.
    pub(super) fn read_comments(&mut self) {
        let declaring = self.declaring_files();
        // What helps to declare may hold a word to us, too.
        let mut files = self.world.files();
        files.sort_by_cached_key(|file| self.world.path(*file));
        for file in files {
            let declares = declaring.contains(&file);
            let (comments, mut directives) = self.comments_of(file, declares);
            if declares {
                self.graph.comments.insert(file, comments);
            }
            self.graph.directives.append(&mut directives);
        }
    }

    /// The files that declare something.
    pub(super) fn declaring_files(&self) -> FxHashSet<FileId> {
        let tables = self.graph.tables.iter().filter(|table| !table.external).map(|table| table.binding.file);
        let relations = self.graph.relations.iter().map(|relation| relation.binding.file);
        let linkables = self.graph.linkables.iter().map(|linkable| linkable.span.file);
        let links = self.graph.links.iter().map(|link| link.span.file);
        tables.chain(relations).chain(linkables).chain(links).collect()
    }

    /// The comments of a file, if they are wanted, and those that speak to us.
    pub(super) fn comments_of(&mut self, file: FileId, wants_all: bool) -> (Vec<Span>, Vec<Directive>) {
        let (module, text) = (self.eval.module(file), self.world.text(file));
        let wanted = module.comments.iter().filter(|_| wants_all);
        let comments = wanted.map(|comment| comment.in_file(file)).collect();
        let mut directives = Vec::new();
        if memchr::memmem::find(text.as_bytes(), DIRECTIVE.as_bytes()).is_some() {
            let places = Places::new(&module, &text);
            for comment in &module.comments {
                let said = text.get(comment.start as usize..comment.end as usize).unwrap_or_default();
                if said.contains(DIRECTIVE) {
                    let under = places.under(*comment, &module.comments).map(|range| range.in_file(file));
                    directives.push(Directive { comment: comment.in_file(file), under });
                }
            }
        }
        (comments, directives)
    }
}
