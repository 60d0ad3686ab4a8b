// A small line diff for people: the differing lines with three lines of context.
const CONTEXT = 3;
const LIMIT = 120;

export function diff(before, after) {
  const a = before.split('\n');
  const b = after.split('\n');
  const lines = annotate(a, b);
  const shown = new Set();
  lines.forEach(([mark], i) => {
    if (mark !== ' ') for (let k = i - CONTEXT; k <= i + CONTEXT; k++) shown.add(k);
  });
  const out = [];
  lines.forEach(([mark, text], i) => {
    if (!shown.has(i)) return;
    if (i > 0 && !shown.has(i - 1)) out.push('  ...');
    out.push(`${mark} ${text}`);
  });
  return out.length > LIMIT ? [...out.slice(0, LIMIT), `  ... ${out.length - LIMIT} more lines`].join('\n') : out.join('\n');
}

// Longest common subsequence between the first and the last differing line; recordings rarely differ by much.
function annotate(a, b) {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const from = a.slice(head, a.length - tail);
  const to = b.slice(head, b.length - tail);
  const same = (text) => [' ', text];
  const middle = from.length * to.length > 4e6 ? replaced(from, to) : aligned(from, to);
  return [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
}

const replaced = (from, to) => [...from.map((text) => ['-', text]), ...to.map((text) => ['+', text])];

function aligned(from, to) {
  const length = Array.from({ length: from.length + 1 }, () => new Uint16Array(to.length + 1));
  for (let i = from.length - 1; i >= 0; i--)
    for (let k = to.length - 1; k >= 0; k--)
      length[i][k] = from[i] === to[k] ? length[i + 1][k + 1] + 1 : Math.max(length[i + 1][k], length[i][k + 1]);
  const out = [];
  let i = 0;
  let k = 0;
  while (i < from.length || k < to.length) {
    if (i < from.length && k < to.length && from[i] === to[k]) { out.push([' ', from[i++]]); k++; }
    else if (k >= to.length || (i < from.length && length[i + 1][k] >= length[i][k + 1])) out.push(['-', from[i++]]);
    else out.push(['+', to[k++]]);
  }
  return out;
}
