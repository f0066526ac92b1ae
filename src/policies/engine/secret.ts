import type { Json } from '../../kernel/json.ts';
import { isObject } from './json-values.ts';
import type { ExplainedSetting } from './explain.ts';
import type { NotApplicable } from './setting.ts';

const masked = '********';

/** Whether a setting's value is a reference to a secret, `{format, secret}`. */
export function isSecret(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 2 && 'format' in value && 'secret' in value;
}

/** An explained setting without its secrets, what the device reports of them included. */
export function withoutSecrets(setting: ExplainedSetting): ExplainedSetting {
  const values = [setting.value, ...setting.losers.map(({ value }) => value)];
  if (!values.some(isSecret)) return setting;
  return {
    ...setting,
    value: shown(setting.value),
    losers: setting.losers.map((loser) => ({ ...loser, value: shown(loser.value) })),
    reported: setting.reported && { ...setting.reported, value: masked },
  };
}

function shown(value: Json): Json {
  return isSecret(value) ? { ...(value as object), secret: masked } : value;
}

/** What does not apply, without the value of an OMA setting that is a secret. */
export function withoutSecretItem<Item extends NotApplicable>(item: Item): Item {
  const { value } = item;
  if (!isObject(value)) return item;
  if (value['isEncrypted'] !== true && value['secretReferenceValueId'] == null) return item;
  return { ...item, value: { ...value, value: masked, secretReferenceValueId: masked } };
}
