import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault, invalidInput } from '../kernel/fault.ts';
import { unstorableText } from '../kernel/json.ts';

/** One uploaded file of a multipart form. */
export interface Upload {
  readonly fileName: string;
  readonly mimeType: string;
  readonly content: Buffer;
}

export interface Form {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly upload: Upload | undefined;
}

/** Lets forms in, with one file of at most `limit` bytes. */
export async function acceptForms(server: FastifyInstance, limit: number): Promise<void> {
  await server.register(multipart, { limits: { fileSize: limit, files: 1, fields: 32 } });
}

/** Reads a form. Faults: `unsupportedMediaType`, `payloadTooLarge`, `invalidInput` (text that cannot be stored). */
export async function readForm(request: FastifyRequest): Promise<Form> {
  if (!request.isMultipart()) {
    throw new Fault(
      'unsupportedMediaType',
      'Send a form as multipart/form-data with the file in the field "file".',
    );
  }
  const fields: Record<string, unknown> = {};
  let upload: Upload | undefined;
  for await (const part of request.parts()) {
    const texts = part.type === 'field' ? [part.value] : [part.filename, part.mimetype];
    refuseUnstorable(part.fieldname, texts);
    if (part.type === 'field') fields[part.fieldname] = part.value;
    else upload = { fileName: part.filename, mimeType: part.mimetype, content: await part.toBuffer() };
  }
  return { fields, upload };
}

function refuseUnstorable(path: string, texts: readonly unknown[]): void {
  for (const text of texts) {
    const message = typeof text === 'string' ? unstorableText(text) : undefined;
    if (message) throw invalidInput([{ path, message }]);
  }
}
