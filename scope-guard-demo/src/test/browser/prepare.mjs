/* Copies these tests to a folder, and installs there what they need: npm packages, and our own from its tarball. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const client = resolve(here, '../../../client');
const folder = resolve(process.argv[2]);
const npm = (...command) => execFileSync('npm', command, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });

const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
const installed = join(folder, 'installed.json');
cpSync(here, folder, { recursive: true });
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  npm('ci', '--prefer-offline');
  writeFileSync(installed, lock);
}
const [{ filename, files }] = JSON.parse(npm('pack', client, '--json'));
writeFileSync(join(folder, 'packed.json'), JSON.stringify(files.map(({ path }) => path).sort()));
npm('install', '--no-save', '--offline', `./${filename}`);

const { build } = await import(join(folder, 'node_modules/esbuild/lib/main.js'));
await build({
  entryPoints: ['browser.js', 'react.jsx'].map((name) => join(folder, 'app', name)),
  outdir: join(folder, 'site'),
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  absWorkingDir: folder,
});
cpSync(join(folder, 'app', 'index.html'), join(folder, 'site', 'index.html'));
