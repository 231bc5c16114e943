/**
 * What a stranger's schema, and a payload held to it, may cost. Sizes are counted in UTF-16 units
 * of the JSON text, which `String.length` knows without a walk.
 */
export interface Limits {
  /** Longest schema text. CycloneDX 1.7, the largest known in use, has 316 thousand. @default 1048576 */
  maxSchemaLength: number
  /** Deepest nesting of objects and arrays in a schema. @default 200 */
  maxSchemaDepth: number
  /** Most sub-schemas that can be reached from the root, catalogue included; CycloneDX 1.7 has 1,288. @default 5000 */
  maxSubschemas: number
  /** Most checks that one value may meet when every `$ref`, `allOf`, `anyOf`… is multiplied out. @default 100000 */
  maxBranches: number
  /** Longest regular expression. @default 4096 */
  maxPatternLength: number
  /** Most instructions that all regular expressions of a schema compile to. @default 50000 */
  maxPatternProgram: number
  /** Deadline for compiling a schema in the worker, ms. @default 5000 */
  compileMs: number
  /** Deadline for holding one payload to a compiled schema in the worker, ms. @default 3000 */
  validateMs: number
  /** Longest schema text that the main thread links and compiles itself. @default 32768 */
  mainSchemaLength: number
  /** Most sub-schemas that the main thread compiles itself (about 0.25 ms each when cold). @default 150 */
  mainSubschemas: number
  /** Longest payload text that is validated on the main thread. @default 65536 */
  mainPayloadLength: number
  /** Most elementary checks (payload length × checks per unit) that the main thread makes at once. @default 2000000 */
  mainChecks: number
  /** Validators kept by the main thread, and by each worker. @default 500 */
  cachedValidators: number
  /** Jobs that wait for a worker; RATE_LIMITED beyond it. @default 256 */
  queuedJobs: number
  /** A receiver whose job took longer is confined to one worker from then on, ms. @default 500 */
  slowJobMs: number
  /** Heap of a worker; beyond it the worker is replaced and the job refused, MiB. @default 512 */
  workerHeapMb: number
  /** Violations that are named in one answer; the rest is counted. @default 100 */
  namedViolations: number
}

export const DEFAULT_LIMITS: Readonly<Limits> = {
  maxSchemaLength: 1024 * 1024,
  maxSchemaDepth: 200,
  maxSubschemas: 5_000,
  maxBranches: 100_000,
  maxPatternLength: 4096,
  maxPatternProgram: 50_000,
  compileMs: 5_000,
  validateMs: 3_000,
  mainSchemaLength: 32 * 1024,
  mainSubschemas: 150,
  mainPayloadLength: 64 * 1024,
  mainChecks: 2_000_000,
  cachedValidators: 500,
  queuedJobs: 256,
  slowJobMs: 500,
  workerHeapMb: 512,
  namedViolations: 100,
}
