import { hash } from 'node:crypto';
import type { CommandOutcome } from '../dm-command.ts';
import { hearAlert, type HeardAlert } from './alerts.ts';
import { gatherAnswers } from './gather-answers.ts';
import type { DmSession } from './session-state.ts';
import type { DeviceAlert } from './work.ts';
import type { DmMessage, DmPart, DmRequest } from './wire/message.ts';

/** What a PC says with a message, and how each part of it is answered. */
export interface Heard {
  /** With what the message changes of it. */
  readonly session: DmSession;
  readonly answers: readonly PartAnswer[];
  readonly outcomes: readonly CommandOutcome[];
  readonly happened: readonly DeviceAlert[];
  /** Alerts that nobody knows, and that were not told to people before. */
  readonly unknownAlerts: readonly string[];
  /** What the PC says of itself, by the name of the node below `./DevInfo`, unless it said the same before. */
  readonly devInfo: Readonly<Record<string, string>> | undefined;
  readonly isUnenrolled: boolean;
  /** What the PC says goes on in its next message, which it sends when it is asked. */
  readonly goesOn: boolean;
}

interface PartAnswer {
  readonly cmdRef: string;
  readonly cmd: string;
  readonly code: number;
}

/** So many kinds of alerts that nobody knows are told of one PC. */
const mostAlerts = 50;
/** So many of the things that happened are kept of a message. */
const mostHappened = 100;

export function hear(session: DmSession, { parts, isFinal }: DmMessage): Heard {
  const own = ofThisSession(parts, session.proof ?? '');
  const { outcomes, gathered, codes } = gatherAnswers(own, isFinal, session.gathered);
  const alerts = parts.flatMap((part) => (part.kind === 'alert' ? hearAlert(part).heard : []));
  const says = <Kind extends HeardAlert['kind']>(kind: Kind) =>
    alerts.filter((alert): alert is Extract<HeardAlert, { kind: Kind }> => alert.kind === kind);
  const known = session.remembered.alerts;
  const names = new Set(says('unknown').map(({ name }) => name.slice(0, 200).toWellFormed()));
  const unknownAlerts = [...names]
    .filter((name) => !known.includes(name))
    .slice(0, mostAlerts - known.length);
  const told = devInfoIn(parts);
  const devInfo = told && digestOf(told);
  const { gathered: _, part, ...rest } = session;
  return {
    session: {
      ...rest,
      login: says('login').at(-1)?.login ?? session.login,
      ...(gathered && { gathered }),
      ...(part && says('cutOff').length === 0 && { part }),
      ...(says('aborted').length > 0 && { isOver: true }),
      remembered: {
        ...session.remembered,
        ...(devInfo !== undefined && { devInfo }),
        alerts: [...known, ...unknownAlerts],
      },
    },
    answers: parts.flatMap((part) => answersTo(part, codes)),
    outcomes,
    happened: says('happened')
      .slice(0, mostHappened)
      .map(({ type, item }) => ({
        type,
        locUri: item.source ?? item.target ?? '',
        data: item.data ?? '',
      })),
    unknownAlerts,
    devInfo: devInfo === session.remembered.devInfo ? undefined : told,
    isUnenrolled: says('unenrolled').length > 0,
    goesOn: !isFinal || gathered?.value !== undefined,
  };
}

/** Statuses and results of what was told in this session, without its proof; those of another one are about nothing. */
function ofThisSession(parts: readonly DmPart[], proof: string): DmPart[] {
  return parts.flatMap((part) => {
    if (part.kind !== 'status' && part.kind !== 'results') return [];
    if (part.cmdRef === '0' || !part.cmdRef.startsWith(proof)) return [];
    return [{ ...part, cmdRef: part.cmdRef.slice(proof.length) }];
  });
}

function answersTo(part: DmPart, codes: ReturnType<typeof gatherAnswers>['codes']): PartAnswer[] {
  switch (part.kind) {
    case 'status':
      return [];
    case 'results':
      return [{ cmdRef: part.id, cmd: 'Results', code: codes.get(part.id) ?? 200 }];
    case 'alert':
      return [{ cmdRef: part.id, cmd: 'Alert', code: hearAlert(part).code }];
    case 'request':
      // Of what a PC does with its server's nodes there is only that it tells its own.
      return [{ cmdRef: part.id, cmd: part.verb, code: part.verb === 'Replace' ? 200 : 406 }];
    case 'group': {
      const children = part.parts.flatMap((child) => answersTo(child, codes));
      const undone = children.map(({ cmdRef, cmd }) => ({ cmdRef, cmd, code: 215 }));
      return [{ cmdRef: part.id, cmd: part.verb, code: 406 }, ...undone];
    }
    case 'unknown':
      return [{ cmdRef: part.id, cmd: part.verb, code: 406 }];
  }
}

const devInfoNode = /^\.\/DevInfo\/(DevId|Man|Mod|DmV|Lang)$/i;
const longestFact = 200;

function devInfoIn(parts: readonly DmPart[]): Record<string, string> | undefined {
  const replaces = parts.filter(
    (part): part is DmRequest => part.kind === 'request' && part.verb === 'Replace',
  );
  const told = replaces.flatMap(({ items }) =>
    items.flatMap(({ source, target, data }) => {
      const node = devInfoNode.exec(source ?? target ?? '')?.[1];
      return node === undefined || data === undefined
        ? []
        : [[node.toLowerCase(), data.trim().slice(0, longestFact).toWellFormed()] as const];
    }),
  );
  return told.length === 0 ? undefined : Object.fromEntries(told);
}

function digestOf(told: Readonly<Record<string, string>>): string {
  return hash('sha256', JSON.stringify(told), 'base64url').slice(0, 16);
}
