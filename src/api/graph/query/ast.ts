/** A step into a value: a property and its declared type, or a cast that only values of the named types pass. */
export type PathStep =
  | { readonly kind: 'property'; readonly name: string; readonly type: string }
  | { readonly kind: 'cast'; readonly types: readonly string[] };

/** A checked way to a property. `type` is the Edm or `microsoft.graph` name of what is there. */
export interface PropertyPath {
  readonly steps: readonly PathStep[];
  readonly type: string;
}

/** Dates are canonical (UTC, 7 fraction digits), enum values member names as the model spells them. */
export type FilterValue = string | number | boolean | null;

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

/** A `$filter`, checked against the model: values fit their property, the property is always on the left. */
export type Filter =
  | { readonly kind: 'and'; readonly operands: readonly Filter[] }
  | { readonly kind: 'or'; readonly operands: readonly Filter[] }
  | { readonly kind: 'not'; readonly operand: Filter }
  | {
      readonly kind: 'compare';
      readonly path: PropertyPath;
      readonly operator: Comparison;
      readonly value: FilterValue;
    }
  | { readonly kind: 'in'; readonly path: PropertyPath; readonly values: readonly FilterValue[] }
  | {
      readonly kind: 'text';
      readonly test: 'startswith' | 'endswith' | 'contains';
      readonly path: PropertyPath;
      readonly value: string;
    }
  /** A Boolean property that stands for itself. */
  | { readonly kind: 'property'; readonly path: PropertyPath }
  | { readonly kind: 'constant'; readonly value: boolean }
  /** Whether the entity, or the value at the path, is of one of the types. None are served: never. */
  | { readonly kind: 'isof'; readonly path: PropertyPath | undefined; readonly types: readonly string[] };

export interface OrderKey {
  readonly path: PropertyPath;
  readonly descending: boolean;
}
