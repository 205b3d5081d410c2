// `npm start` without arguments shows the main job on the embedded lab; with arguments it is the command itself.
if (process.argv.length === 2) process.argv.push('demo');
await import('../apps/postern/bin/postern.js');
