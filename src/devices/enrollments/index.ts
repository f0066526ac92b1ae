export {
  createEnrollment,
  lockEnrollment,
  redeemEnrollment,
  removeEnrollment,
  updateEnrollment,
} from './change-enrollment.ts';
export { newEnrollmentCode } from './code.ts';
export { requireOpen, stateOfEnrollment } from './enrollment.ts';
export {
  findEnrollment,
  listEnrollments,
  pageOfEnrollments,
  requireEnrollment,
  type EnrollmentWithCode,
} from './enrollments.ts';
export { enrollmentMigrations } from './migrations/index.ts';
