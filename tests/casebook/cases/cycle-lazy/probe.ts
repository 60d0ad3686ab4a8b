export const probes = { "teams first": () => import("./schema/teams") };
