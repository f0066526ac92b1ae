import type { GraphVersion } from './model/document.ts';
import { managedDeviceOrders } from './resources/managed-device-orders.ts';
import { bothVersions } from './route.ts';

/** A function or action bound to a type. */
export interface BoundOperation {
  readonly kind: 'Function' | 'Action';
  readonly name: string;
  readonly boundTo: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly returns?: string;
  readonly versions: readonly GraphVersion[];
}

/** What `$metadata` shows beside the types. */
export interface ServedContainer {
  readonly singletons: Readonly<Record<string, string>>;
  readonly entitySets: Readonly<Record<string, string>>;
  readonly operations: readonly BoundOperation[];
}

export const servedContainer: ServedContainer = {
  singletons: { deviceManagement: 'microsoft.graph.deviceManagement' },
  entitySets: { groups: 'microsoft.graph.group' },
  operations: [
    {
      kind: 'Function',
      name: 'downloadApplePushNotificationCertificateSigningRequest',
      boundTo: 'microsoft.graph.applePushNotificationCertificate',
      returns: 'Edm.String',
      versions: ['v1.0', 'beta'],
    },
    {
      kind: 'Action',
      name: 'generateApplePushNotificationCertificateSigningRequest',
      boundTo: 'microsoft.graph.applePushNotificationCertificate',
      returns: 'Edm.String',
      versions: ['beta'],
    },
    {
      kind: 'Action',
      name: 'assign',
      boundTo: 'microsoft.graph.deviceConfiguration',
      parameters: { assignments: 'Collection(microsoft.graph.deviceConfigurationAssignment)' },
      returns: 'Collection(microsoft.graph.deviceConfigurationAssignment)',
      versions: ['v1.0', 'beta'],
    },
    {
      kind: 'Function',
      name: 'getOmaSettingPlainTextValue',
      boundTo: 'microsoft.graph.deviceConfiguration',
      parameters: { secretReferenceValueId: 'Edm.String' },
      returns: 'Edm.String',
      versions: ['v1.0', 'beta'],
    },
    ofManagedDevice('syncDevice', bothVersions),
    ofManagedDevice('retire', bothVersions),
    ...managedDeviceOrders.flatMap(({ name, parameters }) =>
      bothVersions
        .filter((version) => parameters[version] !== undefined)
        .map((version) => ofManagedDevice(name, [version], parameters[version])),
    ),
  ],
};

function ofManagedDevice(
  name: string,
  versions: readonly GraphVersion[],
  parameters: NonNullable<BoundOperation['parameters']> = {},
): BoundOperation {
  return { kind: 'Action', name, boundTo: 'microsoft.graph.managedDevice', parameters, versions };
}
