export type { DmAccount, LockedAccount } from './account.ts';
export { accountsOfDevices, askWindowsDevice, contactOf } from './accounts.ts';
export { closeAccount, endAccount } from './close-account.ts';
export { enrollPc, type EnrolledPc, type EnrollingPc } from './enroll-pc.ts';
export { lockAccount, saveAccount, type AccountKey } from './lock-account.ts';
export { renewPcCertificate } from './renew-certificate.ts';
export { keepSessions, type BegunSession } from './keep-sessions.ts';
export { dmAccountMigrations } from './migrations/index.ts';
