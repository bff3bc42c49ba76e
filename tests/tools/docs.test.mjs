/** The examples of the documentation and the README: `expression; // → value`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, installPackage } from './package.mjs';

let project;

before(() => { project = installPackage(); });
after(() => project.remove());

for (const page of ['docs/npm-tools.md', 'dni-wasm/npm/README.md']) {
  const examples = [...readFileSync(path.join(ROOT, page), 'utf8').matchAll(/^```js\n(.*?)^```$/gms)].map(([, text]) => text)
    .filter((text) => text.includes("'dni-wasm/tools'"));
  examples.forEach((text, n) => {
    test(`${page}, example ${n + 1}`, () => {
      const lines = text.split('\n').map((line) => {
        const shown = /^(.*); \/\/ → (.*)$/.exec(line);
        return shown ? `assert.deepEqual(${shown[1]}, ${shown[2]}, ${JSON.stringify(line)}); checked += 1;` : line;
      });
      project.write('example.mjs', `import assert from 'node:assert/strict';\nlet checked = 0;\n${lines.join('\n')}\nconsole.log(checked);\n`);
      const checked = Number(project.run(process.execPath, 'example.mjs'));
      assert.equal(checked, text.split('// →').length - 1, 'every value shown is checked');
      assert.ok(checked > 0);
    });
  });
  test(`${page} has examples`, () => assert.ok(examples.length > 0));
}
