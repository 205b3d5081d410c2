#!/usr/bin/env node
/** The `postern` command: argv, environment and exit status; everything else lives in modules that tests can call. */
export {};
