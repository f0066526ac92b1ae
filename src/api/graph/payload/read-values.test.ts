import { describe, expect, test } from 'vitest';
import { deviceConfiguration, faultOf, macOS, updateMac, violationsOf } from '../fixtures/refused-bodies.ts';
import { models } from '../model/model.ts';
import { readCollection, readEntity } from './read.ts';

const v1 = models['v1.0'];
const { beta } = models;

describe('flags', () => {
  test.each([
    ['delayOSUpdateVisibility', 'delayOSUpdateVisibility'],
    [
      'delayMajorOsUpdateVisibility, delayOSUpdateVisibility',
      'delayOSUpdateVisibility,delayMajorOsUpdateVisibility',
    ],
    ['none', 'none'],
    ['none,delayAppUpdateVisibility', 'delayAppUpdateVisibility'],
    ['delayAppUpdateVisibility,delayAppUpdateVisibility', 'delayAppUpdateVisibility'],
  ])('%s is %s', (updateDelayPolicy, stored) => {
    expect(updateMac({ updateDelayPolicy }).properties).toEqual({ updateDelayPolicy: stored });
  });

  test.each(['', 'delayOSUpdateVisibility,', 'always'])('%j is refused', (updateDelayPolicy) => {
    expect(faultOf(() => updateMac({ updateDelayPolicy })).message).toContain(
      'Possible values are: none, delayOSUpdateVisibility',
    );
  });

  test('an enum without flags takes one member', () => {
    expect(faultOf(() => updateMac({ passwordRequiredType: 'numeric,alphanumeric' })).message).toContain(
      'is not a member',
    );
  });
});

describe('complex values in an update', () => {
  const rule = { name: 'Enterprise only', minOSVersion: '10', maxOSVersion: '11', ruleType: 'exclude' };
  const stored = { deviceManagementApplicabilityRuleOsVersion: rule };
  const patch = (value: unknown) =>
    readEntity(
      beta,
      deviceConfiguration,
      { ...macOS, deviceManagementApplicabilityRuleOsVersion: value },
      { mode: 'update', stored },
    ).properties['deviceManagementApplicabilityRuleOsVersion'];

  test('are merged into the stored one', () => {
    expect(patch({ maxOSVersion: '12' })).toEqual({ ...rule, maxOSVersion: '12' });
  });

  test('can be cleared', () => {
    expect(patch(null)).toBeNull();
  });

  test('are made whole when nothing is stored', () => {
    const { properties } = updateMac({ deviceManagementApplicabilityRuleOsVersion: { maxOSVersion: '12' } });
    expect(properties['deviceManagementApplicabilityRuleOsVersion']).toEqual({
      name: null,
      minOSVersion: null,
      maxOSVersion: '12',
      ruleType: 'include',
    });
  });

  test('of another type than the stored one replace it', () => {
    const body = { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } };
    const before = { target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: 'g' } };
    const { properties } = readEntity(v1, 'microsoft.graph.deviceConfigurationAssignment', body, {
      mode: 'update',
      stored: before,
    });
    expect(properties).toEqual({ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } });
  });
});

describe('the collection parameter of an action', () => {
  const assignment = 'microsoft.graph.deviceConfigurationAssignment';
  const target = { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' };

  test('is read element by element', () => {
    expect(readCollection(v1, assignment, { assignments: [{ id: 'x', target }] }, 'assignments')).toEqual([
      { type: assignment, properties: { target } },
    ]);
  });

  test.each([
    [{}, 'assignments'],
    [{ assignments: {} }, 'assignments'],
    [{ assignments: [], other: 1 }, 'other'],
    [{ assignments: [{}, { target: { groupId: 'x' } }] }, 'assignments[1].target.@odata.type'],
    [[], ''],
  ])('%j is refused at %j', (body, path) => {
    expect(Object.keys(violationsOf(() => readCollection(v1, assignment, body, 'assignments')))).toEqual([
      path,
    ]);
  });
});
