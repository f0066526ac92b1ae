import { Type, type TSchema } from 'typebox';

const Failure = Type.Object({
  status: Type.Literal(false),
  error: Type.Object({
    code: Type.Integer(),
    message: Type.String(),
    details: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
  }),
});

const failure = (description: string) => ({ description, ...Failure });

/** The answers of an operation as the generated OpenAPI document has them. */
export function answers(data: TSchema): Record<number, object> {
  return {
    200: { description: 'Done', ...Type.Object({ status: Type.Literal(true), data }) },
    400: failure('Invalid input'),
    401: failure('No token, or not a valid one'),
    403: failure('The token lacks the permission'),
    404: failure('Entity not found'),
  };
}
