export * from './generated/index.mjs';
