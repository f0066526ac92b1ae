import { Type, type Static, type TSchema } from 'typebox';
import { validator } from '../kernel/schema.ts';
import type { ServerAnswer } from './client.ts';

const Interval = Type.Integer({ minimum: 1, maximum: 86_400 });
const Reported = Type.Object({ active: Type.Boolean(), refreshInterval: Interval });

const Duties = Type.Object({
  checkInterval: Interval,
  scripts: Type.Object({ active: Type.Boolean() }),
  location: Reported,
  networkStatus: Reported,
});

/** What the agent is told to do. */
export type Duties = Static<typeof Duties>;

const Runs = Type.Object({
  runs: Type.Array(
    Type.Object({
      // It becomes a part of a path.
      runId: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
      name: Type.String(),
      scope: Type.Enum(['machine', 'user']),
      interpreter: Type.String(),
      arguments: Type.Array(Type.String()),
      content: Type.String(),
      sha256: Type.String(),
      timeLimit: Type.Integer({ minimum: 1, maximum: 86_400 }),
      outputLimit: Type.Integer({ minimum: 1, maximum: 1024 * 1024 }),
    }),
  ),
});

/** A run that the agent is given. */
export type GivenRun = Static<typeof Runs>['runs'][number];

/** The server answered, and not with what was asked for. */
export class UnexpectedAnswer extends Error {
  readonly status: number;

  constructor(path: string, { status, body }: ServerAnswer) {
    const detail = (body as { detail?: unknown } | undefined)?.detail;
    super(`${path} was answered with ${status}${typeof detail === 'string' ? `: ${detail}` : '.'}`);
    this.name = 'UnexpectedAnswer';
    this.status = status;
  }
}

export const readDuties = reader(Duties);
export const readRuns = reader(Runs);

/** Makes the function that reads an answer; what this version does not know in it is ignored. Throws `UnexpectedAnswer`. */
function reader<Shape extends TSchema>(shape: Shape) {
  const checked = validator(shape);
  return (path: string, answer: ServerAnswer): Static<Shape> => {
    if (answer.status !== 200) throw new UnexpectedAnswer(path, answer);
    const [wrong] = checked.violations(answer.body);
    if (wrong) {
      const detail = `what it says is not of this protocol: ${wrong.path} ${wrong.message}`;
      throw new UnexpectedAnswer(path, { ...answer, body: { detail } });
    }
    return answer.body as Static<Shape>;
  };
}
