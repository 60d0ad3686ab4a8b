// Single changes of the projects: name -> [what, with what], or several pairs; what must occur exactly once.

const common = {
  'nothing': [],
  'a comment': ['export const users', '// People.\nexport const users'],
  'columns in another order': [/(  age: .*\n)(  score: .*\n)/, (_, first, second) => second + first],
  'a column between others': ['  slug: ', '  note: text("note"),\n  slug: '],
  'a helper': ['export const posts', 'export const helper = () => users;\nexport const posts'],
  'another TypeScript name': [['export const invoices', 'export const bills']],
  'an unexported table': ['export const invoices', 'const invoices'],
  'a column that allows null': ['slug: text("slug").notNull()', 'slug: text("slug")'],
  'a column that must not be null': ['age: integer("age")', 'age: integer("age").notNull()'],
  'a default that is gone': ['.default("nobody")', ''],
  'another default': ['.default("nobody")', '.default("somebody")'],
  'another default, of a flag': ['.default(false)', '.default(true)'],
  'a default that is new': ['age: integer("age")', 'age: integer("age").default(1)'],
  'a default at run time': ['age: integer("age")', 'age: integer("age").$default(() => 1)'],
  'a column that is renamed': ['text("title")', 'text("headline")'],
  'a column that is gone': [/  score: .*\n/, ''],
  'two columns for two others': [[/  score: .*\n/, '  rank: text("rank"),\n'], ['text("title")', 'text("headline").notNull()']],
  'a unique constraint at a column that is gone': ['.unique()', ''],
  'a unique constraint at a column that is new': ['title: text("title")', 'title: text("title").unique()'],
  'a unique constraint under another name': ['"posts_author_slug_key"', '"posts_slug_key"'],
  'a unique constraint on other columns': ['.on(t.authorId, t.slug)', '.on(t.slug)'],
  'a unique constraint with a name': ['unique().on(t.number', 'unique("invoices_number_key").on(t.number'],
  'a unique constraint in another order': ['.on(t.number, t.postId)', '.on(t.postId, t.number)'],
  'an index that is gone': [/ +index\("users_name_idx"\).*\n/, ''],
  'an index that is new': ['(t) => [unique("posts_author', '(t) => [index("posts_title_index").on(t.title), unique("posts_author'],
  'an index under another name': ['"users_name_idx"', '"users_name_age_idx"'],
  'an index on other columns': [/\.on\(t\.name, [^)]*\)(?=,\n)/, '.on(t.name)'],
  'an index that is unique': ['index("users_name_idx")', 'uniqueIndex("users_name_idx")'],
  'an expression that differs': ['lower(', 'upper('],
  'a check that is gone': [/ +check\(.*\n/, ''],
  'a check that says something else': ['>= 0', '> 0'],
  'a check under another name': ['"users_age_check"', '"users_age_positive"'],
  'a foreign key that is gone': ['.references(() => users.id, { onDelete: "cascade" })', ''],
  'a foreign key with another action': ['onDelete: "cascade"', 'onDelete: "restrict"'],
  'a foreign key with an action on update': ['{ onDelete: "cascade" }', '{ onDelete: "cascade", onUpdate: "cascade" }'],
  'a foreign key without its action': [', { onDelete: "cascade" }', ''],
  'a foreign key with the action that it has anyway': ['{ onDelete: "cascade" }', '{ onDelete: "cascade", onUpdate: "no action" }'],
  'a foreign key of a table with another action': ['.onDelete("set null")', '.onDelete("cascade")'],
  'a foreign key of a table with a name': ['foreignKey({ columns', 'foreignKey({ name: "invoices_tag_fk", columns'],
  'a foreign key to another column': ['.references(() => users.id, {', '.references(() => users.age, {'],
  'a second foreign key of a column': ['unique("posts_author_slug_key").on(t.authorId, t.slug)', 'unique("posts_author_slug_key").on(t.authorId, t.slug), foreignKey({ name: "posts_author_fk", columns: [t.authorId], foreignColumns: [users.id] })'],
  'a foreign key that is new': ['number: integer("number").notNull()', 'number: integer("number").notNull().references(() => invoices.id)'],
  'a primary key in another order': ['primaryKey({ columns: [t.postId, t.tag] })', 'primaryKey({ columns: [t.tag, t.postId] })'],
  'a primary key on fewer columns': ['primaryKey({ columns: [t.postId, t.tag] })', 'primaryKey({ columns: [t.tag] })'],
  'a primary key with a name': ['primaryKey({ columns', 'primaryKey({ name: "tags_key", columns'],
  'a primary key with the name that it has anyway': ['primaryKey({ columns', 'primaryKey({ name: "PK_NAME", columns'],
  'a primary key that is gone': [', (t) => [primaryKey({ columns: [t.postId, t.tag] })]', ''],
  'a primary key of a table instead of a column': [['id: integer("id").primaryKey(),', 'id: integer("id").notNull(),'], ['unique().on(t.number', 'primaryKey({ columns: [t.id] }), unique().on(t.number']],
  'a table under another name': ['"post_tags"', '"labels"'],
  'a table that is gone': [/export const invoices[\s\S]*/, ''],
  'a generated column': ['age: integer("age")', 'age: integer("age").generatedAlwaysAs(sql`1`)'],
  'a column at the end': ['tag: text("tag"),\n}', 'tag: text("tag"),\n  note: text("note"),\n}'],
};

const pg = {
  'another type': ['integer("age")', 'bigint("age", { mode: "number" })'],
  'another length': ['length: 255', 'length: 320'],
  'another precision': ['precision: 10', 'precision: 12'],
  'with a time zone': ['timestamp("deleted_at")', 'timestamp("deleted_at", { withTimezone: true })'],
  'a list': ['title: text("title")', 'title: text("title").array(LIST)'],
  'another default, as SQL': ['.defaultRandom()', '.default(sql`uuid_generate_v4()`)'],
  'the default in other words': ['.defaultNow()', '.default(sql`now()`)'],
  'an enum with a value more': ['"closed"]', '"closed", "deleted"]'],
  'an enum with a value less': [', "closed"]', ']'],
  'an enum in another order': ['["draft", "active", "closed"]', '["active", "draft", "closed"]'],
  'an enum under another name': ['pgEnum("status"', 'pgEnum("user_status"'],
  'an enum that is new': ['export const billing', 'export const kind = pgEnum("kind", ["a"]);\nexport const billing'],
  'a method that differs': ['.using("gin", t.title.op("gin_trgm_ops"))', '.using("btree", t.title)'],
  'another operator class': ['gin_trgm_ops', 'gin_bigm_ops'],
  'another order': ['t.age.desc()', 't.age'],
  'nulls first': ['t.age.desc()', 't.age.desc().nullsFirst()'],
  'a predicate that differs': ['is null`', 'is not null`'],
  'a predicate that is gone': ['.where(sql`${t.deletedAt} is null`)', ''],
  'an index without a name on another column': ['index().on(t.status)', 'index().on(t.age)'],
  'nulls that are not distinct': ['.on(t.authorId, t.slug)', '.on(t.authorId, t.slug).nullsNotDistinct()'],
  'an identity by default': ['generatedAlwaysAsIdentity', 'generatedByDefaultAsIdentity'],
  'an identity that is gone': ['.generatedAlwaysAsIdentity()', ''],
  'another pgSchema': ['pgSchema("billing")', 'pgSchema("accounting")'],
};

const mysql = {
  'a column that allows null': ['slug: varchar("slug", { length: 50 }).notNull()', 'slug: varchar("slug", { length: 50 })'],
  'a column that must not be null': ['age: int("age")', 'age: int("age").notNull()'],
  'a default that is new': ['age: int("age")', 'age: int("age").default(1)'],
  'a default at run time': ['age: int("age")', 'age: int("age").$default(() => 1)'],
  'a generated column': ['age: int("age")', 'age: int("age").generatedAlwaysAs(sql`1`)'],
  'a foreign key to another column': ['.references(() => users.id, {', '.references(() => users.age, {'],
  'a second foreign key of a column': ['unique("posts_author_slug_key").on(t.authorId, t.slug)', 'unique("posts_author_slug_key").on(t.authorId, t.slug), foreignKey({ name: "posts_author_fk", columns: [t.authorId], foreignColumns: [users.id] })'],
  'a foreign key that is new': ['number: int("number").notNull()', 'number: int("number").notNull().references(() => invoices.id)'],
  'a unique constraint at a column that is new': ['age: int("age")', 'age: int("age").unique()'],
  'a primary key of a table instead of a column': [['id: int("id").primaryKey(),', 'id: int("id").notNull(),'], ['unique().on(t.number', 'primaryKey({ columns: [t.id] }), unique().on(t.number']],
  'a column at the end': ['tag: varchar("tag", { length: 50 }),\n}', 'tag: varchar("tag", { length: 50 }),\n  note: text("note"),\n}'],
  'another type': ['int("age")', 'bigint("age", { mode: "number" })'],
  'another length': ['length: 255', 'length: 320'],
  'another precision': ['precision: 10', 'precision: 12'],
  'another precision of time': ['fsp: 3', 'fsp: 6'],
  'a value of an enum more': ['"closed"]', '"closed", "deleted"]'],
  'an enum in another order': ['["draft", "active", "closed"]', '["active", "draft", "closed"]'],
  'a column that no longer counts': ['.autoincrement()', ''],
};

const sqlite = {
  'another type': ['integer("age")', 'text("age")'],
  'another mode': ['integer("deleted_at")', 'integer("deleted_at", { mode: "timestamp" })'],
  'another default, of a number': ['.default(0.5)', '.default(1.5)'],
  'another default, as SQL': ['unixepoch()', 'unixepoch() * 1000'],
  'an enum of text with a value more': ['["draft", "active"]', '["draft", "active", "closed"]'],
  'a predicate that differs': ['is null`', 'is not null`'],
  'a predicate that is gone': ['.where(sql`${t.deletedAt} is null`)', ''],
  'a column that no longer counts': ['{ autoIncrement: true }', ''],
};

const casing = {
  'nothing': [],
  'another key': [['  deletedAt: timestamp()', '  removedAt: timestamp("deleted_at")'], ['t.deletedAt', 't.removedAt']],
  'a key that is spelled the same': ['  emailAddr: text()', '  emailAddr: text("email_addr")'],
  'a column that is new': ['  deletedAt: timestamp()', '  deletedAt: timestamp(),\n  deletedBy: text()'],
  'a column that allows null': ['createdAt: timestamp().notNull()', 'createdAt: timestamp()'],
  'a foreign key with another action': ['"cascade"', '"set null"'],
  'a primary key in another order': ['[t.userId, t.postNumber]', '[t.postNumber, t.userId]'],
  'an index on another column': ['index().on(t.createdAt)', 'index().on(t.emailAddr)'],
};

export const MUTATIONS = {
  pg: { ...common, ...pg },
  mysql: { ...common, ...mysql },
  sqlite: { ...common, ...sqlite },
  'pg-casing': casing,
};

/** The schema after a change; undefined when the change does not fit the project. */
export function mutate(text, pairs, line) {
  for (const [what, by] of pairs.length && !Array.isArray(pairs[0]) ? [pairs] : pairs) {
    const count = typeof what === 'string' ? text.split(what).length - 1 : Number(what.test(text));
    if (count === 0) return undefined;
    if (count > 1) throw new Error(`${what} occurs ${count} times`);
    text = text.replace(what, typeof by === 'function' ? by : () => by.replace('PK_NAME', line === '1.0' ? 'post_tags_pkey' : 'post_tags_post_id_tag_pk').replace('LIST', line === '1.0' ? '"[]"' : ''));
  }
  return text;
}
