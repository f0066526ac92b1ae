import { createPartner } from '../compliance/index.ts';
import { createAudience } from '../devices/audiences/index.ts';
import { createDevice, deviceKey, listDevices, type NewDevice } from '../devices/index.ts';
import { addGroupUsers, createGroup, createSegment, createUser, type User } from '../directory/index.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import {
  createAdmxConfig,
  createApplication,
  createAsset,
  createPolicy,
  createRule,
  createWindowsPolicy,
  deviceConfigurations,
  emptyWindowsPolicy,
  replaceTargets,
  updateWindowsDevice,
  type WindowsPolicy,
} from '../policies/index.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { deviceModels } from './models.ts';
import { createPushCertificate } from './push-certificate.ts';
import { cities, emailOf, people } from './people.ts';

const hour = 3_600_000;

/**
 * Fills an organization with a sample company: segments, users, groups, Windows and Apple devices, policies, what they refer to, a device
 * audience with an automation rule, a compliance partner, and a push certificate that lets simulated devices enrol. An organization that has devices is left as it is; then the answer is false.
 */
export async function fillWithDemo(context: WriteContext): Promise<boolean> {
  const devices = await listDevices(
    context,
    { includeDeleted: true },
    { limit: 1, offset: 0, sort: { field: 'createdAt', descending: false } },
  );
  if (devices.total > 0) return false;
  const segments = await createSegments(context);
  const users = await createUsers(context);
  const groups = await createGroups(context, users);
  const policies = await createPolicies(context);
  await createSalesRule(context, policies.sales);
  await createDevices(context, { segments, users, policies });
  await createPushCertificate(context);
  await createPartner(context, {
    displayName: 'Contoso Mobile Security',
    partnerState: 'enabled',
    lastHeartbeatAt: new Date(context.now.getTime() - 2 * hour),
    macOsOnboarded: true,
    iosOnboarded: true,
    macOsEnrollmentAssignments: [{ target: { kind: 'group', groupId: groups.get('Design')! } }],
    iosEnrollmentAssignments: [{ target: { kind: 'allLicensedUsers' } }],
  });
  return true;
}

async function createSegments(context: WriteContext): Promise<Map<string, number>> {
  const europe = await createSegment(context, { name: 'Europe' });
  const numbers = new Map<string, number>();
  for (const city of cities) {
    numbers.set(city, (await createSegment(context, { name: city, parentId: europe.id })).id);
  }
  return numbers;
}

async function createUsers(context: WriteContext): Promise<User[]> {
  const users: User[] = [];
  for (const person of people) {
    users.push(
      await createUser(context, {
        email: emailOf(person),
        name: person.name,
        tags: [person.department.toLowerCase()],
        language: person.city === 'Madrid' ? 'es' : 'en',
        metadata: { department: person.department, office: person.city },
      }),
    );
  }
  return users;
}

async function createGroups(context: WriteContext, users: readonly User[]): Promise<Map<string, Id>> {
  const groups = new Map<string, Id>();
  for (const department of new Set(people.map((person) => person.department))) {
    const group = await createGroup(context, {
      displayName: department,
      mailNickname: department.toLowerCase(),
      description: `Everybody in ${department}`,
    });
    const members = users.filter((_, index) => people[index]!.department === department);
    await addGroupUsers(
      context,
      group.id,
      members.map(({ id }) => id),
    );
    groups.set(department, group.id);
  }
  return groups;
}

interface DemoPolicies {
  readonly baseline: WindowsPolicy;
  readonly sales: WindowsPolicy;
  readonly engineering: WindowsPolicy;
}

async function createPolicies(context: WriteContext): Promise<DemoPolicies> {
  const script = await createAsset(context, {
    name: 'Map the department share',
    description: 'Connects drive S: to the share of the department',
    fileName: 'map-share.ps1',
    mimeType: 'text/plain',
    content: Buffer.from(
      'param([string]$Department)\nNew-PSDrive -Name S -PSProvider FileSystem -Root "\\\\files\\$Department" -Persist\n',
    ),
  });
  const browser = await createApplication(context, {
    type: 'store',
    config: { winStoreId: '9NZVDKPMR9RD' },
    info: { name: 'Mozilla Firefox' },
  });
  const edge = await createAdmxConfig(context, {
    appName: 'Microsoft Edge',
    settingType: 'Privacy',
    fileName: 'edge.admx',
    description: 'Controls Edge browser privacy settings',
    content: '<policyDefinitions revision="1.0" schemaVersion="1.0"/>',
  });
  const windows = (name: string, document: Partial<WindowsPolicy['document']>) =>
    createWindowsPolicy(context, { name, document: { ...emptyWindowsPolicy, ...document } });

  const baseline = await windows('Corporate Security Baseline', {
    config: {
      './Device/Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption': '1',
      './Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength': '12',
      './Device/Vendor/MSFT/Policy/Config/Defender/AllowRealtimeMonitoring': '1',
    },
    admxConfigs: [{ winAdmxConfigId: edge.id }],
    agentConfiguration: { enabled: true, allowNetworkStatus: true },
  });
  const sales = await windows('Sales', {
    applications: [{ winApplicationId: browser.id, action: 'available' }],
    scripts: [{ type: 'once', id: script.id, arguments: '-Department {{user.department}}' }],
    bookmarks: [{ title: 'Intranet', url: 'https://intranet.example.com' }],
  });
  const engineering = await windows('Engineering', {
    config: { './Device/Vendor/MSFT/Policy/Config/ApplicationManagement/AllowDeveloperUnlock': '1' },
  });

  const mac = (name: string, document: Record<string, number | boolean | string>) =>
    createPolicy(context, deviceConfigurations, { kind: 'macOSGeneralDeviceConfiguration', name, document });
  const passwords = await mac('Mac passwords', {
    passwordRequired: true,
    passwordRequiredType: 'alphanumeric',
    passwordMinimumLength: 12,
    passwordPreviousPasswordBlockCount: 5,
  });
  await replaceTargets(context, deviceConfigurations, passwords.id, [
    { target: { kind: 'allDevices' }, path: 'assignments[0].target' },
  ]);
  await mac('Mac restrictions', { airDropBlocked: true, screenCaptureBlocked: true });
  return { baseline, sales, engineering };
}

/** The devices of the sales department have their policy by a rule. */
async function createSalesRule(context: WriteContext, sales: WindowsPolicy): Promise<void> {
  const audience = await createAudience(context, {
    name: 'Sales Department',
    description: 'Devices tagged for sales, and those of everybody who works there',
    selectors: {
      deviceGroups: [['sales']],
      mdmUserGroups: [['department:Sales']],
      winDeviceIds: [],
      admDeviceIds: [],
      mdmUserIds: [],
      serialNumbers: [],
    },
  });
  await createRule(context, {
    name: 'Sales policies',
    description: null,
    audienceIds: [audience.id],
    actions: [{ platform: 'windows', policyId: sales.id, priority: 100 }],
    enabled: true,
  });
}

async function createDevices(
  context: WriteContext,
  {
    segments,
    users,
    policies,
  }: { segments: Map<string, number>; users: readonly User[]; policies: DemoPolicies },
): Promise<void> {
  let number = 0;
  for (const model of deviceModels) {
    for (let index = 1; index <= model.count; index++) {
      const person = number % people.length;
      const { department, city } = people[person]!;
      const user = users[person]!;
      const device = await createDevice(context, {
        ...simulated(context.now, model, index, number),
        tags: [department.toLowerCase(), city.toLowerCase()],
        user: { id: user.id, email: user.email },
        segment: segments.get(city)!,
      });
      if (model.platform === 'windows') {
        const direct = department === 'Engineering' ? policies.engineering : undefined;
        await assign(context, device.id, policies.baseline, direct);
      }
      number++;
    }
  }
}

/** What a device of this model would have reported by now. `number` makes each of them a little different. */
function simulated(
  now: Date,
  model: (typeof deviceModels)[number],
  index: number,
  number: number,
): NewDevice {
  const { platform, name, serial, system, hasBattery } = model;
  const enrolledAt = new Date(now.getTime() - (30 + number) * 24 * hour);
  const lastStatusReportAt = new Date(now.getTime() - number * 17 * 60_000);
  const compliant = number % 6 !== 5;
  return {
    platform,
    displayName: `${name} ${index}`,
    platformId: `demo-${platform}-${String(number + 1).padStart(4, '0')}`,
    serialNumber: `${serial}DEMO${String(index).padStart(4, '0')}`,
    imei: name === 'iPhone' ? `35693803564${String(3800 + index)}` : null,
    summary: {
      ...system,
      name: `${name.replaceAll(' ', '-').toUpperCase()}-${index}`,
      ...(hasBattery && { battery: `${35 + ((number * 13) % 65)}%` }),
      supervised: platform === 'apple',
      compliance: { compliant, lastCheck: lastStatusReportAt.toISOString() },
    },
    config:
      platform === 'windows'
        ? { './Device/Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption': compliant ? '1' : '0' }
        : {},
    configDates: { securityPolicy: lastStatusReportAt.toISOString() },
    enrolledAt,
    lastStatusReportAt,
  };
}

async function assign(
  context: WriteContext,
  deviceId: Id,
  primary: WindowsPolicy,
  direct: WindowsPolicy | undefined,
): Promise<void> {
  await updateWindowsDevice(context, deviceKey(hexOfId(deviceId)), undefined, {
    primary: { id: primary.id, path: 'winPolicyId' },
    direct: direct
      ? [{ policy: { id: direct.id, path: 'winPolicyAssignments[0].winPolicyId' }, priority: 100 }]
      : [],
  });
}
