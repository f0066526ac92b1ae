import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,test,bench,scripts}/**/*.test.ts'],
    globalSetup: ['./test/setup/cluster.ts'],
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/setup/plain-summary.ts'],
  },
});
