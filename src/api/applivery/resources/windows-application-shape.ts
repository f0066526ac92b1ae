import { Type, type Static } from 'typebox';
import { applicationTypes, type Application, type ApplicationConfig } from '../../../policies/index.ts';
import { hex, HexId, idOf, Timestamp } from '../shapes.ts';

const Text = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));

export const applicationConfigFields = {
  winStoreId: Text(128, "The Microsoft Store's id, for type store"),
  buildId: Text(128, 'For type build'),
  mdmAssetId: Type.Optional(HexId('Asset of type app, for type asset')),
  applicationId: Text(128, 'For the types that follow the last build'),
  filter: Text(256, 'Branch or tag whose last build is meant'),
};

const ApplicationConfigShape = Type.Object(applicationConfigFields);

const applicationFields = {
  type: Type.Enum([...applicationTypes], { description: 'Where the application comes from' }),
  config: ApplicationConfigShape,
  info: Type.Object({
    name: Type.Optional(Type.String({ maxLength: 256 })),
    version: Type.Optional(Type.String({ maxLength: 128 })),
  }),
};

const { type, config, info } = applicationFields;
export const NewApplicationBody = Type.Object({ type, config, info: Type.Optional(info) });
export const ApplicationChange = Type.Partial(Type.Object(applicationFields));

export const ApplicationAnswer = Type.Object({
  id: HexId('Windows application'),
  ...applicationFields,
  createdAt: Timestamp('Creation'),
  updatedAt: Timestamp('Last change'),
});

export function readApplicationConfig({
  mdmAssetId,
  ...rest
}: Static<typeof ApplicationConfigShape>): ApplicationConfig {
  return { ...rest, ...(mdmAssetId !== undefined && { mdmAssetId: idOf(mdmAssetId, 'Asset') }) };
}

export function applicationAnswerOf({
  id,
  type,
  config: { mdmAssetId, ...config },
  info,
  createdAt,
  updatedAt,
}: Application): Static<typeof ApplicationAnswer> {
  return {
    id: hex(id),
    type,
    config: { ...config, ...(mdmAssetId && { mdmAssetId: hex(mdmAssetId) }) },
    info,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
