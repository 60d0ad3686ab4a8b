export const probes = { "orders first": () => import("./schema/orders") };
