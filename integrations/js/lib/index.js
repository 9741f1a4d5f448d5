// What the package exports. One module state for both kinds of import, since equal calls must wait for each other in a process.
'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { ScimClient } = require('./client.js');
const { ScimError, classes, className } = require('./errors.js');
const { Pool } = require('./pool.js');

/** The manifest: every operation with its forms, the connection's form, the providers. A new copy each time. */
function manifest() {
    return JSON.parse(readFileSync(join(__dirname, '..', 'component', 'manifest.json'), 'utf8'));
}

const errors = Object.fromEntries([...classes].map(([kind, type]) => [className(kind), type]));

module.exports = { ScimClient, Pool, ScimError, manifest, ...errors };
