export * from "./users"; //~ duplicate-name
