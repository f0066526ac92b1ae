/** The present moment. Everything that needs it gets it as an argument, so that tests can move it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
