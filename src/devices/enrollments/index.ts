export {
  createEnrollment,
  lockEnrollment,
  redeemEnrollment,
  removeEnrollment,
  updateEnrollment,
} from './change-enrollment.ts';
export { newEnrollmentCode } from './code.ts';
export { createEnrollingDevice } from './enrolling-device.ts';
export { requireOpen, requireOpenOrSpent, stateOfEnrollment, type Enrollment } from './enrollment.ts';
export {
  enrollmentWithId,
  findEnrollment,
  listEnrollments,
  pageOfEnrollments,
  requireEnrollment,
  type EnrollmentWithCode,
} from './enrollments.ts';
export { pcSignUp } from './pc-sign-up.ts';
export { lockStandIn, replaceStandIn } from './stand-in.ts';
export {
  setWindowsEnrollment,
  windowsEnrollmentOf,
  type EntraEnrollment,
  type WindowsEnrollment,
} from './windows-enrollment.ts';
export { enrollmentMigrations } from './migrations/index.ts';
