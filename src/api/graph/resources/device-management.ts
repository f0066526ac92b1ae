import { writeEntity } from '../payload/write.ts';
import { parseQuery } from '../query/query.ts';
import { bothVersions, castType, type GraphRoute } from '../route.ts';

const type = 'microsoft.graph.deviceManagement';
const path = 'deviceManagement';

/**
 * The singleton that everything of Intune hangs from. Tools read it to see whether Intune is there at all.
 *
 * @see https://learn.microsoft.com/graph/api/resources/intune-shared-devicemanagement
 */
export const deviceManagementRoutes: readonly GraphRoute[] = [
  {
    method: 'GET',
    template: path,
    versions: bothVersions,
    flavour: 'intune',
    permission: 'organization.read',
    async handle(request) {
      const { model, metadata, search, serviceRoot } = request;
      const rules = { model, type: castType(request, type), maxTop: 0, expandable: [] };
      const { select } = parseQuery({ ...rules, options: ['select', 'format'] }, search);
      const selected = select && { select };
      const url = `${serviceRoot}/${path}`;
      const values = { id: request.read.scope.organization.id };
      return {
        status: 200,
        subject: { kind: 'entity', path, ...selected },
        body: writeEntity(model, type, values, { declaredType: type, metadata, url, ...selected }),
      };
    },
  },
];
