import { createHash } from 'node:crypto';
import { readXml, type XmlElement } from '../../xml/read-xml.ts';
import type { NodeContext, NodeRule, Outcome } from '../rules.ts';
import { dataAt, put } from '../store.ts';
import { leaves, vendor } from './declare.ts';

const product = `${vendor}/EnterpriseDesktopAppManagement/MSI/{ProductID}`;
const alertType = 'Reversed-Domain-Name:com.microsoft.mdm.win32csp_install';

/** https://learn.microsoft.com/windows/client-management/mdm/enterprisedesktopappmanagement-csp */
const installStatus = {
  initialized: '10',
  downloading: '20',
  downloadFailed: '30',
  failed: '60',
  done: '70',
};

interface InstallJob {
  readonly version: string;
  readonly url: string;
  /** SHA-256 in hex. */
  readonly hash: string;
}

export const applicationRules: readonly NodeRule[] = [
  ...leaves(product, 'Version Name Publisher InstallPath InstallDate LastErrorDesc UpgradeCode', 'chr', 'G'),
  ...leaves(product, 'Status LastError', 'int', 'G'),
  {
    uri: `${product}/DownloadInstall`,
    // Added empty, and carried out with the job.
    formats: ['chr', 'xml', 'null', 'node'],
    access: 'AGX',
    exec: install,
  },
];

/** Answers at once; the download and what comes after it go on behind the session. */
function install(context: NodeContext, segments: readonly string[], data: string): Outcome {
  const node = segments.slice(0, -1);
  const { store } = context;
  if (dataAt(store, ...segments) === undefined) return { status: 404 };
  if (dataAt(store, ...node, 'Status') === installStatus.done) return { status: 200 };
  const job = readJob(data);
  if (!job) return { status: 500, originalError: '0x80070057' };
  const set = (name: string, value: string) =>
    put(store, {
      segments: [...node, name],
      format: name === 'Status' || name === 'LastError' ? 'int' : 'chr',
      data: value,
    });
  set('Status', installStatus.initialized);
  context.begin(async () => {
    set('Status', installStatus.downloading);
    const fault = await download(context, job);
    set('Status', fault ? fault.status : installStatus.done);
    set('LastError', fault ? fault.error : '0');
    if (fault) {
      set('LastErrorDesc', fault.text);
    } else {
      set('Version', job.version);
      set('Name', decodeURIComponent(new URL(job.url).pathname.split('/').at(-1)!));
      set('Publisher', 'Unknown');
      set('InstallDate', context.clock().toISOString());
    }
    context.tell({
      type: alertType,
      format: 'int',
      data: fault ? fault.error : '0',
      mark: fault ? 'warning' : 'informational',
      source: `./${node.map(encodeURIComponent).join('/')}`,
    });
  });
  return { status: 200 };
}

async function download(context: NodeContext, { url, hash }: InstallJob) {
  const answer = await context.download(url).catch(() => undefined);
  if (answer?.status !== 200) {
    return { status: installStatus.downloadFailed, error: '-2147012889', text: `${url} cannot be read` };
  }
  const actual = createHash('sha256').update(answer.body).digest('hex');
  if (actual === hash.toLowerCase()) return undefined;
  return { status: installStatus.failed, error: '-2146893818', text: 'the hash is another one' };
}

function readJob(data: string): InstallJob | undefined {
  try {
    const root = readXml(data, 'the job', { takesCdata: true });
    if (root.name !== 'MsiInstallJob' || root.attributes['id'] === undefined) return undefined;
    const product = within(root, 'Product');
    const url = within(product, 'Download', 'ContentURLList', 'ContentURL').text.trim();
    const hash = within(product, 'Validation', 'FileHash').text.trim();
    within(product, 'Enforcement');
    const isWhole = URL.canParse(url) && /^[0-9a-f]{64}$/i.test(hash);
    return isWhole ? { version: product.attributes['Version'] ?? '', url, hash } : undefined;
  } catch {
    return undefined;
  }
}

function within(element: XmlElement, ...names: readonly string[]): XmlElement {
  return names.reduce((at, name) => {
    const found = at.children.find((child) => child.name === name);
    if (!found) throw new Error(`no ${name}`);
    return found;
  }, element);
}
