// How lists are asked for in pages.

export interface Page {
  /** `next` of the page before. */
  readonly after: string | undefined
  readonly limit: number
}
