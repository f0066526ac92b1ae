import { erase, leave, setUpAnew } from '../leave.ts';
import type { Device } from '../state.ts';
import { standardNodes } from '../tree/csp/index.ts';
import { valueAt } from '../tree/operations.ts';
import { ruleTree, type NodeContext, type RuleTree } from '../tree/rules.ts';

/** What happens once the session is over. */
export type Ending = 'restart' | 'setUpAnew' | 'erase' | 'leave';

/** What nodes look at and do, and the declarations of nodes of this device: its own, then those of all. */
export interface Nodes {
  readonly context: NodeContext;
  readonly trees: readonly RuleTree[];
  /** What was ordered for the end of the session. */
  readonly endings: Ending[];
}

export function nodesOf(device: Device): Nodes {
  const { hardware, setup, state } = device;
  const trees = setup.nodes.length > 0 ? [ruleTree(setup.nodes), standardNodes] : [standardNodes];
  const endings: Ending[] = [];
  const context: NodeContext = {
    hardware,
    store: state.nodes,
    providerId: state.enrollment?.providerId ?? '',
    random: setup.random,
    clock: setup.clock,
    download: (url) => setup.transport({ method: 'GET', url, headers: {} }),
    read: (segments) => valueAt(context, trees, segments),
    begin: (work) => void state.work.push(work),
    tell: (alert) => void state.alerts.push(alert),
    restart: () => void endings.push('restart'),
    setUpAnew: () => void endings.push('setUpAnew'),
    erase: () => void endings.push('erase'),
    leave: () => void endings.push('leave'),
  };
  return { context, trees, endings };
}

export function end(device: Device, ending: Ending): void {
  switch (ending) {
    case 'restart':
      device.state.restarts += 1;
      return;
    case 'setUpAnew':
      return setUpAnew(device);
    case 'erase':
      return erase(device);
    case 'leave':
      return leave(device);
  }
}
