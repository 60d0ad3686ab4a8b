export const probes = { "import": () => import("./schema") };
