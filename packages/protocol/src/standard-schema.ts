/**
 * What zod, valibot, arktype and others have in common: the interface of https://standardschema.dev, version 1.
 * Types alone, as far as a contract needs them.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What the schema takes: what travels. */
export type InferInput<S extends StandardSchema> = InputOr<S, never>
/** What the schema makes of it: what handlers get. */
export type InferOutput<S extends StandardSchema> = OutputOr<S, never>

// Not `undefined` for what is no schema: without strictNullChecks that extends everything.
// By one property: compared with StandardSchema as a whole, arktype's schemas are too deep for the compiler.
type TypesOf<T> = T extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types>
  : object

/** Of a schema its input; of anything else the other type. */
export type InputOr<T, Else> = TypesOf<T> extends { readonly input: infer Input } ? Input : Else
/** Of a schema its output; of anything else the other type. */
export type OutputOr<T, Else> = TypesOf<T> extends { readonly output: infer Output } ? Output : Else
