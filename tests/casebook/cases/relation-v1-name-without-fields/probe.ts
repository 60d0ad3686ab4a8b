import * as schema from "./schema";

export { schema };
export const probes = { "a query": (db) => db.query.posts.findMany({ with: { author: true } }) };
