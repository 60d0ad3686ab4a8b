//! Writes a repository of any size, the same each time: packages with files of tables, keys within and between
//! packages, helpers, indexes, relations and a drizzle.config each. Every package but the first is a domain with a pgSchema
//! of its own. A decision record for each package says where its keys may lead, and the keys that leave it cite it.
//! For benchmarks and for tests that need many files; it knows nothing of schemalint.

#![allow(dead_code, reason = "no program uses all of it")]

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How large a repository is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Packages.
    pub(crate) packages: usize,
    /// Files of tables in each package.
    pub(crate) files: usize,
    /// Tables in each file.
    pub(crate) tables: usize,
    /// Scripts without tables, for each file with tables.
    pub(crate) others: usize,
}

impl Size {
    /// 2,000 files with 10,000 tables, and as many scripts that declare none.
    pub(crate) const LARGE: Self = Self { packages: 20, files: 100, tables: 5, others: 1 };
    /// 40 files with 120 tables.
    pub(crate) const SMALL: Self = Self { packages: 4, files: 10, tables: 3, others: 1 };

    /// How many files declare tables.
    pub(crate) const fn all_files(self) -> usize {
        self.packages * self.files
    }

    /// The path of a file of tables, from the root.
    pub(crate) fn path(self, file: usize) -> String {
        format!("packages/p{:02}/src/schema/f{:03}.ts", file / self.files, file % self.files)
    }

    /// The text of a file of tables.
    pub(crate) fn text(self, file: usize) -> String {
        let (package, own) = (file / self.files, file % self.files);
        let mut numbers = Numbers(file as u64 + 1);
        let (table_function, imported) = match domain(package) {
            Some(domain) => (format!("{domain}.table"), ""),
            None => ("pgTable".to_string(), "pgTable, "),
        };
        let mut text = format!(
            "import {{ boolean, index, integer, numeric, {imported}text, timestamp, uniqueIndex, uuid, varchar }} from \"drizzle-orm/pg-core\";\n\
             import {{ relations }} from \"drizzle-orm\";\n"
        );
        if let Some(domain) = domain(package) {
            let _ = writeln!(text, "import {{ {domain} }} from \"./domain\";");
        }
        // Keys lead to files before this one in the package, and to a package before it.
        let near = (own > 0).then(|| (numbers.below(own), numbers.below(self.tables)));
        let far = (package > 0)
            .then(|| (numbers.below(package), numbers.below(self.files), numbers.below(self.tables)));
        text.push_str("import { timestamps } from \"../helpers\";\n");
        if let Some((near, table)) = near {
            let name = name(package, near, table);
            let _ = writeln!(text, "import {{ {name} }} from \"./f{near:03}\";");
        }
        if let Some((other, far, table)) = far {
            let name = name(other, far, table);
            let _ = writeln!(text, "import {{ {name} }} from \"@acme/p{other:02}/schema/f{far:03}\";");
        }
        for table in 0..self.tables {
            let name = name(package, own, table);
            let _ = writeln!(
                text,
                "\n/** What is kept of {name}. */\nexport const {name} = {table_function}(\n  \"{name}\",\n  {{"
            );
            let _ = writeln!(text, "    id: uuid(\"id\").primaryKey().defaultRandom(),");
            let _ = writeln!(
                text,
                "    title: varchar(\"title\", {{ length: {} }}).notNull(),",
                50 + numbers.below(200)
            );
            let _ = writeln!(text, "    amount: numeric(\"amount\", {{ precision: 12, scale: 2 }}),");
            let _ = writeln!(text, "    position: integer(\"position\").notNull().default(0),");
            let _ = writeln!(text, "    isActive: boolean(\"is_active\").notNull().default(true),");
            let _ = writeln!(text, "    note: text(\"note\"),");
            let mut indexes = Vec::new();
            let mut key = |text: &mut String, column: &str, target: &str, is_indexed: bool| {
                let _ = writeln!(
                    text,
                    "    {column}Id: uuid(\"{column}_id\").references(() => {target}.id, {{ onDelete: \"cascade\" }}),"
                );
                if is_indexed {
                    indexes.push(format!("index(\"{name}_{column}_idx\").on(t.{column}Id)"));
                }
            };
            if table > 0 {
                key(&mut text, "parent", &self::name(package, own, table - 1), true);
            }
            if let Some((near, other)) = near.filter(|_| table % 2 == 0) {
                key(&mut text, "near", &self::name(package, near, other), numbers.below(10) > 0);
            }
            if let Some((other, far, of)) = far.filter(|_| table == 1) {
                let _ = writeln!(text, "    // Outlives its package, see ADR-{:04}.", package + 1);
                key(&mut text, "far", &self::name(other, far, of), numbers.below(10) > 0);
            }
            let _ = writeln!(text, "    ...timestamps,\n  }},");
            indexes.push(format!("uniqueIndex(\"{name}_title_key\").on(t.title)"));
            let _ = writeln!(text, "  (t) => [\n    {},\n  ],\n);", indexes.join(",\n    "));
            if table > 0 {
                let parent = self::name(package, own, table - 1);
                let _ = writeln!(
                    text,
                    "\nexport const {name}Relations = relations({name}, ({{ one }}) => ({{\n  \
                     parent: one({parent}, {{ fields: [{name}.parentId], references: [{parent}.id] }}),\n}}));"
                );
            }
        }
        text
    }

    /// Writes the repository into a folder.
    pub(crate) fn write(self, root: &Path) -> io::Result<()> {
        put(
            root,
            "package.json",
            "{ \"name\": \"acme\", \"private\": true, \"workspaces\": [\"packages/*\"] }\n",
        )?;
        for package in 0..self.packages {
            let folder = PathBuf::from(format!("packages/p{package:02}"));
            let manifest = format!(
                "{{ \"name\": \"@acme/p{package:02}\", \"exports\": {{ \"./schema/*\": \"./src/schema/*.ts\" }}, \
                 \"dependencies\": {{ \"drizzle-orm\": \"^0.45.0\" }} }}\n"
            );
            put(root, folder.join("package.json"), &manifest)?;
            let config = "import { defineConfig } from \"drizzle-kit\";\n\
                          export default defineConfig({ dialect: \"postgresql\", schema: \"./src/schema/*.ts\", out: \"./drizzle\" });\n";
            put(root, folder.join("drizzle.config.ts"), config)?;
            let helpers = "import { timestamp } from \"drizzle-orm/pg-core\";\n\n\
                           export const timestamps = {\n  createdAt: timestamp(\"created_at\").notNull().defaultNow(),\n  \
                           updatedAt: timestamp(\"updated_at\"),\n};\n";
            put(root, folder.join("src/helpers.ts"), helpers)?;
            if let Some(domain) = domain(package) {
                let text = format!(
                    "import {{ pgSchema }} from \"drizzle-orm/pg-core\";\n\nexport const {domain} = pgSchema(\"{domain}\");\n"
                );
                put(root, folder.join("src/schema/domain.ts"), &text)?;
            }
            put(root, format!("docs/adr/{:04}-keys-of-p{package:02}.md", package + 1), &record(package))?;
        }
        for file in 0..self.all_files() {
            put(root, self.path(file), &self.text(file))?;
            let package = file / self.files;
            for other in 0..self.others {
                let path = format!("packages/p{package:02}/src/service/s{:03}_{other}.ts", file % self.files);
                put(root, path, &service(file))?;
            }
        }
        Ok(())
    }
}

fn name(package: usize, file: usize, table: usize) -> String {
    format!("p{package}_f{file}_t{table}")
}

/// The pgSchema of a package; the tables of the first are public.
fn domain(package: usize) -> Option<String> {
    (package > 0).then(|| format!("p{package:02}"))
}

/// A decision record.
fn record(package: usize) -> String {
    let mut text = format!(
        "# {}. Keys of p{package:02}\n\n- Status: accepted\n- Date: 2026-01-01\n\n## Context\n\nTables of this package hold rows of others.\n\n## Decision\n\n",
        package + 1
    );
    for other in 0..package.min(20) {
        let _ = writeln!(text, "- Keys may lead to `@acme/p{other:02}`, whose rows are never deleted.");
    }
    text.push_str(
        "\n## Consequences\n\n| key | on delete |\n|---|---|\n| to a row of another package | cascade |\n",
    );
    text
}

/// A script without tables.
fn service(file: usize) -> String {
    let mut text = String::from("import { eq } from \"drizzle-orm\";\n");
    for at in 0..20 {
        let _ = writeln!(
            text,
            "export async function find{file}x{at}(db: Database, id: string) {{\n  return db.select().from(things).where(eq(things.id, id));\n}}"
        );
    }
    text
}

fn put(root: &Path, path: impl AsRef<Path>, text: &str) -> io::Result<()> {
    let path = root.join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// Numbers that look random and are the same each time.
#[derive(Debug)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }
}
