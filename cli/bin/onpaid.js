#!/usr/bin/env node
// Node runs TypeScript as it is from 22.18 on. npm's scripts and npx use the project's own Node; a bare call may not.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Onpaid needs Node 22.18 or newer, and this is ${process.versions.node}. Run it as "npx onpaid", which uses the project's own Node.`,
  );
  process.exit(1);
}
await import('../src/main.ts');
