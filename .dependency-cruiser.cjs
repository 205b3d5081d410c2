// The arrows of the package map, as a check. A package may import itself, what stands here, and nothing else.
const mayImport = {
  wire: [],
  sasl: ['wire'],
  smtp: ['wire', 'sasl'],
  pop3: ['wire', 'sasl'],
  imap: ['wire', 'sasl'],
  dns: ['wire'],
  starttls: ['wire', 'dns'],
  pool: ['wire'],
  probe: ['wire', 'sasl', 'smtp', 'pop3', 'imap', 'dns', 'starttls', 'pool'],
  relay: ['wire', 'sasl', 'smtp', 'pop3', 'imap', 'dns', 'starttls', 'pool'],
  lab: ['wire', 'sasl', 'smtp', 'pop3', 'imap', 'dns'],
};

const tests = '(\\.test\\.ts$|^(packages|apps)/[^/]+/test/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: "A cycle has no bottom to start reading from. Two files may name each other's types.",
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'packages-never-import-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'only-packages-on-the-map',
      comment: 'A new package needs a line in `mayImport` above.',
      severity: 'error',
      from: { path: `^packages/(?!(${Object.keys(mayImport).join('|')})/)` },
      to: {},
    },
    ...Object.entries(mayImport).map(([name, allowed]) => ({
      name: `layer-${name}`,
      comment: `@postern/${name} may import ${allowed.join(', ') || 'no other package'}.`,
      severity: 'error',
      // Tests may stand on the lab and on wire/testing, whatever their package is.
      from: { path: `^packages/${name}/`, pathNot: tests },
      to: { path: `^packages/(?!(${[name, ...allowed].join('|')})/)` },
    })),
    {
      name: 'only-public-entries',
      comment: 'Other packages are reached by their name, not by a path into their sources.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      // What tests share is behind no entry.
      to: {
        path: '^packages/',
        pathNot: ['^packages/$2/', '^packages/(wire|sasl)/test/'],
        dependencyTypes: ['local'],
      },
    },
    {
      name: 'sans-io',
      comment:
        'Sockets, timers, files and randomness come in as parameters; only the Node adapters touch the real ones.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: ['^packages/(wire|lab)/src/node/', tests] },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'sans-io-crypto',
      comment: 'Hashes and certificates are arithmetic, but only mechanisms and verification need them.',
      severity: 'error',
      from: {
        path: '^packages/[^/]+/src/',
        pathNot: ['^packages/(wire|lab)/src/node/', '^packages/(sasl|starttls)/src/', tests],
      },
      to: { dependencyTypes: ['core'], path: '^(node:)?crypto$' },
    },
    {
      name: 'sans-io-entries',
      comment: 'Importing the core of a package must not load sockets by a detour.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: ['^packages/[^/]+/src/node/', tests] },
      to: { path: '^packages/wire/src/node/' },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-test-code-in-sources',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: tests },
      to: { path: tests },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@postern/source', 'import', 'node', 'default'],
    },
  },
};
