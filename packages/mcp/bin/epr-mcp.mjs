#!/usr/bin/env node
// Committed, so that the link in node_modules/.bin exists although installing comes before building.
import '../dist/main.js'
