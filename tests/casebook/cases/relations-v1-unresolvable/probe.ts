import * as lone from "./schema/only-many-named";
import * as bare from "./schema/no-inverse";
import * as pair from "./schema/two-ones";
import * as twin from "./schema/two-ones-one-name";
import * as both from "./schema/two-manys";
import * as nodes from "./schema/self";
import * as writers from "./schema/one-to-a-copy";
import * as seats from "./schema/table-not-in-schema";
import * as shows from "./schema/lengths";

export const schema = { ...lone, ...bare, ...pair, ...twin, ...both, ...nodes, ...writers, ...seats, ...shows };

export const probes = {
  "only many named": (db) => db.query.loneUsers.findMany({ with: { posts: true } }),
  "no inverse": (db) => db.query.bareUsers.findMany({ with: { posts: true } }),
  "two ones": (db) => db.query.pairUsers.findMany({ with: { posts: true } }),
  "two ones one name": (db) => db.query.twinUsers.findMany({ with: { posts: true } }),
  "two manys": (db) => db.query.bothUsers.findMany({ with: { posts: true } }),
  "self": (db) => db.query.nodes.findMany({ with: { children: true } }),
  "one to a copy": (db) => db.query.writers.findMany({ with: { books: true } }),
  "table not in schema": (db) => db.query.seats.findMany({ with: { plan: true } }),
  "lengths": (db) => db.query.shows.findMany({ with: { hall: true } }),
};
