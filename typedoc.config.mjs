// Two traps: the checks for documentation work only under `packageOptions`, where `treatWarningsAsErrors` has no
// effect; and while a package has warnings, broken links are not reported yet. So fix what is shown and run again.
export default {
  name: 'Postern',
  entryPointStrategy: 'packages',
  entryPoints: ['packages/*'],
  out: 'docs/api',
  readme: 'none',
  plugin: ['./scripts/typedoc-summaries.mjs'],
  // So that lists say what is behind their names.
  useFirstParagraphOfCommentAsSummary: true,
  treatWarningsAsErrors: true,
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    unusedMergeModuleWith: true,
  },
  packageOptions: {
    // The tests are not part of the build, so they need no documentation. Entry points are in each package's typedoc.json.
    tsconfig: 'tsconfig.build.json',
    includeVersion: true,
    // What somebody calls comes before the shapes of what it takes and gives.
    groupOrder: ['Modules', 'Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'],
    kindSortOrder: ['Module', 'Function', 'Class', 'Variable', 'Interface', 'TypeAlias'],
    excludePrivate: true,
    excludeInternal: true,
    // Types are checked by `npm run typecheck`.
    skipErrorChecking: true,
    // Without these two typedoc asks for a git remote; a copy without one must build the same pages.
    sourceLinkTemplate: 'https://example.invalid/blob/{gitRevision}/{path}#L{line}',
    gitRevision: 'main',
    validation: { notDocumented: true, notExported: true },
    // Not `Property`: a discriminant such as `type: 'write'` says all there is to say, and a forced sentence is noise.
    requiredToBeDocumented: [
      'Enum',
      'EnumMember',
      'Variable',
      'Function',
      'Class',
      'Interface',
      'Method',
      'Accessor',
      'TypeAlias',
    ],
  },
};
