#!/usr/bin/env node
// A file of its own because npm links commands before the first build, and only to files that exist.
import '../dist/main.js';
