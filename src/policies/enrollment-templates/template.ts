import type { Id } from '../../kernel/id.ts';

/** Something that a person is asked to choose, and that conditions can ask for. */
interface AuxiliaryField {
  readonly type: 'select';
  /** The name of the user's metadata that holds the choice. */
  readonly key: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly options: readonly string[];
}

/** What must be so: everything that it says. A list without items says nothing. */
export interface TemplateCondition {
  /** The user has every tag of one of these groups. */
  readonly tags: readonly (readonly string[])[];
  /** The user's metadata have every value of one of these groups. */
  readonly auxiliaryFields: readonly (readonly { readonly key: string; readonly value: string }[])[];
  /** One of them fits the user's e-mail address; `*` stands for any text. */
  readonly patterns: readonly string[];
  /** One of them is the PC's serial number, IMEI or DeviceID. */
  readonly identifiers: readonly string[];
}

/** What PCs get that enrol. */
export interface TemplateRule {
  readonly name: string | null;
  /** With placeholders `{{device.x}}` and `{{user.x}}`; null leaves PCs the name that they have. */
  readonly displayNamePattern: string | null;
  readonly tags: readonly string[];
  /** One of them must be met; none means every PC. */
  readonly conditions: readonly TemplateCondition[];
  readonly primaryPolicyId: Id | null;
  readonly direct: readonly { readonly policyId: Id; readonly priority: number }[];
  /** Number of the segment; the root leaves PCs in that of their enrolment. */
  readonly segment: number;
}

/** What an administrator says of a template. */
export interface TemplateContent {
  /** Unique in the organization without regard to case. */
  readonly name: string;
  readonly description: string | null;
  /** The first of which the conditions are met is the one that counts. */
  readonly rules: readonly TemplateRule[];
  readonly auxiliaryFields: readonly AuxiliaryField[];
  readonly loginProviderTypes: readonly string[];
  readonly allowAutoContinue: boolean;
  /** Number of the segment that the template itself belongs to. */
  readonly segment: number;
}

/** What Windows PCs get that enrol by an enrolment which gives no policies itself. */
export interface EnrollmentTemplate extends TemplateContent {
  readonly id: Id;
  /** Only the default one is used. */
  readonly isDefault: boolean;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
