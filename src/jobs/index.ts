export { addJob } from './add-job.ts';
export { migrateJobs } from './migrate-jobs.ts';
export { runWaitingJobs } from './run-waiting-jobs.ts';
export { startJobs } from './start-jobs.ts';
export type { Tasks } from './worker-options.ts';
