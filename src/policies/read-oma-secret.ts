import { notFound } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import { audit, type WriteContext } from '../tenancy/index.ts';
import { deviceConfigurations } from './device-configurations.ts';
import { idOfReference, openSecrets, textOfSecret } from './oma-secrets.ts';
import { getPolicy, policyNotFound } from './policies.ts';

/**
 * The secret that an OMA setting of a device configuration, or of one of its versions, refers to: text, for XML the XML itself. Who read
 * it is in the audit log. Faults: `notFound`.
 */
export async function readOmaSecret(context: WriteContext, policyId: Id, reference: string): Promise<string> {
  const policy = await getPolicy(context, deviceConfigurations, policyId);
  if (!policy) throw policyNotFound(deviceConfigurations, policyId);
  const ids = idOfReference(context, policyId, { secretReferenceValueId: reference });
  const [secret] = await openSecrets(context, policyId, ids);
  if (!secret) throw notFound('Secret', reference.slice(0, 128));
  await audit(context, {
    action: `${deviceConfigurations.area}.readSecret`,
    target: { type: policy.kind, id: policyId, name: policy.name },
    before: null,
    after: { secretReferenceValueId: reference },
  });
  return textOfSecret(secret).reveal();
}
