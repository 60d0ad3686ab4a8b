//! Parts of drizzle-orm that are schemas themselves, written down as what they declare.

/// Specifiers whose modules are written in this project, with their text.
const PRELUDE: &[(&str, &str)] = &[
    ("drizzle-orm/supabase", include_str!("prelude/supabase.ts")),
    ("drizzle-orm/neon", include_str!("prelude/neon.ts")),
    ("drizzle-orm/neon/rls", include_str!("prelude/neon.ts")),
    ("drizzle-orm/supabase/rls", include_str!("prelude/supabase.ts")),
];

/// The text of such a module.
pub fn prelude_of(specifier: &str) -> Option<&'static str> {
    PRELUDE.iter().find(|(known, _)| *known == specifier).map(|(_, text)| *text)
}
