import type { DeviceSummary, Platform } from '../devices/index.ts';

/** The kinds of device that the sample company has, and how many of each. */
interface DeviceModel {
  readonly platform: Platform;
  readonly name: string;
  readonly serial: string;
  readonly count: number;
  readonly hasBattery: boolean;
  readonly system: Required<Pick<DeviceSummary, 'os' | 'osVersion' | 'osVersionName'>>;
}

export const deviceModels: readonly DeviceModel[] = [
  {
    platform: 'windows',
    name: 'Surface Laptop',
    serial: 'SL7',
    count: 9,
    hasBattery: true,
    system: { os: 'Windows', osVersion: '10.0.26100.2314', osVersionName: 'Windows 11 Pro' },
  },
  {
    platform: 'windows',
    name: 'ThinkCentre',
    serial: 'TC9',
    count: 6,
    hasBattery: false,
    system: { os: 'Windows', osVersion: '10.0.19045.3803', osVersionName: 'Windows 10 Enterprise' },
  },
  {
    platform: 'apple',
    name: 'MacBook Pro',
    serial: 'C02',
    count: 6,
    hasBattery: true,
    system: { os: 'macOS', osVersion: '15.1', osVersionName: 'macOS Sequoia' },
  },
  {
    platform: 'apple',
    name: 'iPhone',
    serial: 'F2L',
    count: 4,
    hasBattery: true,
    system: { os: 'iOS', osVersion: '18.1', osVersionName: 'iOS 18' },
  },
];
