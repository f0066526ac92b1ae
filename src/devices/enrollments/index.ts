export { createEnrollment, lockEnrollment, redeemEnrollment, removeEnrollment } from './change-enrollment.ts';
export { newEnrollmentCode } from './code.ts';
export { requireOpen, stateOfEnrollment } from './enrollment.ts';
export {
  findEnrollment,
  listEnrollments,
  requireEnrollment,
  type EnrollmentWithCode,
} from './enrollments.ts';
export { enrollmentMigrations } from './migrations/index.ts';
