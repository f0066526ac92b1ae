import { normaliseLocUri } from '../../../policies/index.ts';

const file =
  /^\.\/(?:device|user)\/vendor\/msft\/policy\/configoperations\/admxinstall\/([^/]+)\/([^/]+)\/[^/]+$/;
const ingested = /^\.\/(?:device|user)\/vendor\/msft\/policy\/config\/([^/~]+)~([^/~]+)~/;

/** The application and the type of the policies that an ADMX file brings, however it comes; undefined for any other node. */
export function broughtBy({ locUri }: { readonly locUri: string }): string | undefined {
  return /\/admxinstall\//i.test(locUri) ? applicationIn(file, normaliseLocUri(locUri).key) : undefined;
}

/** The application and the type after which a policy is named that an ADMX file brings; undefined for any other node. */
export function ingestedFrom(key: string): string | undefined {
  return applicationIn(ingested, key);
}

function applicationIn(shape: RegExp, key: string): string | undefined {
  const [, application, type] = shape.exec(key) ?? [];
  return application === undefined ? undefined : `${application}/${type}`;
}
