export { listAudienceMembers, previewSelectors, type AudienceMember } from './audience-members.ts';
export {
  audienceSortFields,
  listAudiences,
  loadAudiences,
  requireAudience,
  type Audience,
} from './audiences.ts';
export { createAudience, removeAudience, updateAudience } from './change-audience.ts';
export { candidates, type AudienceSources } from './candidates.ts';
export { idsOfAudience } from './ids-of-audience.ts';
export { matchAudience } from './match.ts';
export { membersAmong } from './members-among.ts';
export { audienceMigrations } from './migrations/index.ts';
export type { AudienceSelectors } from './selectors.ts';
