import { Type, type Static } from 'typebox';
import type { JsonObject } from '../../../kernel/json.ts';
import { validator } from '../../../kernel/schema.ts';

const Details = Type.Unsafe<JsonObject>(Type.Record(Type.String(), Type.Unknown()));
const Names = Type.Optional(Type.Array(Type.String()));

const Statuses = Type.Optional(
  Type.Array(
    Type.Object({
      identifier: Type.String(),
      'server-token': Type.Optional(Type.String()),
      active: Type.Optional(Type.Boolean()),
      valid: Type.Optional(Type.String()),
      reasons: Type.Optional(
        Type.Array(
          Type.Object({
            code: Type.String(),
            description: Type.Optional(Type.String()),
            details: Type.Optional(Details),
          }),
        ),
      ),
    }),
  ),
);

const Declarations = Type.Object({
  activations: Statuses,
  assets: Statuses,
  configurations: Statuses,
  management: Statuses,
});

const Capabilities = Type.Object({
  'supported-payloads': Type.Optional(
    Type.Object({
      declarations: Type.Optional(
        Type.Object({ activations: Names, assets: Names, configurations: Names, management: Names }),
      ),
      'status-items': Names,
    }),
  ),
});

const Report = Type.Object({
  StatusItems: Type.Optional(
    Type.Object({
      management: Type.Optional(
        Type.Object({
          declarations: Type.Optional(Declarations),
          'client-capabilities': Type.Optional(Capabilities),
        }),
      ),
    }),
  ),
  Errors: Type.Optional(
    Type.Array(
      Type.Object({
        StatusItem: Type.String(),
        Reasons: Type.Optional(
          Type.Array(
            Type.Object({
              Code: Type.String(),
              Description: Type.Optional(Type.String()),
              Details: Type.Optional(Details),
            }),
          ),
        ),
      }),
    ),
  ),
  FullReport: Type.Optional(Type.Boolean()),
});

export const statusReportShape = validator(Report);

export type WrittenReport = Static<typeof Report>;
export type WrittenDeclarations = Static<typeof Declarations>;
export type WrittenCapabilities = Static<typeof Capabilities>;
