export async function compareCorpus() {}
