/** Remembers what is done, so that a message which comes again is skipped. It may outlive the process. */
export interface Dedupe {
  has(id: string): Promise<boolean> | boolean
  /** Called after the handler has ended well; when it fails, the attempt has failed. */
  add(id: string): Promise<unknown> | unknown
}
