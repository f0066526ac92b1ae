import { Type } from 'typebox';
import type { Dialect } from './dialect.ts';
import { permissionsOf, type EndpointOf } from './endpoint.ts';

/** An operation as the generated OpenAPI document has it. */
export function openApi<Given, Own>(
  endpoint: EndpointOf<Given, Own>,
  dialect: Dialect<Given, Own>,
): Record<string, unknown> {
  const { summary, description, tag, path, query, body, consumes } = endpoint;
  const permissions = permissionsOf(endpoint).map((item) => `\`${dialect.permissionName(item)}\``);
  return {
    summary,
    description: [description, `Permission: ${permissions.join(' and ')}.`].filter(Boolean).join('\n\n'),
    tags: [`${dialect.name}: ${tag}`],
    security: [{ bearer: [] }],
    params: Type.Object({
      [dialect.organizationParameter]: Type.String({ description: "The organization's id or slug" }),
      ...path.properties,
    }),
    ...(Object.keys(query.properties).length > 0 && { querystring: query }),
    ...(body && { body }),
    ...(consumes === 'multipart' && { consumes: ['multipart/form-data'] }),
    ...dialect.describe(endpoint),
  };
}
