import type { Id } from '../kernel/id.ts';

/** A group policy template (ADMX) that Windows devices can be taught, without its text. */
export interface AdmxConfig {
  readonly id: Id;
  readonly appName: string;
  /** The group of settings that it is about, such as `Privacy`. */
  readonly settingType: string;
  readonly fileName: string;
  readonly description: string | null;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** With its text: the ADMX file as XML. */
export interface AdmxConfigWithContent extends AdmxConfig {
  readonly content: string;
}
