import type { Json } from '../../kernel/json.ts';
import { isObject } from './json-values.ts';
import type { DocumentDifference } from './diff.ts';
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

/** The difference of two documents without its secrets. */
export function withoutSecretsOfDifference(difference: DocumentDifference): DocumentDifference {
  const masked = <Item extends { readonly value: Json }>(item: Item): Item => ({
    ...item,
    value: shown(item.value),
  });
  const both = <
    Item extends { readonly before: { readonly value: Json }; readonly after: { readonly value: Json } },
  >(
    item: Item,
  ): Item => ({ ...item, before: masked(item.before), after: masked(item.after) });
  return {
    ...difference,
    added: difference.added.map(masked),
    changed: difference.changed.map(both),
    removed: difference.removed.map(masked),
    handedOver: difference.handedOver.map(both),
    losers: { new: difference.losers.new.map(masked), gone: difference.losers.gone.map(masked) },
    notApplicable: {
      new: difference.notApplicable.new.map(withoutSecretItem),
      gone: difference.notApplicable.gone.map(withoutSecretItem),
    },
  };
}

/** What does not apply, without the value of an OMA setting that is a secret. */
export function withoutSecretItem<Item extends NotApplicable>(item: Item): Item {
  const { value } = item;
  if (!isObject(value)) return item;
  if (value['isEncrypted'] !== true && value['secretReferenceValueId'] == null) return item;
  return { ...item, value: { ...value, value: masked, secretReferenceValueId: masked } };
}
