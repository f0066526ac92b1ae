import { Type, type Static, type TObject, type TSchema } from 'typebox';
import { removeEnrollment, type EnrollmentWithCode } from '../../../devices/enrollments/index.ts';
import type { Platform } from '../../../devices/index.ts';
import type { Id } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { HexId, PageOf, pageOf } from '../shapes.ts';
import { listTokens, requireToken, TokenQuery } from './enrollment-token-shape.ts';

/** What the enrolment tokens of a platform have of their own. */
interface TokensOfPlatform<NewToken extends TObject, TokenChange extends TObject> {
  readonly platform: Platform;
  /** As in `an Apple enrolment token`. */
  readonly one: string;
  readonly tag: string;
  /** Name of the id in paths. */
  readonly idName: string;
  readonly descriptions: { readonly create: string; readonly update: string; readonly remove: string };
  readonly NewToken: NewToken;
  readonly TokenChange: TokenChange;
  readonly TokenAnswer: TSchema;
  readonly create: (context: WriteContext, body: Static<NewToken>) => Promise<EnrollmentWithCode>;
  readonly update: (
    context: WriteContext,
    id: Id,
    ifMatch: readonly number[] | undefined,
    body: Static<TokenChange>,
  ) => Promise<EnrollmentWithCode>;
  /** As `TokenAnswer` says, in the order of the tokens. */
  readonly answersOf: (
    context: WriteContext,
    tokens: readonly EnrollmentWithCode[],
    publicUrl: string,
  ) => Promise<unknown[]>;
}

export function tokensUrl(platform: Platform): string {
  return `/mdm/${platform}/enterprise/enrollment-tokens`;
}

/** The operations that the enrolment tokens of every platform have. */
export function tokenEndpoints<NewToken extends TObject, TokenChange extends TObject>(
  tokens: TokensOfPlatform<NewToken, TokenChange>,
): readonly Endpoint[] {
  const { platform, one, tag, idName, descriptions, NewToken, TokenChange, TokenAnswer } = tokens;
  const url = tokensUrl(platform);
  const urlOfOne = `${url}/{${idName}}`;
  const path = Type.Object({ [idName]: HexId('Enrolment token') });
  const tokenOf = (context: WriteContext, given: Static<typeof path>) =>
    requireToken(context, platform, given[idName]!);
  const answer = async (context: WriteContext, token: EnrollmentWithCode, publicUrl: string) => {
    const [data] = await tokens.answersOf(context, [token], publicUrl);
    return { data, revision: token.revision };
  };
  return [
    endpoint({
      method: 'GET',
      url,
      summary: `List ${tag}`,
      tag,
      permission: 'enrollment.read',
      query: TokenQuery,
      data: PageOf(TokenAnswer),
      handle: ({ query, change, publicUrl }) =>
        change(async (context) => {
          const { items, total, page } = await listTokens(context, platform, query);
          return { data: pageOf(await tokens.answersOf(context, items, publicUrl), total, page) };
        }),
    }),
    endpoint({
      method: 'POST',
      url,
      summary: `Create ${one}`,
      description: descriptions.create,
      tag,
      permission: 'enrollment.create',
      body: NewToken,
      data: TokenAnswer,
      handle: ({ body, change, publicUrl }) =>
        change(async (context) => answer(context, await tokens.create(context, body), publicUrl)),
    }),
    endpoint({
      method: 'GET',
      url: urlOfOne,
      summary: `Get ${one}`,
      tag,
      permission: 'enrollment.read',
      path,
      data: TokenAnswer,
      handle: ({ path, change, publicUrl }) =>
        change(async (context) => answer(context, await tokenOf(context, path), publicUrl)),
    }),
    endpoint({
      method: 'PUT',
      url: urlOfOne,
      summary: `Update ${one}`,
      description: `Changes what the body names; lists are replaced whole. ${descriptions.update}`,
      tag,
      permission: 'enrollment.update',
      path,
      body: TokenChange,
      data: TokenAnswer,
      handle: ({ path, body, change, ifMatch, publicUrl }) =>
        change(async (context) => {
          const { id } = await tokenOf(context, path);
          return answer(context, await tokens.update(context, id, ifMatch, body), publicUrl);
        }),
    }),
    endpoint({
      method: 'DELETE',
      url: urlOfOne,
      summary: `Withdraw ${one}`,
      description: descriptions.remove,
      tag,
      permission: 'enrollment.remove',
      path,
      data: Type.Object({ delete: Type.Boolean() }),
      handle: ({ path, change }) =>
        change(async (context) => {
          const { id } = await tokenOf(context, path);
          await removeEnrollment(context, id);
          return { data: { delete: true } };
        }),
    }),
  ];
}
