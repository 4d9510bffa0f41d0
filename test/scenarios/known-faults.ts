// What the program still gets wrong, by cause. A story that ends well after all makes its test fail, so that it is taken off here.
import type { Bug } from './story.ts'

export const MOVED_BACK: Bug = {
  why: 'a file moved back into a directory that was renamed and made anew is fetched instead of moved',
  with: ['directory'],
  directions: ['back'],
}
