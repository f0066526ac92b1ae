export {
  choice,
  field,
  fieldIs,
  first,
  text,
  type Condition,
  type Value,
  type ValueType,
} from './expression.ts';
export { countDevices, searchDevices, type FoundDevice, type SortKey } from './search.ts';
