import * as authors from "./schema/third-table";
import * as clients from "./schema/swapped";
import * as owners from "./schema/references-of-another-table";

export const schema = { ...authors, ...clients, ...owners };

export const probes = {
  "third table": (db) => db.query.authors.findMany({ with: { novels: true } }),
  "swapped": (db) => db.query.jobs.findMany({ with: { client: true } }),
  "references of another table": (db) => db.query.pets.findMany({ with: { owner: true } }),
};
