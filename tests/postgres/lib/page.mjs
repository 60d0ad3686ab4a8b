// The code blocks of a rule's page as folders, so that the page itself is what is tested.
import fs from 'node:fs';
import path from 'node:path';

const BLOCK = /^```ts file=(\S+)\n([\s\S]*?)^```$/gm;
const INSTALLED = /^(\.|drizzle-orm($|\/))/;

/** [{ name, folder }] for every block with tables that imports nothing but drizzle-orm; heading and file name are the name. */
export function pageFolders(page, target) {
  const folders = [];
  const [, ...sections] = fs.readFileSync(page, 'utf8').split(/^## /m);
  for (const section of sections) {
    const heading = section.slice(0, section.indexOf('\n'));
    for (const [, file, code] of section.matchAll(BLOCK)) {
      if (!code.includes('-core"')) continue;
      if ([...code.matchAll(/ from "([^"]+)"/g)].some(([, id]) => !INSTALLED.test(id))) continue;
      const name = `${heading}/${file}`;
      const folder = path.join(target, 'page', name.replace(/\.ts$/, ''));
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, file), code);
      folders.push({ name, folder });
    }
  }
  return folders;
}
