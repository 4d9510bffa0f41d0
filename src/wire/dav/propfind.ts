// The body of a PROPFIND.
import { tagsFor } from './names.ts'

/** A request for the given properties, each as `{namespace}local` from this program's own lists. */
export function writePropfind(names: readonly string[]): string {
  const { declarations, tags } = tagsFor(names)
  const props = tags.map(tag => `<${tag}/>`).join('')
  return `<?xml version="1.0" encoding="utf-8"?>\n<d:propfind${declarations}><d:prop>${props}</d:prop></d:propfind>`
}
