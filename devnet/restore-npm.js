// node restore-npm.js FOLDER [FROM]: `npm ci` of the lock file in FROM (beside this script unless told), into FOLDER.
// Several builds may do this at once: each installs into a folder of its own, then renames. The first one wins.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

function fail(message) {
  console.error('error: ' + message);
  process.exit(1);
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail('Node 20 or newer is needed: this one is ' + process.version + ' (' + process.execPath + '). Get it from https://nodejs.org.');
}

const target = path.resolve(process.argv[2]);
const source = path.resolve(process.argv[3] || __dirname);
fs.mkdirSync(path.dirname(target), { recursive: true });
const work = fs.mkdtempSync(target + '.');
for (const file of ['package.json', 'package-lock.json']) {
  fs.copyFileSync(path.join(source, file), path.join(work, file));
}

// No install scripts: the native binaries lie in their packages as they are. A shell, because on Windows npm is a .cmd.
const npm = spawnSync('npm ci --ignore-scripts --no-audit --no-fund --loglevel=error', { cwd: work, shell: true, encoding: 'utf8' });
if (npm.status !== 0) {
  fs.rmSync(work, { recursive: true, force: true });
  fail('npm ci failed (npm comes with Node and must be on the PATH): ' + (npm.stderr || npm.stdout || npm.error).trim().split('\n').slice(0, 6).join(' | '));
}

try {
  fs.renameSync(work, target);
} catch (error) {
  fs.rmSync(work, { recursive: true, force: true });
  if (!fs.existsSync(target)) {
    fail('cannot move the installed packages to ' + target + ': ' + error.message);
  }
}
