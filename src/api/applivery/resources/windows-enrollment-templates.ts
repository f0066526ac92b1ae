import { Type, type Static } from 'typebox';
import { invalidInput } from '../../../kernel/fault.ts';
import {
  createTemplate,
  listTemplates,
  removeTemplate,
  requireTemplate,
  templateSortFields,
  updateTemplate,
  useTemplate,
  type EnrollmentTemplate,
} from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId, idOf, PageOf, pageOf, PageQuery, readPage } from '../shapes.ts';
import {
  contentOf,
  NewTemplate,
  TemplateAnswer,
  templateAnswerOf,
  TemplateChange,
} from './enrollment-template-shape.ts';
import { segmentQuery, segmentsOf } from './segment-query.ts';

const path = Type.Object({ winEnrollmentTemplateId: HexId('Enrolment template') });
const idIn = ({ winEnrollmentTemplateId }: Static<typeof path>) =>
  idOf(winEnrollmentTemplateId, 'Enrolment template');

const DefaultConfig = Type.Object({
  type: Type.Literal('winEnrollmentTemplate'),
  modelName: Type.Literal('windows'),
  elementId: HexId('Enrolment template'),
});

const url = '/mdm/windows/enterprise/enrollment-templates';
const tag = 'Windows enrolment templates';

/** https://docs.applivery.com/en/api/ > Windows > Windows Enrollment Templates; reading and deleting one are in the style of the others. */
export const windowsEnrollmentTemplatesEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url,
    summary: 'List Windows enrolment templates',
    tag,
    permission: 'windows.enrollmentTemplate.read',
    query: Type.Object({
      ...PageQuery.properties,
      ...segmentQuery,
      name: Type.Optional(Type.String({ maxLength: 128, description: 'Part of the name' })),
    }),
    data: PageOf(TemplateAnswer),
    async handle({ query, read }) {
      const page = readPage(query, templateSortFields);
      const filter = { name: query.name, segments: await segmentsOf(read, query) };
      const { items, total } = await listTemplates(read, filter, page);
      return {
        data: pageOf(
          items.map((template) => templateAnswerOf(read, template)),
          total,
          page,
        ),
      };
    },
  }),
  endpoint({
    method: 'POST',
    url,
    summary: 'Create a Windows enrolment template',
    description:
      'What Windows PCs get when they enrol, by a code, a sign-in or Entra ID, as soon as the template is the default one (`default-config`). An ' +
      'enrolment that has policies itself takes no template. Of the rules the first that is for the PC counts. The MDM user is that of the ' +
      'enrolment, or else the one whose e-mail address Entra ID says; an address that somebody typed proves nothing and is not looked at. What the ' +
      'enrolment gives stays: tags are added, and a display name or segment is given only to a PC that has none.',
    tag,
    permission: 'windows.enrollmentTemplate.create',
    body: NewTemplate,
    data: TemplateAnswer,
    async handle({ body, change, read }) {
      refuseEntraId(body);
      const content = {
        description: null,
        auxiliaryFields: [],
        loginProviderTypes: [],
        allowAutoContinue: false,
        segment: 0,
        name: body.name,
        rules: [],
        ...contentOf(body),
      };
      return answer(read, await change((context) => createTemplate(context, content)));
    },
  }),
  endpoint({
    method: 'GET',
    url: `${url}/{winEnrollmentTemplateId}`,
    summary: 'Get a Windows enrolment template',
    tag,
    permission: 'windows.enrollmentTemplate.read',
    path,
    data: TemplateAnswer,
    async handle({ path, read }) {
      return answer(read, await requireTemplate(read, idIn(path)));
    },
  }),
  endpoint({
    method: 'PUT',
    url: `${url}/{winEnrollmentTemplateId}`,
    summary: 'Update a Windows enrolment template',
    description:
      'Changes what the body names; lists are replaced whole. PCs that enrolled before keep what they got.',
    tag,
    permission: 'windows.enrollmentTemplate.update',
    path,
    body: TemplateChange,
    data: TemplateAnswer,
    async handle({ path, body, change, ifMatch, read }) {
      refuseEntraId(body);
      const id = idIn(path);
      return answer(read, await change((context) => updateTemplate(context, id, contentOf(body), ifMatch)));
    },
  }),
  endpoint({
    method: 'DELETE',
    url: `${url}/{winEnrollmentTemplateId}`,
    summary: 'Delete a Windows enrolment template',
    description:
      'PCs that enrolled before keep what they got. After the default one is deleted there is none.',
    tag,
    permission: 'windows.enrollmentTemplate.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    async handle({ path, change, ifMatch }) {
      await change((context) => removeTemplate(context, idIn(path), ifMatch));
      return { data: { delete: true } };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/windows/enterprise/default-config',
    summary: 'Set the default Windows enrolment template',
    description:
      'PCs that enrol from now on get what it gives. An organization has one default template, or none.',
    tag,
    permission: 'windows.enrollmentTemplate.use',
    body: DefaultConfig,
    data: DefaultConfig,
    async handle({ body, change }) {
      const id = idOf(body.elementId, 'Enrolment template');
      await change((context) => useTemplate(context, id));
      return { data: { type: body.type, modelName: body.modelName, elementId: hex(id) } };
    },
  }),
];

/** Faults: `invalidInput`. */
function refuseEntraId({ entraId }: { readonly entraId?: object }): void {
  if (!entraId) return;
  const message =
    'templates of this server have none; say whose tokens are taken by PUT /api/v1/organizations/{organization}/windows-enrollment';
  throw invalidInput([{ path: 'entraId', message }]);
}

function answer(read: ReadContext, template: EnrollmentTemplate) {
  return { data: templateAnswerOf(read, template), revision: template.revision };
}
