// Makes the first inputs of every target from the tests' own: pages of rules, fixtures, the case book, drizzle-kit's
// recordings. Writes to corpus/, which git does not hold; what is there stays.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const LARGEST = 24 << 10;
let count = 0;

function seed(target, text) {
  if (text.trim() === "" || Buffer.byteLength(text) > LARGEST) return;
  const folder = join(here, "corpus", target);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, createHash("sha1").update(text).digest("hex")), text);
  count += 1;
}

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name === "node_modules") continue;
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

const read = (path) => readFileSync(path, "utf8");
const isScript = (name) => /\.[mc]?[jt]sx?$/.test(name);
const unmarked = (text) => text.replace(/ \/\/~ .*$/gm, "").replace(/ <!--~ .*? -->/g, "");
/** A repository as one input: each file after a line with its name. */
const together = (tree) => tree.map(([name, text]) => `//// ${name}\n${text.endsWith("\n") ? text : text + "\n"}`).join("");

function repository(tree) {
  const named = tree.map(([name, text]) => [name, unmarked(text)]);
  seed("tree", together(named));
  seed("fixes", together(named));
  for (const [name, text] of named) {
    if (isScript(name)) seed("lower", text);
    if (/schemalint.*\.json$/.test(name)) seed("config", text);
    if (name.endsWith(".md") || name.endsWith(".mdx")) seed("documents", `//// ${name}\n${text}`);
    if (name.endsWith(".sql") || /snapshot.*\.json$/.test(name)) seed("snapshots", `//// ${name}\n${text}`);
  }
  const documents = named.filter(([name]) => /\.mdx?$/.test(name));
  if (documents.length > 1) seed("documents", together(documents));
  for (const [name, text] of named.filter(([name]) => isScript(name)).slice(0, 1)) session(name, text);
}

/** A session in which an editor opens a text, asks everything, changes it and leaves. */
function session(name, text) {
  const uri = "ROOT/orders.ts";
  const document = { uri };
  const position = { line: 3, character: 18 };
  const range = { start: { line: 0, character: 0 }, end: { line: 40, character: 0 } };
  let id = 0;
  const request = (method, params) => ({ jsonrpc: "2.0", id: ++id, method, params });
  const notification = (method, params) => ({ jsonrpc: "2.0", method, params });
  const encodings = [["utf-8"], ["utf-16"], ["utf-32", "utf-16"]][name.length % 3];
  const messages = [
    request("initialize", {
      processId: null,
      rootUri: "ROOT",
      capabilities: {
        general: { positionEncodings: encodings },
        textDocument: { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } } } },
        workspace: { workspaceEdit: { documentChanges: true }, didChangeWatchedFiles: { dynamicRegistration: true } },
      },
      workspaceFolders: [{ uri: "ROOT", name: "folder" }],
    }),
    notification("initialized", {}),
    notification("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version: 1, text } }),
    request("textDocument/hover", { textDocument: document, position }),
    request("textDocument/definition", { textDocument: document, position }),
    request("textDocument/references", { textDocument: document, position, context: { includeDeclaration: true } }),
    request("textDocument/codeAction", { textDocument: document, range, context: { diagnostics: [] } }),
    notification("textDocument/didChange", {
      textDocument: { uri, version: 2 },
      contentChanges: [{ range: { start: position, end: position }, text: "é" }],
    }),
    notification("$/cancelRequest", { id: 4 }),
    request("textDocument/hover", { textDocument: document, position }),
    notification("workspace/didChangeWatchedFiles", { changes: [{ uri: "ROOT/users.ts", type: 2 }] }),
    notification("workspace/didChangeConfiguration", { settings: {} }),
    notification("textDocument/didSave", { textDocument: document }),
    notification("textDocument/didClose", { textDocument: document }),
  ];
  seed("lsp", messages.map((message) => `//// message\n${JSON.stringify(message)}\n`).join(""));
}

// Every heading of a page is a repository.
for (const page of [...files(join(root, "rules"))].filter((path) => path.endsWith(".md"))) {
  for (const section of read(page).split(/^#+ .*$/m)) {
    const blocks = [...section.matchAll(/^```\w+ file=(\S+)\n([^]*?)^```$/gm)].map(([, name, text]) => [name, text]);
    if (blocks.length > 0) repository(blocks);
    for (const [, options] of section.matchAll(/^```json\n([^]*?)^```$/gm)) seed("config", options);
  }
}

// Fixtures and cases: each folder that has files of its own, and each file.
for (const top of ["fixtures", "tests/casebook/cases", "tests/drift"]) {
  const folders = new Map();
  for (const path of files(join(root, top))) {
    if (!/\.([mc]?[jt]sx?|json|mdx?|sql)$/.test(path) || /recorded|package-lock/.test(path)) continue;
    const folder = dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  for (const [folder, paths] of folders) {
    const tree = paths.map((path) => [relative(folder, path), read(path)]);
    repository(tree);
    for (const file of tree) repository([file]);
  }
}

// Configs of the transcripts and of the documents.
for (const path of [...files(join(root, "tests/cmd")), ...files(join(root, "docs"))]) {
  if (path.endsWith(".json")) seed("config", read(path));
  if (path.endsWith(".md")) {
    seed("documents", `//// docs/adr/0001-a.md\n${read(path)}`);
    for (const [, text] of read(path).matchAll(/^```jsonc?\n([^]*?)^```$/gm)) seed("config", text);
  }
}
seed("config", read(join(root, "src/config/presets/default.json")));
seed("config", `{ "extends": ["./a.json", "strict"] }\n//// a.json\n{ "extends": "b.json", "rules": { "missing-relation": "off" } }\n//// b.json\n{ "files": { "include": ["src/**"] } }\n//// --rule unindexed-foreign-key=error\n`);
seed("lsp", "//// raw\nContent-Length: 5\r\n\r\n{}\r\n//// message\n[]\n//// raw\nnonsense\n");

// Words that a random change does not find.
const words = new Set(read(join(here, "words.txt")).split(/\s+/).filter(Boolean));
for (const path of [...files(join(root, "rules"))].filter((path) => path.endsWith(".md"))) {
  words.add(relative(join(root, "rules"), path).replace(/\.md$/, "").replaceAll("_", "-"));
}
const escaped = (byte) => (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c ? `\\x${byte.toString(16).padStart(2, "0")}` : String.fromCharCode(byte));
const quoted = [...words].map((word) => `"${[...Buffer.from(word)].map(escaped).join("")}"`);
mkdirSync(join(here, "corpus"), { recursive: true });
writeFileSync(join(here, "corpus", "words.dict"), `${quoted.join("\n")}\n`);
console.log(`${count} seeds, ${words.size} words`);
