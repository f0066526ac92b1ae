export { forgetHistoryTask, historyJob, resumeForgetting } from './forget-history.ts';
