//! What fixes write: the text itself, and where they write nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use support::{USERS, repository, run};

/// The options of `missing-relation` alone.
const INVERSE: &str = r#"{ "rules": { "missing-relation": ["warn", { "inverse": true }] } }"#;

/// What becomes of the last file.
fn fixed(files: &[(&str, &str)]) -> String {
    let folder = repository(files);
    let at = folder.path();
    run(at, &["--fix", "--rule", "unindexed-foreign-key=off"]);
    let ran = run(at, &["--fix", "--rule", "unindexed-foreign-key=off"]).complains("nothing to fix");
    assert!(!ran.stdout.contains("syntax-error"), "{ran:?}");
    fs::read_to_string(at.join(files.last().unwrap().0)).unwrap()
}

/// The same as a diff: only lines that are new.
fn added(files: &[(&str, &str)]) -> String {
    let before: Vec<&str> = files.last().unwrap().1.lines().collect();
    let after = fixed(files);
    let new: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    new.join("\n")
}

const TEAMS: &str = "import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
    export const teams = pgTable('teams', { id: integer('id').primaryKey() });\n\
    export const clubs = pgTable('clubs', { id: integer('id').primaryKey() });\n";

const POSTS: &str = "import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
    import { clubs, teams } from './teams';\nimport { users } from './users';\n\
    export const posts = pgTable('posts', {\n  userId: integer('user_id').references(() => users.id),\n  \
    teamId: integer('team_id').references(() => teams.id),\n  \
    clubId: integer('club_id').references(() => clubs.id),\n});\n";

const RELATIONS: &str = "export const postsRelations = relations(posts, ({ one }) => ({\n  \
    user: one(users, { fields: [posts.userId], references: [users.id] }),\n}));\n";

/// A file of relations with those imports.
fn relations(imports: &str) -> String {
    format!("import {{ relations }} from 'drizzle-orm';\n{imports}{RELATIONS}")
}

fn schema(last: &str) -> Vec<(&str, &str)> {
    vec![("db/users.ts", USERS), ("db/teams.ts", TEAMS), ("db/posts.ts", POSTS), ("db/relations.ts", last)]
}

#[test]
fn a_table_is_imported_as_the_others_are() {
    let team = "  team: one(teams, { fields: [posts.teamId], references: [teams.id] }),";
    let club = "  club: one(clubs, { fields: [posts.clubId], references: [clubs.id] }),";
    for (imports, expected) in [
        (
            "import { posts } from './posts';\nimport { users } from './users';\n",
            "import { teams, clubs } from './teams';\n",
        ),
        (
            "import { posts } from './posts'\nimport { users } from './users'\nimport {\n\tteams as t,\n} from './teams'\n",
            "\tclubs,\n",
        ),
        (
            "import { posts } from './posts.js';\nimport { users } from './users.js';\n",
            "import { teams, clubs } from './teams.js';\n",
        ),
        (
            "import { posts } from './posts';\nimport { users } from './users';\nimport * as all from './teams';\n",
            "",
        ),
    ] {
        let text = relations(imports);
        let mut relations = format!("{team}\n{club}");
        if imports.contains(" as t") {
            relations = relations.replace("one(teams", "one(t").replace("[teams.", "[t.");
        }
        if imports.contains("* as all") {
            relations = relations.replace("one(", "one(all.").replace("references: [", "references: [all.");
        }
        assert_eq!(added(&schema(&text)), format!("{expected}{relations}"), "{imports}");
    }
    let text = relations("import { posts } from './posts';\nimport { users } from './users';\n")
        .replace('\n', "\r\n");
    let fixed = fixed(&schema(&text));
    assert_eq!(fixed.matches("\r\n").count(), fixed.matches('\n').count(), "{fixed:?}");
    assert!(fixed.contains("teams } from") || fixed.contains("teams, clubs } from"), "{fixed}");
}

#[test]
fn where_an_import_is_not_certain_nothing_is_written() {
    let base = "import { posts } from './posts';\nimport { users } from './users';\n";
    for imports in [
        // The name is a type's.
        format!("{base}import type {{ clubs, teams }} from './types';\n"),
        format!("{base}import {{ type clubs, type teams, x }} from './types';\n"),
        format!("{base}type teams = 1;\ninterface clubs {{}}\n"),
        // Some with, some without their ends.
        "import { posts } from './posts';\nimport { users } from './users.js';\n".to_string(),
        // No other file has such a name for it.
        "import { posts } from '@/posts';\nimport { users } from '@/users';\n".to_string(),
    ] {
        let text = relations(&imports);
        let mut files = schema(&text);
        files.insert(0, ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./db/*"] } } }"#));
        assert_eq!(fixed(&files), text, "{imports}");
    }
}

#[test]
fn an_alias_is_taken_from_other_files() {
    let text = relations("import { posts } from '@/posts';\nimport { users } from '@/users';\n");
    let posts = POSTS.replace("./teams", "@/teams");
    let mut files = schema(&text);
    files[2].1 = &posts;
    files.insert(0, ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./db/*"] } } }"#));
    assert!(fixed(&files).contains("\nimport { teams, clubs } from '@/teams';\n"));
}

#[test]
fn no_cycle_is_closed_in_which_something_is_read_too_early() {
    let users = "import { relations } from 'drizzle-orm';\nimport { integer, pgTable } from 'drizzle-orm/pg-core';\n\
        export const users = pgTable('users', { id: integer('id').primaryKey() });\n\
        export const usersRelations = relations(users, ({ many }) => ({}));\n";
    let posts = |rest: &str| {
        format!(
            "import {{ relations }} from 'drizzle-orm';\nimport {{ integer, pgTable }} from 'drizzle-orm/pg-core';\n\
             import {{ users }} from './users';\n{rest}\
             export const posts = pgTable('posts', {{ userId: integer('user_id').references(() => users.id) }});\n\
             export const postsRelations = relations(posts, ({{ one }}) => ({{\n  \
             user: one(users, {{ fields: [posts.userId], references: [users.id] }}),\n}}));\n"
        )
    };
    let files =
        |posts: &str| added(&[("schemalint.json", INVERSE), ("db/posts.ts", posts), ("db/users.ts", users)]);
    assert_eq!(
        files(&posts("")),
        "import { posts } from './posts';\n\
         export const usersRelations = relations(users, ({ many }) => ({ posts: many(posts) }));"
    );
    assert_eq!(files(&posts("export const both = [users];\n")), "");
    assert_eq!(files(&posts("import './unknown';\nexport const both = [users];\n")), "");
}

const CALL: &str = "import { defineRelations } from 'drizzle-orm';\nimport * as schema from './schema';\n";

#[test]
fn an_entry_looks_like_those_before_it() {
    let package = ("package.json", r#"{ "dependencies": { "drizzle-orm": "1.0.0-rc.5" } }"#);
    let tables = format!(
        "{TEAMS}export const posts = pgTable('posts', {{\n  \
        teamId: integer('team_id').references(() => teams.id),\n  clubId: integer('club_id').references(() => clubs.id),\n}});\n"
    );
    let call =
        |object: &str| format!("{CALL}export const all = defineRelations(schema, (r) => ({object}));\n");
    let after = |object: &str| {
        let text = call(object);
        let fixed =
            fixed(&[package, ("schemalint.json", INVERSE), ("schema.ts", &tables), ("relations.ts", &text)]);
        let start = fixed.find("(r) => (").unwrap() + "(r) => (".len();
        fixed[start..].trim_end().strip_suffix("));").unwrap().to_string()
    };
    let team = "team: r.one.teams({ from: r.posts.teamId, to: r.teams.id })";
    let club = "club: r.one.clubs({ from: r.posts.clubId, to: r.clubs.id })";
    for (object, expected) in [
        (
            "{ clubs: { posts: r.many.posts({ from: r.clubs.id, to: r.posts.clubId }) } }",
            "{ clubs: { posts: r.many.posts({ from: r.clubs.id, to: r.posts.clubId }) }, posts: { TEAM, CLUB }, teams: { posts: r.many.posts() } }",
        ),
        (
            "{\n\tteams: {\n\t\tposts: r.many.posts(),\n\t},\n}",
            "{\n\tteams: {\n\t\tposts: r.many.posts(),\n\t},\n\tposts: {\n\t\tTEAM,\n\t\tCLUB,\n\t},\n\tclubs: {\n\t\tposts: r.many.posts(),\n\t},\n}",
        ),
        (
            "{\r\n    clubs: {\r\n        posts: r.many.posts()\r\n    }, // all\r\n    teams: {}\r\n}",
            "{\r\n    clubs: {\r\n        posts: r.many.posts()\r\n    }, // all\r\n    teams: { posts: r.many.posts() },\r\n    posts: {\r\n        TEAM,\r\n        CLUB,\r\n    }\r\n}",
        ),
    ] {
        let expected = expected.replace("TEAM", team).replace("CLUB", club);
        assert_eq!(after(object), expected);
    }
}

const ME: &str = "({ one }) => ({ me: one(users, { fields: [users.id], references: [users.id] }) })";

#[test]
fn a_table_without_relations_gets_them_where_those_of_others_stand() {
    let users = format!(
        "import {{ relations }} from 'drizzle-orm';\n{USERS}export const usersRelations = relations(users, {ME});\n"
    );
    let posts = POSTS.replace("});\n", "}).enableRLS();\n");
    let files = [("db/users.ts", users.as_str()), ("db/teams.ts", TEAMS), ("db/posts.ts", &posts)];
    assert_eq!(
        added(&files),
        "import { relations } from 'drizzle-orm';\n\n\
         export const postsRelations = relations(posts, ({ one }) => ({\n  \
         user: one(users, { fields: [posts.userId], references: [users.id] }),\n  \
         team: one(teams, { fields: [posts.teamId], references: [teams.id] }),\n  \
         club: one(clubs, { fields: [posts.clubId], references: [clubs.id] }),\n}));"
    );
    // In the file of all relations, which has neither table yet.
    let rest = format!(
        "import {{ relations }} from 'drizzle-orm';\nimport {{ users }} from './users';\n\
         export const usersRelations = relations(users, {ME});\n"
    );
    let fixed = fixed(&schema(&rest));
    assert!(fixed.contains("import { posts } from './posts';\n"), "{fixed}");
    assert!(fixed.contains("import { teams, clubs } from './teams';\n"), "{fixed}");
    assert!(
        fixed.ends_with("club: one(clubs, { fields: [posts.clubId], references: [clubs.id] }),\n}));\n"),
        "{fixed}"
    );
    // Each table has a file of its own for them: not in that of another.
    let teams = "import { relations } from 'drizzle-orm';\nimport { teams } from './teams';\nimport { posts } from './posts';\n\
        export const teamsRelations = relations(teams, ({ many }) => ({ posts: many(posts) }));\n";
    let clubs = "import { relations } from 'drizzle-orm';\nimport { clubs } from './teams';\n\
        export const clubsRelations = relations(clubs, () => ({}));\n";
    let mut files = schema(teams);
    files.insert(0, ("db/clubs.relations.ts", clubs));
    assert_eq!(added(&files), "");
}

const CITING: &str = "import { pgSchema, uuid } from 'drizzle-orm/pg-core';\n\
    const crm = pgSchema('crm');\nconst billing = pgSchema('billing');\n\
    export const customers = crm.table('customers', { id: uuid('id').primaryKey() });\n\
    export const invoices = billing.table('invoices', {\n\
    \t/**\n\t * Who pays.\n\t * @ref crm.customers\n\t */\n\tpayerId: uuid('payer_id'),\n\
    \tbuyerId: uuid('buyer_id'), // @ref crm.customers\n});\n";

#[test]
fn a_record_is_cited_where_only_one_counts() {
    let config = |options: &str| {
        format!(
            r#"{{ "rules": {{ "missing-adr-citation": ["warn", {{{options}}}], "unindexed-soft-reference": "off" }} }}"#
        )
    };
    let one = config(r#""adr": "ADR-0001""#);
    let record = "# Keys\n\nStatus: accepted\n";
    let new = |config: &str, record: &str| {
        added(&[("schemalint.json", config), ("docs/adr/0001-keys.md", record), ("db/schema.ts", CITING)])
    };
    let cited = "\t * @adr ADR-0001\n\tbuyerId: uuid('buyer_id'), // @ref crm.customers @adr ADR-0001";
    assert_eq!(new(&one, record), cited);
    // That there is one record at all does not make it the one that decided this.
    assert_eq!(new(&config(""), record), "");
    assert_eq!(new(&one, "# Keys\n\nStatus: rejected\n"), "");
    assert_eq!(new(&config(r#""adr": "ADR-0002""#), record), "");
}
