// node compile.js NODE_MODULES OUTPUT: compiles every contract in this folder with solc-js; one OUTPUT/NAME.json for each.
'use strict';
const fs = require('fs');
const path = require('path');

const [modules, output] = process.argv.slice(2).map(folder => path.resolve(folder));
const solc = require(path.join(modules, 'solc'));

const settings = {
  optimizer: { enabled: true, runs: 1000 },
  viaIR: true,
  evmVersion: 'osaka',
  metadata: { bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'evm.deployedBytecode.immutableReferences', 'storageLayout'] } },
};

// Forge compiles its tests itself.
function isOurs(name) {
  return name.endsWith('.sol') && !name.split(path.sep).includes('forge');
}

const sources = {};
for (const file of fs.readdirSync(__dirname, { recursive: true }).filter(isOurs).sort()) {
  sources['contracts/' + file.split(path.sep).join('/')] = { content: fs.readFileSync(path.join(__dirname, file), 'utf8') };
}

// Ours are given above by name; what they import from npm is read on demand.
function readImport(name) {
  try {
    return { contents: fs.readFileSync(path.join(modules, name), 'utf8') };
  } catch (error) {
    return { error: error.message };
  }
}

const input = JSON.stringify({ language: 'Solidity', sources, settings });
const compiled = JSON.parse(solc.compile(input, { import: readImport }));
// Warnings are errors here as in C#; those about packages are theirs.
const messages = (compiled.errors || []).filter(
  message => message.severity === 'error' || !message.sourceLocation || message.sourceLocation.file.startsWith('contracts/'));
for (const message of messages) {
  // MSBuild's canonical form, so that an editor can jump to the line.
  const location = message.sourceLocation ? message.sourceLocation.file : 'contracts';
  console.error(`${location}: ${message.severity} SOL${message.errorCode || ''}: ${message.formattedMessage.trim()}`);
}

if (messages.length > 0) {
  process.exit(1);
}

// Where a contract keeps what, without the compiler's numbers for types, which change with every line.
function layoutOf({ storage, types }) {
  return storage.map(({ label, slot, offset, type }) => {
    const { label: name, numberOfBytes, members } = types[type];
    const value = types[type].value && types[types[type].value];
    const fields = members || (value && value.members);
    return { label, slot, offset, bytes: numberOfBytes, type: name, ...(fields && { fields: layoutOf({ storage: fields, types }) }) };
  });
}

// Where the code on the chain has what was fixed at deployment: [start, length] in bytes.
function immutablesOf({ immutableReferences }) {
  return Object.values(immutableReferences || {}).flat().map(({ start, length }) => [start, length]).sort((a, b) => a[0] - b[0]);
}

// Written beside and renamed: a build that runs at the same time sees the old file or the new one, never half of one.
function write(name, content) {
  const temporary = path.join(output, `${name}.${process.pid}`);
  fs.writeFileSync(temporary, JSON.stringify(content, null, 1) + '\n');
  fs.renameSync(temporary, path.join(output, name));
}

fs.mkdirSync(output, { recursive: true });
for (const [file, contracts] of Object.entries(compiled.contracts)) {
  for (const [name, { abi, evm, storageLayout }] of Object.entries(contracts)) {
    if (file.startsWith('contracts/') && evm.bytecode.object !== '') {
      write(`${name}.json`, {
        contract: name,
        compiler: solc.version(),
        abi,
        bytecode: '0x' + evm.bytecode.object,
        runtime: '0x' + evm.deployedBytecode.object,
        immutables: immutablesOf(evm.deployedBytecode),
      });
      if (storageLayout && storageLayout.storage.length > 0) write(`${name}.storage.json`, layoutOf(storageLayout));
    }
  }
}
