export const readme = () => '';
