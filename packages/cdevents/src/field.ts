/**
 * How the tables of this package write down what an object holds. `'id!'` is a required field, `'*'` says that
 * others may stand beside those named; without it they are refused.
 */
export interface Fields {
  readonly [name: string]: Field
}

/**
 * A kind of value, an object of its own, or an enumeration. An enumeration with `'*'` only suggests: any other text
 * is as good; with `'+'` any other that is not empty.
 */
export type Field = Kind | readonly string[] | Fields

/** What a kind is in TypeScript. */
export interface Kinds {
  text: string
  /** A text that is not empty. */
  filled: string
  /** An absolute URI (RFC 3986). */
  uri: string
  /** A URI, or one that is relative to something; not empty. */
  reference: string
  /** A moment (RFC 3339). */
  moment: string
  texts: string[]
  object: Record<string, unknown>
  any: unknown
}
export type Kind = keyof Kinds

type BareName<Name> = Name extends `${infer Bare}!` ? Bare : Name
type RequiredName<Name> = Name extends `${string}!` ? Name : never
type OptionalName<Name> = Name extends `${string}!` | '*' ? never : Name

// Without `& {}` an editor would not offer the values that are suggested.
type Suggestion<Value extends string> = Value extends '*' | '+' ? string & {} : Value

type Flat<T> = { [Name in keyof T]: T[Name] }

/** The object that some fields describe. */
export type ObjectOf<F> = Flat<
  { [Name in keyof F as BareName<RequiredName<Name>>]: ValueOf<F[Name]> } & {
    [Name in keyof F as OptionalName<Name>]?: ValueOf<F[Name]>
  } & ('*' extends keyof F ? Record<string, unknown> : unknown)
>

/** The value that a field describes. */
export type ValueOf<F> = F extends Kind
  ? Kinds[F]
  : F extends readonly (infer Value extends string)[]
    ? Suggestion<Value>
    : ObjectOf<F>
