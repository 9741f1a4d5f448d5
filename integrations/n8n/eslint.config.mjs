import { config } from '@n8n/node-cli/eslint';
import { globalIgnores } from 'eslint/config';

// README.md has the reasons.
const OFF = [
    'n8n-nodes-base/node-param-default-missing',
    'n8n-nodes-base/community-package-json-license-not-default',
    'n8n-nodes-base/community-package-json-author-missing',
    '@n8n/community-nodes/valid-author',
    '@n8n/community-nodes/require-homepage',
];
export default [globalIgnores(['client']), ...config, { rules: Object.fromEntries(OFF.map((rule) => [rule, 'off'])) }];
