#!/usr/bin/env node
// A file of its own because npm links commands before the first build, and only to files that exist. An old Node must be
// able to read it, to be told that it is too old: nothing newer than ES2020 here.
import process from 'node:process';

const needed = [22, 12];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `postern: Node ${needed.join('.')} or newer is needed; this is Node ${process.versions.node}.`,
  );
  process.exitCode = 2;
} else {
  import('../dist/main.js').catch((error) => {
    const unbuilt = error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes('/dist/');
    console.error(unbuilt ? 'postern: it is not built yet; run "npm start" in the checkout.' : error);
    process.exitCode = 1;
  });
}
