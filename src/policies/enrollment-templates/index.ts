export { applyTemplate } from './apply-template.ts';
export {
  createTemplate,
  removeTemplate,
  takeFromTemplates,
  updateTemplate,
  useTemplate,
} from './change-template.ts';
export type { EnrollmentTemplate, TemplateContent, TemplateRule } from './template.ts';
export { listTemplates, requireTemplate, templateSortFields, templatesGiving } from './templates.ts';
