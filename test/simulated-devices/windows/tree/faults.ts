/** How a node fails, whatever is asked of it. */
export interface NodeFault {
  readonly status: number;
  /** Such as `0x82B00001`. */
  readonly originalError?: string;
  /** Which verbs; all where it is left out. */
  readonly verbs?: readonly string[];
  /** Default: for ever. */
  times?: number;
}
